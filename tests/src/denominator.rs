//! Every policy of the reference, and what has become of each: it runs, with evidence and cases, or it is named here with the reason.

use crate::page::{self, Block, Role};
use crate::{Test, root};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;

/// The index of the reference: its policies, the structural element, and what is known only elsewhere.
const POLICIES: [(&str, Fate); 75] = [
    ("rate-limit", Fate::Runs),
    ("rate-limit-by-key", Fate::Runs),
    ("quota", Fate::Runs),
    ("quota-by-key", Fate::Runs),
    ("limit-concurrency", Fate::Runs),
    ("llm-token-limit", Fate::Runs),
    ("azure-openai-token-limit", Fate::Runs),
    ("check-header", Fate::Runs),
    ("get-authorization-context", Fate::Runs),
    ("ip-filter", Fate::Runs),
    ("validate-azure-ad-token", Fate::Runs),
    ("validate-jwt", Fate::Runs),
    ("validate-client-certificate", Fate::Runs),
    ("authentication-basic", Fate::Runs),
    ("authentication-certificate", Fate::Runs),
    ("authentication-managed-identity", Fate::Runs),
    ("validate-content", Fate::Runs),
    ("validate-graphql-request", Fate::Later("GraphQL")),
    ("validate-odata-request", Fate::Runs),
    ("validate-parameters", Fate::Runs),
    ("validate-headers", Fate::Runs),
    ("validate-status-code", Fate::Runs),
    ("llm-content-safety", Fate::Runs),
    ("forward-request", Fate::Runs),
    ("set-backend-service", Fate::Runs),
    ("proxy", Fate::Runs),
    ("cache-lookup", Fate::Runs),
    ("cache-store", Fate::Runs),
    ("cache-lookup-value", Fate::Runs),
    ("cache-store-value", Fate::Runs),
    ("cache-remove-value", Fate::Runs),
    ("llm-semantic-cache-lookup", Fate::Runs),
    ("llm-semantic-cache-store", Fate::Runs),
    ("azure-openai-semantic-cache-lookup", Fate::Runs),
    ("azure-openai-semantic-cache-store", Fate::Runs),
    ("set-method", Fate::Runs),
    ("set-status", Fate::Runs),
    ("set-variable", Fate::Runs),
    ("set-body", Fate::Runs),
    ("set-header", Fate::Runs),
    ("set-query-parameter", Fate::Runs),
    ("rewrite-uri", Fate::Runs),
    ("json-to-xml", Fate::Runs),
    ("xml-to-json", Fate::Runs),
    ("find-and-replace", Fate::Runs),
    ("redirect-content-urls", Fate::Runs),
    ("xsl-transform", Fate::Runs),
    ("return-response", Fate::Runs),
    ("mock-response", Fate::Runs),
    ("cross-domain", Fate::Runs),
    ("cors", Fate::Runs),
    ("jsonp", Fate::Runs),
    ("send-request", Fate::Runs),
    ("send-one-way-request", Fate::Runs),
    ("log-to-eventhub", Fate::Runs),
    ("send-service-bus-message", Fate::Runs),
    ("publish-to-dapr", Fate::Later("Dapr")),
    ("invoke-dapr-binding", Fate::Later("Dapr")),
    ("trace", Fate::Runs),
    ("emit-metric", Fate::Runs),
    ("llm-emit-token-metric", Fate::Runs),
    ("azure-openai-emit-token-metric", Fate::Runs),
    ("sql-data-source", Fate::Later("resolvers")),
    ("cosmosdb-data-source", Fate::Later("resolvers")),
    ("http-data-source", Fate::Later("resolvers")),
    ("publish-event", Fate::Later("resolvers")),
    ("choose", Fate::Runs),
    ("include-fragment", Fate::Runs),
    ("retry", Fate::Runs),
    ("wait", Fate::Runs),
    ("base", Fate::Runs),
    ("set-graphql-resolver", Fate::Later("resolvers")),
    ("cache-value", Fate::Runs),
    (
        "invoke-request",
        Fate::Later("a page of the reference: only the policy toolkit knows it"),
    ),
    ("authentication-oauth2", Fate::Refused),
];

/// What has become of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It runs.
    Runs,
    /// It is known by name and reported as not yet supported; it waits for this.
    Later(&'static str),
    /// Azure has no such policy, so neither have we.
    Refused,
}

/// Cases that a policy needs: one that works, one at an edge, one with bad input.
const LEAST: usize = 3;

/// Cases of one policy.
#[derive(Debug, Default, Clone, Copy)]
struct Cases {
    all: usize,
    bad: usize,
}

pub(crate) fn tests() -> Vec<Test> {
    vec![Test::new(
        "denominator > every policy of the reference runs with evidence and cases, or is named with a reason",
        check,
    )]
}

#[expect(clippy::print_stdout, reason = "the counts are what the test is for")]
fn check() -> Result<(), String> {
    let cases = cases()?;
    let rows = fs::read_to_string(root().join("docs/fidelity.toml")).map_err(|error| error.to_string())?;
    let rows: Rows = toml::from_str(&rows).map_err(|error| error.to_string())?;
    let mut wrong = Vec::new();
    for (name, fate) in POLICIES {
        let found = policy::policies().find(|it| it.name == name);
        let counted = cases.get(name).copied().unwrap_or_default();
        println!(
            "{name}: {fate:?}, {} cases, {} of them with bad input",
            counted.all, counted.bad
        );
        let supported = found.as_ref().map(|it| it.supported);
        let is_as_said = match fate {
            Fate::Runs => supported == Some(true),
            Fate::Later(_) => supported == Some(false),
            Fate::Refused => supported.is_none(),
        };
        if !is_as_said {
            wrong.push(format!(
                "`{name}` is listed as {fate:?}, and supported says {supported:?}"
            ));
        }
        if !rows.tell_of(name) {
            wrong.push(format!("no row of docs/fidelity.toml is about `{name}`"));
        }
        if fate == Fate::Runs && (counted.all < LEAST || counted.bad == 0) {
            wrong.push(format!(
                "`{name}` has {} cases, {} with bad input",
                counted.all, counted.bad
            ));
        }
    }
    let unlisted = policy::policies().filter(|it| !POLICIES.iter().any(|(name, _)| *name == it.name));
    wrong.extend(unlisted.map(|it| format!("`{}` is not in the list", it.name)));
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong.join("\n")),
    }
}

#[derive(Deserialize)]
struct Rows {
    behaviour: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    behaviour: String,
    evidence: String,
    case: Option<String>,
}

impl Rows {
    // A row names the policy, or is shown by a page that is about it.
    fn tell_of(&self, name: &str) -> bool {
        self.behaviour.iter().any(|row| {
            let page = format!("policies/{name} > ");
            let is_shown = row.case.as_ref().is_some_and(|case| case.starts_with(&page));
            !row.evidence.is_empty() && (is_shown || row.behaviour.contains(&format!("`{name}`")))
        })
    }
}

// How many cases use a policy, by its name.
fn cases() -> Result<BTreeMap<String, Cases>, String> {
    let mut counts: BTreeMap<String, Cases> = BTreeMap::new();
    for page in page::read_all(&root().join("tests/cases"))? {
        for case in &page.cases {
            let blocks: Vec<&Block> = page.setup.iter().chain(&case.blocks).collect();
            let text = documents(&blocks);
            let is_bad = case.blocks.iter().any(is_refusal);
            for (name, _) in POLICIES {
                let is_used = [" ", "/", ">", "\n"]
                    .iter()
                    .any(|end| text.contains(&format!("<{name}{end}")));
                if is_used {
                    let counted = counts.entry(name.to_owned()).or_default();
                    counted.all += 1;
                    counted.bad += usize::from(is_bad);
                }
            }
        }
    }
    Ok(counts)
}

fn documents(blocks: &[&Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        match &block.role {
            Role::Document { .. } | Role::Fragment(_) => text.push_str(&block.text),
            _ => (),
        }
    }
    text
}

// Bad input is refused: by a diagnostic, or by an answer that says so.
fn is_refusal(block: &Block) -> bool {
    match block.role {
        Role::Diagnostics => block.text.contains("error["),
        Role::Response => ["HTTP/1.1 4", "HTTP/1.1 5"]
            .iter()
            .any(|it| block.text.starts_with(it)),
        _ => false,
    }
}
