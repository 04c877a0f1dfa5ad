use crate::{Finding, Severity};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report};

/// The finding as a person reads it in a terminal: file, line, column, excerpt and advice. With `color`, in color.
pub fn render(finding: &Finding, color: bool) -> String {
    let diagnostic = &finding.diagnostic;
    let severity = match diagnostic.severity {
        Severity::Info => miette::Severity::Advice,
        Severity::Warning => miette::Severity::Warning,
        Severity::Error => miette::Severity::Error,
    };
    let text = finding.source.text();
    let start = diagnostic.span.start.min(text.len());
    let length = diagnostic.span.end.min(text.len()) - start;
    let mut report = MietteDiagnostic::new(format!(
        "{}[{}]: {}",
        diagnostic.severity.name(),
        diagnostic.code,
        diagnostic.message
    ))
    .with_severity(severity)
    .with_label(LabeledSpan::underline((start, length)));
    if let Some(help) = &diagnostic.help {
        report = report.with_help(help.clone());
    }
    let theme = match color {
        true => GraphicalTheme::unicode(),
        false => GraphicalTheme::unicode_nocolor(),
    };
    let source = NamedSource::new(finding.source.name(), text.to_owned());
    let mut out = String::new();
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false);
    let report = Report::from(report).with_source_code(source);
    // Writing to a string cannot fail; a diagnostic that miette cannot draw still has its message.
    if handler.render_report(&mut out, report.as_ref()).is_err() {
        out.push_str(&diagnostic.message);
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::{Diagnostic, Source, Span, render};

    #[test]
    fn a_finding_shows_place_excerpt_and_advice() {
        let source = Source::new("chat.xml", "<a>\n  <b c='1'/>\n</a>");
        let finding = Diagnostic::error("unknown-attribute", "`b` has no `c`", Span::new(9, 10))
            .suggest(Some("d"))
            .found_in(&source);
        let text = render(&finding, false);
        assert!(
            text.contains("error[unknown-attribute]: `b` has no `c`"),
            "{text}"
        );
        assert!(text.contains("chat.xml:2:6"), "{text}");
        assert!(text.contains("did you mean `d`?"), "{text}");
    }
}
