//! URL templates of operations: `/items/{id}.json?full={full}`, `/files/{*path}`, `/*`.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

/// A compiled URL template.
#[derive(Debug)]
pub(crate) struct Template {
    segments: Vec<Segment>,
    query: Vec<Constraint>,
}

#[derive(Debug)]
enum Segment {
    // Lower case, decoded.
    Literal(String),
    Parameter(Arc<str>),
    // Literals and parameters in one segment, such as `{id}.json`.
    Mixed(Vec<Part>),
    // The rest of the path, with or without a name.
    Rest(Option<Arc<str>>),
}

#[derive(Debug)]
enum Part {
    // Lower case, decoded, not empty.
    Literal(String),
    Parameter(Arc<str>),
}

#[derive(Debug)]
struct Constraint {
    name: String,
    wanted: Wanted,
}

#[derive(Debug)]
enum Wanted {
    // Present with any value, which is captured under this name.
    Captured(Arc<str>),
    // Present with this value; any value when empty.
    Text(String),
}

impl Template {
    /// Reads a template. What is no valid parameter is literal text.
    pub(crate) fn new(text: &str) -> Template {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let steps: Vec<&str> = if path.is_empty() {
            Vec::new()
        } else {
            path.split('/').collect()
        };
        let last = steps.len().saturating_sub(1);
        let segments = steps
            .iter()
            .enumerate()
            .map(|(at, step)| Segment::new(step, at == last))
            .collect();
        let query = query
            .split('&')
            .filter(|it| !it.is_empty())
            .map(Constraint::new)
            .collect();
        Template { segments, query }
    }

    /// The smaller, the earlier it is tried: segment by segment literal, mixed, parameter, rest; a shorter path before the rest
    /// of a longer one; then more query constraints before fewer.
    pub(crate) fn rank(&self) -> (Vec<(u8, Reverse<usize>)>, Reverse<usize>) {
        (
            self.segments.iter().map(Segment::rank).collect(),
            Reverse(self.query.len()),
        )
    }

    /// Whether a path behind the API's own and a query without `?` match.
    pub(crate) fn matches(&self, path: &str, query: &str) -> bool {
        let mut rest = trimmed(path);
        for wanted in &self.segments {
            if let Segment::Rest(_) = wanted {
                return self.query_matches(query);
            }
            let Some((segment, after)) = split_segment(rest) else {
                return false;
            };
            if !wanted.matches(segment) {
                return false;
            }
            rest = after;
        }
        rest.is_empty() && self.query_matches(query)
    }

    fn query_matches(&self, query: &str) -> bool {
        self.query
            .iter()
            .all(|it| match (&it.wanted, query_value(query, &it.name)) {
                (_, None) => false,
                (Wanted::Captured(_), Some(_)) => true,
                (Wanted::Text(text), Some(value)) => text.is_empty() || text.eq_ignore_ascii_case(&value),
            })
    }

    /// The values of the parameters of a request that matches.
    pub(crate) fn capture(&self, path: &str, query: &str) -> Vec<(Arc<str>, Arc<str>)> {
        let mut found = Vec::new();
        let mut rest = trimmed(path);
        for segment in &self.segments {
            if let Segment::Rest(name) = segment {
                let text = rest.strip_prefix('/').unwrap_or(rest);
                found.extend(name.as_ref().map(|name| (name.clone(), Arc::from(decoded(text)))));
                break;
            }
            let Some((text, after)) = split_segment(rest) else {
                break;
            };
            match segment {
                Segment::Parameter(name) => found.push((name.clone(), Arc::from(decoded(text)))),
                Segment::Mixed(parts) => drop(mixed(parts, &decoded(text), Some(&mut found))),
                Segment::Literal(_) | Segment::Rest(_) => (),
            }
            rest = after;
        }
        for it in &self.query {
            if let (Wanted::Captured(name), Some(value)) = (&it.wanted, query_value(query, &it.name)) {
                found.push((name.clone(), Arc::from(value)));
            }
        }
        found
    }
}

impl Segment {
    fn new(text: &str, is_last: bool) -> Segment {
        if is_last && text == "*" {
            return Segment::Rest(None);
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, name, after)) = next_parameter(rest) {
            push_literal(&mut parts, before);
            parts.push(Part::Parameter(name.into()));
            rest = after;
        }
        push_literal(&mut parts, rest);
        match parts.as_slice() {
            [] => Segment::Literal(String::new()),
            [Part::Literal(literal)] => Segment::Literal(literal.clone()),
            [Part::Parameter(name)] => match name.strip_prefix('*') {
                Some(bare) if is_last => Segment::Rest(Some(bare.into())),
                _ => Segment::Parameter(name.trim_start_matches('*').into()),
            },
            _ => Segment::Mixed(parts),
        }
    }

    fn rank(&self) -> (u8, Reverse<usize>) {
        match self {
            Segment::Literal(_) => (0, Reverse(0)),
            Segment::Mixed(parts) => {
                let length = |part: &Part| match part {
                    Part::Literal(text) => text.len(),
                    Part::Parameter(_) => 0,
                };
                (1, Reverse(parts.iter().map(length).sum()))
            }
            Segment::Parameter(_) => (2, Reverse(0)),
            Segment::Rest(_) => (3, Reverse(0)),
        }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Segment::Literal(literal) => same_segment(text, literal),
            Segment::Parameter(_) => !text.is_empty(),
            Segment::Mixed(parts) => mixed(parts, &decoded(text), None),
            Segment::Rest(_) => true,
        }
    }
}

impl Constraint {
    fn new(text: &str) -> Constraint {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let wanted = match value.strip_prefix('{').and_then(|value| value.strip_suffix('}')) {
            Some(parameter) => Wanted::Captured(parameter.into()),
            None => Wanted::Text(form_decoded(value).into_owned()),
        };
        Constraint {
            name: form_decoded(name).into_owned(),
            wanted,
        }
    }
}

// The text before the next `{name}`, the name, and what follows.
fn next_parameter(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find('{')?;
    let close = open + text[open..].find('}')?;
    (close > open + 1).then(|| (&text[..open], &text[open + 1..close], &text[close + 1..]))
}

fn push_literal(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Literal(decoded(text).to_ascii_lowercase()));
    }
}

// Whether the parts cover the text: every literal at its first place behind the parameter before it, the last one at the end. Every
// parameter takes at least one character.
fn mixed(parts: &[Part], text: &str, mut found: Option<&mut Vec<(Arc<str>, Arc<str>)>>) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut at = 0;
    let mut open: Option<&Arc<str>> = None;
    let mut take = |name: &Arc<str>, value: &str| {
        if let Some(found) = found.as_mut() {
            found.push((name.clone(), Arc::from(value)));
        }
    };
    for (index, part) in parts.iter().enumerate() {
        let first = text[at..].chars().next().map_or(0, char::len_utf8);
        match (part, open) {
            (Part::Parameter(name), None) => open = Some(name),
            // Two parameters side by side: the first gets one character.
            (Part::Parameter(name), Some(before)) => {
                if first == 0 {
                    return false;
                }
                take(before, &text[at..at + first]);
                at += first;
                open = Some(name);
            }
            (Part::Literal(literal), None) => {
                if !lower[at..].starts_with(literal.as_str()) {
                    return false;
                }
                at += literal.len();
            }
            (Part::Literal(literal), Some(name)) => {
                let is_last = index + 1 == parts.len();
                let place = match lower.get(at + first..) {
                    Some(rest) if first > 0 && is_last => rest
                        .ends_with(literal.as_str())
                        .then(|| rest.len() - literal.len()),
                    Some(rest) if first > 0 => rest.find(literal.as_str()),
                    _ => None,
                };
                let Some(place) = place else { return false };
                take(name, &text[at..at + first + place]);
                at += first + place + literal.len();
                open = None;
            }
        }
    }
    match open {
        Some(name) if at < text.len() => {
            take(name, &text[at..]);
            true
        }
        Some(_) => false,
        None => at == text.len(),
    }
}

// `/a/b` and `/a/b/` are one path.
fn trimmed(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

/// The first segment of a path that begins with `/`, and what follows it.
pub(crate) fn split_segment(path: &str) -> Option<(&str, &str)> {
    let path = path.strip_prefix('/')?;
    Some(path.split_at(path.find('/').unwrap_or(path.len())))
}

/// Whether a segment as received is the decoded text, in any case.
pub(crate) fn same_segment(received: &str, decoded_text: &str) -> bool {
    if received.eq_ignore_ascii_case(decoded_text) {
        return true;
    }
    // Only what is escaped, or not ASCII, needs more than a comparison of bytes.
    let plain = received.is_ascii() && !received.contains('%');
    !plain && decoded(received).to_lowercase() == decoded_text.to_lowercase()
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

fn form_decoded(text: &str) -> Cow<'_, str> {
    match text.contains('+') {
        true => Cow::Owned(decoded(&text.replace('+', " ")).into_owned()),
        false => decoded(text),
    }
}

/// The decoded value of the first query parameter of that name, compared without case.
pub(crate) fn query_value<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let same = key.eq_ignore_ascii_case(name)
            || (key.contains(['%', '+']) && form_decoded(key).eq_ignore_ascii_case(name));
        (same && !pair.is_empty()).then(|| form_decoded(value))
    })
}
