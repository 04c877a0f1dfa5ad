//! Expressions of a document, by what they look at and what they compare it with: a request that says just that is likelier to lead
//! somewhere than one that says anything anywhere.

use super::read::{names, unique};
use expression::end_of_expression;
use std::collections::{BTreeMap, BTreeSet};

/// An expression that decides something.
#[derive(Debug, Default, Clone)]
pub(super) struct Goal {
    pub(super) sources: BTreeSet<Source>,
    /// Texts and numbers in it.
    pub(super) texts: Vec<String>,
}

/// Something that a request, or an answer of the stub, says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Header(String),
    Query(String),
    /// A variable that somebody else sets.
    Variable(String),
    Claim(String),
    /// Of a JSON body.
    Member(String),
    Status,
    Method,
    Path,
}

/// The expressions of a document that look at anything.
pub(super) fn goals(text: &str) -> Vec<Goal> {
    let all: Vec<(Option<String>, &str)> = expressions(text).collect();
    let mut set: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (variable, expression) in &all {
        if let Some(variable) = variable {
            set.entry(variable.clone()).or_default().push(expression);
        }
    }
    let goals = all.iter().map(|(_, expression)| Goal {
        sources: sources(expression, &set, 4),
        texts: texts(expression),
    });
    goals.filter(|it| !it.sources.is_empty()).collect()
}

// Every expression, with the variable that it is for.
fn expressions(text: &str) -> impl Iterator<Item = (Option<String>, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + text[from..].find("@")?;
            from = at + 1;
            if !text[from..].starts_with(['(', '{']) {
                continue;
            }
            let Some(end) = end_of_expression(text, at) else {
                continue;
            };
            from = end;
            return Some((variable(text, at, end), &text[at..end]));
        }
    })
}

// The name in the tag of a `set-variable`, before or behind its value.
fn variable(text: &str, start: usize, end: usize) -> Option<String> {
    let tag = &text[text[..start].rfind('<')?..start];
    let behind = text[end..].split('>').next().unwrap_or_default();
    let named = |part: &str| Some(part.split_once("name=\"")?.1.split('"').next()?.to_owned());
    tag.starts_with("<set-variable")
        .then(|| named(tag).or_else(|| named(behind)))
        .flatten()
}

// What it looks at, also through variables that the document sets.
fn sources(expression: &str, set: &BTreeMap<String, Vec<&str>>, depth: usize) -> BTreeSet<Source> {
    let mut found = BTreeSet::new();
    let of = |dictionaries: &[&str]| unique(names(expression, dictionaries).into_iter());
    found.extend(of(&["Headers"]).into_iter().map(Source::Header));
    found.extend(of(&["Query"]).into_iter().map(Source::Query));
    found.extend(of(&["Claims"]).into_iter().map(Source::Claim));
    for name in of(&["Variables"]) {
        match set.get(&name) {
            Some(inner) if depth > 0 => {
                found.extend(inner.iter().flat_map(|it| sources(it, set, depth - 1)));
            }
            Some(_) => (),
            None => drop(found.insert(Source::Variable(name))),
        }
    }
    found.extend(members(expression).map(Source::Member));
    for (word, source) in [
        ("StatusCode", Source::Status),
        ("Request.Method", Source::Method),
        ("Url.Path", Source::Path),
        ("OriginalUrl", Source::Path),
    ] {
        if expression.contains(word) {
            found.insert(source);
        }
    }
    found
}

const DICTIONARIES: [&str; 5] = ["Headers", "Variables", "Query", "MatchedParameters", "Claims"];

// `["name"]` of whatever is no dictionary of the context.
fn members(expression: &str) -> impl Iterator<Item = String> {
    expression.match_indices("[\"").filter_map(|(at, _)| {
        let before = expression[..at].trim_end_matches('?');
        let is_other = DICTIONARIES.iter().any(|it| before.ends_with(it));
        let name = expression[at + 2..].split('"').next()?;
        (!is_other && !name.is_empty()).then(|| name.to_owned())
    })
}

// Its texts, and its numbers with their neighbours.
fn texts(expression: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut code = String::new();
    for (at, part) in expression.split('"').enumerate() {
        match at % 2 {
            0 => code += part,
            _ => found.push(part.to_owned()),
        }
    }
    for number in code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        if let Ok(number @ 0..1_000_000) = number.parse::<u32>() {
            found.extend([number, number + 1, number.saturating_sub(1)].map(|it| it.to_string()));
        }
    }
    if ["bool", "true", "false"].iter().any(|it| code.contains(it)) {
        found.extend(["true".to_owned(), "false".to_owned()]);
    }
    let good = |it: &String| it.len() < 120 && http::HeaderValue::from_str(it).is_ok();
    let mut texts = unique(found.into_iter().filter(good));
    texts.truncate(40);
    texts
}
