use serde::{Deserialize, Serialize};

/// Something that a lab expects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// In a few words.
    pub name: String,
    /// What must come out.
    pub expected: String,
    /// What came out.
    pub actual: String,
    /// Whether that is good.
    pub ok: bool,
}

impl Expectation {
    /// Good if both are the same.
    pub(crate) fn same(name: &str, expected: impl ToString, actual: impl ToString) -> Expectation {
        let (expected, actual) = (expected.to_string(), actual.to_string());
        Expectation {
            name: name.to_owned(),
            ok: expected == actual,
            expected,
            actual,
        }
    }

    /// Good if nothing speaks against it; otherwise the first objection is shown, and how many there are.
    pub(crate) fn none(name: &str, objections: &[String]) -> Expectation {
        let actual = match objections {
            [] => "none".to_owned(),
            [only] => only.clone(),
            [first, rest @ ..] => format!("{first}; and {} more", rest.len()),
        };
        Expectation {
            name: name.to_owned(),
            expected: "none".to_owned(),
            actual,
            ok: objections.is_empty(),
        }
    }

    /// Good if `ok`.
    pub(crate) fn judged(
        name: &str,
        expected: impl ToString,
        actual: impl ToString,
        ok: bool,
    ) -> Expectation {
        Expectation {
            name: name.to_owned(),
            expected: expected.to_string(),
            actual: actual.to_string(),
            ok,
        }
    }
}

/// The judgement of a lab: the last line of `--format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// `pass` or `fail`.
    pub verdict: &'static str,
    /// What was expected.
    pub expectations: Vec<Expectation>,
}

impl Verdict {
    pub(crate) fn of(expectations: Vec<Expectation>) -> Verdict {
        let verdict = match expectations.iter().all(|it| it.ok) {
            true => "pass",
            false => "fail",
        };
        Verdict {
            verdict,
            expectations,
        }
    }

    /// Whether everything that was expected came out.
    pub fn passed(&self) -> bool {
        self.verdict == "pass"
    }
}

/// Runs as ranges: `1-9, 12`.
pub(crate) fn ranges(runs: impl IntoIterator<Item = u64>) -> String {
    let mut text: Vec<(u64, u64)> = Vec::new();
    for run in runs {
        match text.last_mut() {
            Some((_, last)) if *last + 1 == run => *last = run,
            _ => text.push((run, run)),
        }
    }
    let parts: Vec<String> = text
        .iter()
        .map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        })
        .collect();
    match parts.is_empty() {
        true => "none".to_owned(),
        false => parts.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn neighbours_are_joined() {
        assert_eq!(ranges([1, 2, 3, 5, 7, 8]), "1-3, 5, 7-8");
        assert_eq!(ranges([]), "none");
    }
}
