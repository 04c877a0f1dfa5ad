use crate::fields::lower;
use crate::tree::Tree;
use model::{ResourceKind, Service, Settings};
use source::{Diagnostic, Finding, Source, Span, nearest};

/// `apimite.toml`, if there is one.
pub(crate) fn read(tree: &Tree, service: &mut Service, findings: &mut Vec<Finding>) {
    let Some(source) = tree.file("apimite.toml") else {
        return;
    };
    match toml::from_str::<Settings>(source.text()) {
        Ok(settings) => {
            service.settings = settings;
            service.origins.note(ResourceKind::Settings, "", source, "");
        }
        Err(error) => findings.push(finding(&error, source)),
    }
}

fn finding(error: &toml::de::Error, source: &Source) -> Finding {
    let span = error
        .span()
        .map_or(Span::default(), |range| Span::new(range.start, range.end));
    let message = error.message();
    // serde says: unknown field `x`, expected one of `a`, `b`.
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let mut words = rest.split('`').step_by(2);
        let name = words.next().unwrap_or_default();
        let known: Vec<&str> = rest.split('`').skip(2).step_by(2).collect();
        let message = format!("there is no key `{name}` here");
        let finding = Diagnostic::error("unknown-key", message, span);
        let finding = match nearest(name, known.iter().copied()) {
            Some(near) => finding.suggest(Some(near)),
            None if known.is_empty() => finding,
            None => finding.help(format!("known keys: {}", known.join(", "))),
        };
        return finding.found_in(source);
    }
    Diagnostic::error(
        "invalid-toml",
        lower(message.lines().next().unwrap_or_default()),
        span,
    )
    .found_in(source)
}
