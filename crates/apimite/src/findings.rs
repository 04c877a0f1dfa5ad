use serde::Serialize;
use serde_json::json;
use source::{Finding, Severity};
use std::io::IsTerminal as _;

/// A document and what is wrong in it: one line of `check --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Document {
    path: String,
    ok: bool,
    diagnostics: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Line {
    severity: &'static str,
    code: &'static str,
    message: String,
    line: usize,
    column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

/// Findings by document: first those of `names`, in that order, then any other that something was found in.
pub(crate) fn by_document(names: &[String], findings: &[Finding]) -> Vec<Document> {
    let mut documents: Vec<Document> = Vec::new();
    let names = names
        .iter()
        .map(String::as_str)
        .chain(findings.iter().map(|it| it.source.name()));
    for name in names {
        if !documents.iter().any(|document| document.path == name) {
            documents.push(Document {
                path: name.to_owned(),
                ok: true,
                diagnostics: Vec::new(),
            });
        }
    }
    for finding in findings {
        if let Some(document) = documents
            .iter_mut()
            .find(|document| document.path == finding.source.name())
        {
            document.ok &= !finding.is_error();
            document.diagnostics.push(line(finding));
        }
    }
    documents
}

fn line(finding: &Finding) -> Line {
    let diagnostic = &finding.diagnostic;
    let place = finding.source.position(diagnostic.span.start);
    Line {
        severity: diagnostic.severity.name(),
        code: diagnostic.code,
        message: diagnostic.message.clone(),
        line: place.line,
        column: place.column,
        help: diagnostic.help.clone(),
    }
}

/// A SARIF 2.1.0 log: one run, a rule for each code that occurs.
pub(crate) fn sarif(findings: &[Finding]) -> serde_json::Value {
    let mut rules: Vec<&str> = findings.iter().map(|it| it.diagnostic.code).collect();
    rules.sort_unstable();
    rules.dedup();
    let rule = |code: &&str| json!({ "id": code, "helpUri": format!("docs/diagnostics.md#{code}"), "shortDescription": { "text": code } });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "apimite",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(rule).collect::<Vec<_>>(),
            } },
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn result(finding: &Finding) -> serde_json::Value {
    let diagnostic = &finding.diagnostic;
    let (start, end) = (
        finding.source.position(diagnostic.span.start),
        finding.source.position(diagnostic.span.end),
    );
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let text = match &diagnostic.help {
        Some(help) => format!("{}; {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    json!({
        "ruleId": diagnostic.code,
        "level": level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": finding.source.name() },
            "region": { "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column },
        } }],
    })
}

/// Shows findings on the standard error output.
#[expect(clippy::print_stderr, reason = "the command line prints")]
pub(crate) fn show(findings: &[Finding]) {
    let color = std::io::stderr().is_terminal();
    for finding in findings {
        eprintln!("{}", source::render(finding, color));
    }
}

/// `2 errors, 1 warning`, or nothing.
pub(crate) fn count(findings: &[Finding]) -> String {
    let count = |severity| {
        findings
            .iter()
            .filter(|it| it.diagnostic.severity == severity)
            .count()
    };
    let words = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let parts = [
        words(count(Severity::Error), "error"),
        words(count(Severity::Warning), "warning"),
        words(count(Severity::Info), "note"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use source::{Diagnostic, Source, Span};

    #[test]
    fn a_line_per_document_with_places_from_one() {
        let source = Source::new("b.xml", "a\nb");
        let finding = Diagnostic::error("unknown-policy", "`x` is no policy", Span::at(2)).found_in(&source);
        let documents = by_document(
            &["a.xml".to_owned(), "b.xml".to_owned()],
            std::slice::from_ref(&finding),
        );
        assert_eq!(
            serde_json::to_string(&documents).expect("serializable"),
            r#"[{"path":"a.xml","ok":true,"diagnostics":[]},{"path":"b.xml","ok":false,"diagnostics":[{"severity":"error","code":"unknown-policy","message":"`x` is no policy","line":2,"column":1}]}]"#
        );
        let log = sarif(std::slice::from_ref(&finding));
        assert_eq!(
            log.pointer("/runs/0/results/0/ruleId"),
            Some(&json!("unknown-policy"))
        );
        assert_eq!(
            log.pointer("/runs/0/results/0/locations/0/physicalLocation/region/startLine"),
            Some(&json!(2))
        );
        assert_eq!(count(&[finding]), "1 error");
    }
}
