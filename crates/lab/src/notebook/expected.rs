//! `fixtures/notebooks.toml`: facts about runs of public notebooks, in words of our own.

use super::record::Broken;
use super::seen::{Seen, tally};
use crate::{Expectation, Verdict};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What must come of a notebook.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expected {
    /// The end of its path: folder and file.
    pub path: String,
    /// What of it cannot run here, and why.
    pub missing: Option<String>,
    /// Cells, counted from 1, that show an error because that is what the notebook is about.
    #[serde(default)]
    errors: Vec<u64>,
    /// Requests that the gateway answers, by status.
    #[serde(default)]
    statuses: BTreeMap<String, Bounds>,
    /// Answers of models.
    #[serde(default)]
    answers: Vec<Answers>,
}

/// Least and most.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(from = "[u64; 2]")]
struct Bounds(u64, u64);

impl From<[u64; 2]> for Bounds {
    fn from([least, most]: [u64; 2]) -> Bounds {
        Bounds(least, most)
    }
}

impl std::fmt::Display for Bounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 == self.1 {
            true => write!(f, "{}", self.0),
            false => write!(f, "{} to {}", self.0, self.1),
        }
    }
}

/// Some of the answers that models gave with status 200, in their order.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Answers {
    /// First and last of them, counted from 1.
    of: Bounds,
    /// How many came from each region; no other is to answer.
    regions: BTreeMap<String, Bounds>,
    /// Regions that answer equally often, one more or less.
    #[serde(default)]
    shared: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    notebook: Vec<Expected>,
}

const FILE: &str = include_str!("../../../../fixtures/notebooks.toml");

/// What must come of the notebook at `path`, if anything is known of it.
pub fn expected(path: &Path) -> Result<Option<Expected>, String> {
    let file: File = toml::from_str(FILE).map_err(|error| format!("fixtures/notebooks.toml: {error}"))?;
    Ok(file.notebook.into_iter().find(|it| path.ends_with(&it.path)))
}

impl Expected {
    /// What of `broken` is not meant to be, and cells that were meant to show an error and did not.
    pub fn unexpected(&self, broken: &[Broken]) -> Vec<Broken> {
        let others = broken
            .iter()
            .filter(|it| !self.errors.contains(&it.cell))
            .cloned();
        let missed = self
            .errors
            .iter()
            .filter(|cell| broken.iter().all(|it| it.cell != **cell));
        let missed = missed.map(|cell| Broken {
            cell: *cell,
            why: "shows no error".to_owned(),
        });
        others.chain(missed).collect()
    }

    /// Compares it with what was seen.
    pub fn judge(&self, seen: &Seen) -> Verdict {
        let mut all = Vec::new();
        if !self.statuses.is_empty() {
            all.extend(self.statuses(seen));
        }
        for answers in &self.answers {
            all.extend(answers.judge(seen));
        }
        Verdict::of(all)
    }

    fn statuses(&self, seen: &Seen) -> Vec<Expectation> {
        let found = seen.statuses();
        let one = |status: &str, bounds: Bounds| {
            let count = found.get(status).copied().unwrap_or(0);
            within(&format!("requests answered with {status}"), bounds, count)
        };
        let known = self.statuses.iter().map(|(status, bounds)| one(status, *bounds));
        let others = found.keys().filter(|it| !self.statuses.contains_key(*it));
        known
            .chain(others.map(|status| one(status, Bounds(0, 0))))
            .collect()
    }
}

impl Answers {
    fn judge(&self, seen: &Seen) -> Vec<Expectation> {
        let answered = seen.calls.iter().filter(|it| it.status == Some(200));
        let (first, last) = (self.of.0.max(1), self.of.1);
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let some = answered
            .skip(count(first - 1))
            .take(count(last.saturating_sub(first - 1)));
        let found = tally(some.map(|it| it.region.as_str()));
        let of = format!("answers {first} to {last}");
        let count = |region: &str| found.get(region).copied().unwrap_or(0);
        let one = |region: &str, bounds: Bounds| within(&format!("{of}: {region}"), bounds, count(region));
        let known = self.regions.iter().map(|(region, bounds)| one(region, *bounds));
        let others = found.keys().filter(|it| !self.regions.contains_key(**it));
        let mut all: Vec<Expectation> = known
            .chain(others.map(|region| one(region, Bounds(0, 0))))
            .collect();
        let counts: Vec<u64> = self.shared.iter().map(|region| count(region)).collect();
        if let (Some(least), Some(most)) = (counts.iter().min(), counts.iter().max()) {
            let name = format!("{of}: shared by {}", self.shared.join(" and "));
            let actual = counts.iter().map(u64::to_string).collect::<Vec<_>>().join(" to ");
            all.push(Expectation::judged(
                &name,
                "one more or less",
                actual,
                most - least <= 1,
            ));
        }
        all
    }
}

fn within(name: &str, bounds: Bounds, count: u64) -> Expectation {
    Expectation::judged(name, bounds, count, (bounds.0..=bounds.1).contains(&count))
}

#[cfg(test)]
mod tests {
    use super::super::Mark;
    use super::*;
    use serde_json::{Value, json};

    fn pool() -> Expected {
        let text = "path = 'a/b.ipynb'\n[[answers]]\nof = [1, 4]\nregions = { 'East US' = [2, 2], 'West US' = [1, 1], 'Sweden Central' = [1, 1] }\nshared = ['West US', 'Sweden Central']";
        toml::from_str(text).expect("well written")
    }

    fn verdict(regions: &[&str]) -> Verdict {
        let lines = regions.iter().zip(1..);
        let journal: Value = lines
            .map(|(region, number)| json!({ "number": number, "region": region, "status": 200 }))
            .collect();
        pool().judge(&Seen::read(&json!([]), &journal, &json!({}), Mark::default()))
    }

    #[test]
    fn the_file_is_well_written() {
        let known = expected(Path::new(
            "x/backend-pool-load-balancing/backend-pool-load-balancing.ipynb",
        ));
        assert!(known.expect("well written").is_some());
        assert!(
            expected(Path::new("other.ipynb"))
                .expect("well written")
                .is_none()
        );
    }

    #[test]
    fn an_error_may_be_what_a_notebook_shows() {
        let expected: Expected = toml::from_str("path = 'a/b.ipynb'\nerrors = [2]").expect("well written");
        let broken = |cells: &[u64]| -> Vec<Broken> {
            let why = "KeyError".to_owned();
            cells
                .iter()
                .map(|cell| Broken {
                    cell: *cell,
                    why: why.clone(),
                })
                .collect()
        };
        assert_eq!(expected.unexpected(&broken(&[2])), []);
        assert_eq!(expected.unexpected(&broken(&[2, 3])), broken(&[3]));
        assert_eq!(expected.unexpected(&[])[0].why, "shows no error");
    }

    #[test]
    fn regions_and_turns_are_judged() {
        assert!(verdict(&["East US", "East US", "West US", "Sweden Central", "East US"]).passed());
        assert!(!verdict(&["East US", "West US", "West US", "West US"]).passed());
        assert!(!verdict(&["East US", "East US", "West US", "UK South"]).passed());
        assert!(!verdict(&[]).passed());
    }
}
