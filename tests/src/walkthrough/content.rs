//! Bodies of requests and answers, in the shapes that a document may read.

use serde_json::Value;
use std::collections::BTreeMap;

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    None,
    Json,
    List,
    Xml,
    Form,
    Text,
    Events,
}

pub(super) const CONTENTS: [Content; 7] = [
    Content::Json,
    Content::List,
    Content::Xml,
    Content::Form,
    Content::Text,
    Content::Events,
    Content::None,
];

/// What `Content-Type` says.
pub(super) fn kind_of(content: Content) -> Option<&'static str> {
    match content {
        Content::None => None,
        Content::Json | Content::List => Some("application/json"),
        Content::Xml => Some("application/xml"),
        Content::Form => Some("application/x-www-form-urlencoded"),
        Content::Text => Some("text/plain"),
        Content::Events => Some("text/event-stream"),
    }
}

/// The body as text, with other values under some names.
pub(super) fn written(
    content: Content,
    members: &Value,
    changed: &BTreeMap<String, String>,
) -> Option<String> {
    let object = || {
        let mut whole = members.clone();
        change(&mut whole, changed);
        whole
    };
    let plain = || {
        let whole = object();
        let pairs = whole.as_object().cloned().unwrap_or_default();
        pairs.into_iter().map(|(name, value)| {
            let text = value.as_str().map_or_else(|| "1".to_owned(), str::to_owned);
            (name, text)
        })
    };
    Some(match content {
        Content::None => return None,
        Content::Json => object().to_string(),
        Content::List => Value::from(vec![object()]).to_string(),
        Content::Xml => {
            let name = |it: &String| {
                it.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                    && it.starts_with(|c: char| c.is_ascii_alphabetic())
            };
            let inside: String = plain()
                .filter(|(it, _)| name(it))
                .map(|(name, value)| format!("<{name}>{}</{name}>", value.replace(['<', '&'], "")))
                .collect();
            format!("<root>{inside}</root>")
        }
        Content::Form => {
            let pairs: Vec<String> = plain()
                .map(|(name, value)| format!("{}={}", escaped(&name), escaped(&value)))
                .collect();
            pairs.join("&")
        }
        Content::Text => "hello".to_owned(),
        Content::Events => format!("data: {}\n\ndata: [DONE]\n\n", object()),
    })
}

// Puts other values under names, wherever they are.
fn change(value: &mut Value, changed: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match changed.get(name) {
                    Some(text) => *value = typed(text),
                    None => change(value, changed),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|it| change(it, changed)),
        _ => (),
    }
}

fn typed(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => text.into(),
    }
}

/// For a URL.
pub(super) fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
