//! What can be said about a template before it is parsed, with places.

use super::filters::FILTERS;
use source::{Diagnostic, Mapped, Span, nearest};

/// Blocks inside blocks, and braces inside braces: the parser and the renderer use the stack.
const DEEPEST: usize = 64;

/// Checks names of filters and the depth.
pub(super) fn check(text: &Mapped, report: &mut Vec<Diagnostic>) {
    let source = text.text();
    let (mut depth, mut brackets) = (0usize, 0usize);
    for (start, end) in marks(source) {
        let mark = &source[start..end];
        for at in outside_quotes(mark) {
            match mark.as_bytes()[at] {
                b'|' => filter(text, start + at + 1, end, report),
                b'[' => brackets += 1,
                b']' => brackets = brackets.saturating_sub(1),
                _ => (),
            }
        }
        let word = tag(mark);
        if word.starts_with("end") {
            depth = depth.saturating_sub(1);
        } else if matches!(
            word,
            "if" | "unless" | "for" | "case" | "capture" | "JSONArrayFor" | "tablerow" | "ifchanged"
        ) {
            depth += 1;
        }
        if depth > DEEPEST || brackets > DEEPEST {
            let message = format!("the liquid template is nested deeper than {DEEPEST}");
            report.push(Diagnostic::error(
                "bad-liquid",
                message,
                text.span(Span::new(start, end)),
            ));
            return;
        }
    }
}

fn filter(text: &Mapped, from: usize, end: usize, report: &mut Vec<Diagnostic>) {
    let rest = &text.text()[from..end];
    let start = from + rest.len() - rest.trim_start().len();
    let name = word(&text.text()[start..end]);
    if name.is_empty() || FILTERS.iter().any(|it| it.name == name) {
        return;
    }
    let pascal: String = name.split('_').map(upper_first).collect();
    let known = FILTERS.iter().find(|it| it.name == pascal);
    let near = known
        .map(|it| it.name)
        .or_else(|| nearest(name, FILTERS.iter().map(|it| it.name)));
    let message = format!("liquid has no filter `{name}` here");
    let span = text.span(Span::new(start, start + name.len()));
    report.push(Diagnostic::error("unknown-filter", message, span).suggest(near));
}

fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// The template with the operators of C# naming, such as `Contains`, as the parser spells them.
pub(super) fn operators(source: &str) -> String {
    let mut out = source.to_owned();
    for (start, end) in marks(source) {
        let mark = &source[start..end];
        for at in outside_quotes(mark).filter(|at| mark[*at..].starts_with("Contains")) {
            let alone = mark[..at].ends_with(char::is_whitespace)
                && mark[at + 8..].starts_with(|c: char| c.is_whitespace() || matches!(c, '\'' | '"'));
            if alone && mark.starts_with("{%") {
                out.replace_range(start + at..start + at + 1, "c");
            }
        }
    }
    out
}

/// Whether a mark of the template has a word, in any case.
pub(super) fn mentions(source: &str, wanted: &str) -> bool {
    marks(source).any(|(start, end)| {
        source[start..end]
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word.eq_ignore_ascii_case(wanted))
    })
}

/// The sentence of an error of the parser.
pub(super) fn reason(error: &str) -> String {
    let lines = error.lines().map(str::trim).filter(|it| !it.is_empty());
    let told = lines.clone().find_map(|it| it.strip_prefix("= "));
    let first = lines
        .map(|it| it.trim_start_matches("liquid:").trim())
        .find(|it| !it.is_empty())
        .unwrap_or("a mistake");
    told.unwrap_or(first).to_owned()
}

// `{{ ... }}` and `{% ... %}`, with their braces; what stands in `raw` and `comment` is none.
fn marks(source: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    let mut until: Option<&str> = None;
    std::iter::from_fn(move || {
        loop {
            let open = at + source[at..].find('{')?;
            let close = match source.as_bytes().get(open + 1) {
                Some(b'{') => "}}",
                Some(b'%') => "%}",
                _ => {
                    at = open + 1;
                    continue;
                }
            };
            let end = open + 2 + source[open + 2..].find(close)? + 2;
            at = end;
            let word = tag(&source[open..end]);
            match until {
                Some(wanted) if word != wanted => continue,
                Some(_) => until = None,
                None => {
                    until = match word {
                        "raw" => Some("endraw"),
                        "comment" => Some("endcomment"),
                        _ => None,
                    }
                }
            }
            return Some((open, end));
        }
    })
}

// The name of a tag; empty for an output.
fn tag(mark: &str) -> &str {
    match mark.strip_prefix("{%") {
        Some(rest) => word(rest.trim_start_matches('-').trim_start()),
        None => "",
    }
}

fn word(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    &text[..end]
}

fn outside_quotes(mark: &str) -> impl Iterator<Item = usize> {
    let mut quote = None;
    mark.char_indices().filter_map(move |(at, c)| {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, _) => return Some(at),
            _ => (),
        }
        None
    })
}
