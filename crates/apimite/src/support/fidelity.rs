use super::{head, row};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// `docs/fidelity.toml`.
const SOURCE: &str = include_str!("../../../../docs/fidelity.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fidelity {
    behaviour: Vec<Behaviour>,
}

/// Something that a user may wonder about.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Behaviour {
    area: String,
    behaviour: String,
    evidence: Evidence,
    source: String,
    /// A page or case below `tests/cases`, a test of `tests/src`, or `CRATE::TEST`.
    case: Option<String>,
}

/// How sure we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Evidence {
    Documented,
    Observed,
    Inferred,
}

impl Evidence {
    fn name(self) -> &'static str {
        match self {
            Evidence::Documented => "documented",
            Evidence::Observed => "observed",
            Evidence::Inferred => "inferred",
        }
    }
}

fn read() -> Result<Vec<Behaviour>, String> {
    let read: Result<Fidelity, _> = toml::from_str(SOURCE);
    read.map(|it| it.behaviour)
        .map_err(|error| format!("docs/fidelity.toml: {error}"))
}

pub(super) fn json() -> Result<Value, String> {
    read().map(|all| json!(all))
}

pub(super) fn markdown() -> Result<String, String> {
    let all = read()?;
    let count = |evidence: Evidence| all.iter().filter(|it| it.evidence == evidence).count();
    let mut page = head("Fidelity", "fidelity");
    page.push_str(&format!(
        "\nHow apimite behaves where a user may wonder, how sure it is that Azure does the same, and the test that shows it.\n\n\
         - *documented* ({}): a page of Microsoft says so, or the contract of the REST interface.\n\
         - *observed* ({}): seen on real gateways or models and published: issues, samples with assertions, captures.\n\
         - *inferred* ({}): neither; the choice that fits what is known and is deterministic.\n\n\
         {} of {} have a test. The rows stand in `docs/fidelity.toml`.\n",
        count(Evidence::Documented),
        count(Evidence::Observed),
        count(Evidence::Inferred),
        all.iter().filter(|it| it.case.is_some()).count(),
        all.len()
    ));
    let mut area = "";
    for it in &all {
        if it.area != area {
            area = &it.area;
            page.push_str(&format!("\n## {area}\n\n"));
            page.push_str(&row(["behaviour", "evidence", "source", "shown by"]));
            page.push_str(&row(["---"; 4]));
        }
        let case = it.case.as_deref().map_or_else(|| "none yet".to_owned(), link);
        page.push_str(&row([&it.behaviour, it.evidence.name(), &it.source, &case]));
    }
    Ok(page)
}

// A case of a page is linked by the anchor of its heading; a test in Rust has none.
fn link(case: &str) -> String {
    let (page, heading) = case.split_once(" > ").unwrap_or((case, ""));
    if !page.contains('/') {
        return format!("`{case}`");
    }
    let anchor: String = heading
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || matches!(c, '-' | '_') => Some(c),
            _ => None,
        })
        .collect();
    let hash = if anchor.is_empty() { "" } else { "#" };
    format!("[{case}](../tests/cases/{page}.md{hash}{anchor})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_linked_by_the_anchor_of_their_heading() {
        let page =
            "[policies/retry > interval 0 is a loop](../tests/cases/policies/retry.md#interval-0-is-a-loop)";
        assert_eq!(link("policies/retry > interval 0 is a loop"), page);
        assert_eq!(
            link("gateway/keys"),
            "[gateway/keys](../tests/cases/gateway/keys.md)"
        );
        assert_eq!(
            link("foundry::one_seed_repeats_every_byte"),
            "`foundry::one_seed_repeats_every_byte`"
        );
    }
}
