//! The expressions of policy documents, as the text that the compiler gets.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Collects the expressions of every XML file below a folder.
pub(super) fn below(folder: &Path, found: &mut BTreeSet<String>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for path in entries.flatten().map(|it| it.path()) {
        if path.is_dir() {
            below(&path, found)?;
        } else if path.extension().is_some_and(|it| it.eq_ignore_ascii_case("xml")) {
            let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            found.extend(of(&String::from_utf8_lossy(&bytes)));
        }
    }
    Ok(())
}

/// The expressions of a document. One that is not closed is none: `apimite check` tells of it.
fn of(text: &str) -> Vec<String> {
    let text = without_comments(text);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..]
        .find("@(")
        .into_iter()
        .chain(text[at..].find("@{"))
        .min()
    {
        let start = at + start;
        at = start + 2;
        if !begins_a_value(text[..start].trim_end()) {
            continue;
        }
        if let Some((expression, end)) = lifted(&text, start) {
            found.push(expression);
            at = end;
        }
    }
    found
}

// A value begins behind a quote or a tag.
fn begins_a_value(before: &str) -> bool {
    before.ends_with(['"', '\'', '>'])
}

// As it stands, or with its entities decoded.
fn lifted(text: &str, start: usize) -> Option<(String, usize)> {
    let quote = text[..start].trim_end().chars().next_back()?;
    let close = if quote == '>' { '<' } else { quote };
    let until = text[start..].find(close).map(|it| &text[start..start + it])?;
    if quote != '>' && (until.contains("&quot;") || until.contains("&apos;")) {
        let decoded = policy::unescaped(until);
        let end = expression::end_of_expression(&decoded, 0)?;
        return Some((decoded[..end].to_owned(), start + until.len()));
    }
    let end = expression::end_of_expression(text, start)?;
    Some((policy::unescaped(&text[start..end]), end))
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find("<!--") {
        out.push_str(&rest[..open]);
        rest = rest[open..].split_once("-->").map_or("", |(_, rest)| rest);
    }
    out + rest
}
