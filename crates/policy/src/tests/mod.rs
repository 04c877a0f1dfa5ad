//! Documents and requests to outcomes, against a world that is scripted.

mod access; // who may call
mod load; // what is said about a document
mod read; // the reader
mod rows; // the table keeps what it promises
mod walk; // requests
mod world; // the scripted world

use crate::{Lone, Options, Role, Scope, compile};
use source::{Finding, Source};

/// Findings of a lone API document, as `code line:column`.
fn findings(text: &str) -> Vec<String> {
    let source = Source::new("t.xml", text);
    let (document, findings) = compile(
        &source,
        Role::Policy(Scope::Api),
        &Lone::default(),
        &Options::default(),
    );
    assert_eq!(
        document.is_some(),
        !findings.iter().any(Finding::is_error),
        "{findings:?}"
    );
    findings.iter().map(short).collect()
}

fn short(finding: &Finding) -> String {
    let at = finding.source.position(finding.diagnostic.span.start);
    format!("{} {}:{}", finding.diagnostic.code, at.line, at.column)
}

/// A document with `inbound` filled and the rest inherited.
fn inbound(policies: &str) -> String {
    format!("<policies><inbound>{policies}</inbound><backend><base /></backend></policies>")
}
