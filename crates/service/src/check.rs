use model::{ResourceKind, Service};
use source::{Diagnostic, Finding, Severity, Source, Span};

/// Collects findings about the resources of one service.
pub(crate) struct Check<'a> {
    pub(crate) service: &'a Service,
    pub(crate) findings: Vec<Finding>,
    /// What Azure refuses only at some dates is an error.
    pub(crate) strict: bool,
}

/// A resource and a place in it, as a JSON pointer.
#[derive(Clone, Copy)]
pub(crate) struct At<'a>(pub(crate) ResourceKind, pub(crate) &'a str, pub(crate) &'a str);

impl Check<'_> {
    /// Reports at a place of a resource.
    pub(crate) fn report(&mut self, at: At<'_>, make: impl FnOnce(Span) -> Diagnostic) {
        let (source, span) = self.service.origins.place(at.0, at.1, at.2);
        self.findings.push(make(span).found_in(&source));
    }

    /// An error.
    pub(crate) fn error(&mut self, at: At<'_>, code: &'static str, message: impl Into<String>) {
        self.report(at, |span| Diagnostic::error(code, message, span));
    }

    /// An error with the nearest right name.
    pub(crate) fn unknown(
        &mut self,
        at: At<'_>,
        code: &'static str,
        message: impl Into<String>,
        near: Option<&str>,
    ) {
        self.report(at, |span| Diagnostic::error(code, message, span).suggest(near));
    }

    /// A warning.
    pub(crate) fn warning(&mut self, at: At<'_>, code: &'static str, message: impl Into<String>) {
        self.report(at, |span| Diagnostic::warning(code, message, span));
    }

    /// A warning that strictness makes an error.
    pub(crate) fn dated(&mut self, at: At<'_>, code: &'static str, message: impl Into<String>) {
        let severity = if self.strict {
            Severity::Error
        } else {
            Severity::Warning
        };
        self.report(at, |span| Diagnostic {
            severity,
            ..Diagnostic::warning(code, message, span)
        });
    }
}

/// Each finding once, by file and place, so that those of reading and of loading can be shown as one list.
pub fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    fn key(it: &Finding) -> (&str, Span, std::cmp::Reverse<Severity>, &'static str, &str) {
        let diagnostic = &it.diagnostic;
        let severity = std::cmp::Reverse(diagnostic.severity);
        (
            it.source.name(),
            diagnostic.span,
            severity,
            diagnostic.code,
            &diagnostic.message,
        )
    }
    findings.sort_by(|left, right| key(left).cmp(&key(right)));
    // A fragment is compiled wherever it is included and once by itself.
    findings.dedup_by(|left, right| {
        same_text(&left.source, &right.source) && left.diagnostic == right.diagnostic
    });
    findings
}

fn same_text(left: &Source, right: &Source) -> bool {
    left.name() == right.name()
}
