//! Bodies that hold whatever a document looks for in them.

use super::read::between;
use serde_json::{Map, Value, json};

/// Dictionaries that are no JSON.
const OTHER: [&str; 9] = [
    "Headers",
    "Variables",
    "Query",
    "MatchedParameters",
    "Claims",
    "Groups",
    "Certificates",
    "Properties",
    "Parameters",
];

/// A step into a body.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Key(String),
    Index,
}

/// An object with every member that a document names.
pub(super) fn members(text: &str) -> Value {
    let mut root = Map::new();
    for (at, _) in text.match_indices("[\"") {
        let before = text[..at].trim_end_matches('?');
        let is_other = OTHER.iter().any(|it| before.ends_with(it));
        // The rest of a chain was seen with its beginning.
        if is_other || before.ends_with("\"]") {
            continue;
        }
        let (steps, end) = chain(&text[at..]);
        insert(&mut root, &steps, &leaf(before, &text[at + end..]));
    }
    for path in between(text, "SelectToken(\"", "\"") {
        insert(&mut root, &path_of(path), &Value::from("1"));
    }
    for way in [
        ".Property(\"",
        ".GetValue(\"",
        ".Value<string>(\"",
        ".ContainsKey(\"",
        ".TryGetValue(\"",
    ] {
        for (at, _) in text.match_indices(way) {
            let is_other = OTHER.iter().any(|it| text[..at].ends_with(it));
            let name = text[at + way.len()..].split('"').next().unwrap_or_default();
            if !is_other {
                insert(&mut root, &[Step::Key(name.to_owned())], &Value::from("1"));
            }
        }
    }
    for (kind, value) in [
        ("int", json!(1)),
        ("long", json!(1)),
        ("double", json!(1.5)),
        ("bool", json!(true)),
    ] {
        for name in between(text, &format!(".Value<{kind}>(\""), "\"") {
            insert(&mut root, &[Step::Key(name.to_owned())], &value);
        }
    }
    for (name, value) in completion() {
        root.entry(name).or_insert(value);
    }
    fill_elements(&mut root);
    Value::Object(root)
}

// What almost any caller can read: a completion, a token, a list, an identity.
fn completion() -> Map<String, Value> {
    let value = json!({
        "id": "1", "object": "chat.completion", "model": "gpt-4o-mini", "created": 1_714_564_800,
        "messages": [{ "role": "user", "content": "Hello" }], "max_tokens": 16, "stream": false,
        "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": "Hello" } }],
        "usage": { "prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12 },
        "access_token": "token", "token_type": "Bearer", "expires_in": 3600, "active": true,
        "value": [{ "id": "1", "name": "one" }], "data": [{ "embedding": [0.1, 0.2] }],
        "name": "one", "status": "ok", "result": "ok", "error": { "code": "429", "message": "slow down" },
        "userPromptAnalysis": { "attackDetected": false }, "documentsAnalysis": [], "blocklistsMatch": [],
        "categoriesAnalysis": [
            { "category": "Hate", "severity": 0 }, { "category": "SelfHarm", "severity": 0 },
            { "category": "Sexual", "severity": 0 }, { "category": "Violence", "severity": 0 },
        ],
        "prompt": "Hello", "input": "Hello", "type": "a",
    });
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

// `["a"]["b"][0]?["c"]`, and where it ends.
fn chain(text: &str) -> (Vec<Step>, usize) {
    let mut steps = Vec::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let skipped = rest.len() - rest.trim_start_matches('?').len();
        let rest = &rest[skipped..];
        if let Some(inside) = rest.strip_prefix("[\"") {
            let Some(end) = inside.find("\"]") else { break };
            steps.push(Step::Key(inside[..end].to_owned()));
            at += skipped + end + 4;
        } else if let Some(inside) = rest.strip_prefix('[')
            && let Some(end) = inside.find(']')
            && inside[..end].chars().all(|c| c.is_ascii_alphanumeric())
            && end > 0
        {
            steps.push(Step::Index);
            at += skipped + end + 2;
        } else {
            break;
        }
    }
    (steps, at)
}

fn path_of(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.trim_start_matches("$.").split('.') {
        let name = part.split('[').next().unwrap_or_default();
        if !name.is_empty() {
            steps.push(Step::Key(name.to_owned()));
        }
        if part.contains('[') {
            steps.push(Step::Index);
        }
    }
    steps
}

// What a value must be, by the cast before it and what is asked of it.
fn leaf(before: &str, after: &str) -> Value {
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '?');
    let cast = before
        .trim_end_matches(name)
        .strip_suffix(')')
        .and_then(|it| it.rsplit('(').next())
        .unwrap_or_default();
    let asked = after
        .strip_prefix('?')
        .unwrap_or(after)
        .strip_prefix(".Value<")
        .or(after.strip_prefix(".ToObject<"))
        .and_then(|it| it.split('>').next())
        .unwrap_or_default();
    let after = after.trim_start_matches('?').trim_start();
    let is_list = [
        "as JArray",
        ".Children",
        ".Count",
        ".First",
        ".Select(",
        ".Any(",
        ".Where(",
        ".Last",
    ]
    .iter()
    .any(|it| after.starts_with(it))
        || cast == "JArray";
    match (cast, asked) {
        _ if is_list => json!([]),
        ("JObject", _) => json!({}),
        ("int" | "long" | "double" | "decimal" | "int?" | "long?", _)
        | (_, "int" | "long" | "double" | "int?") => json!(1),
        ("bool" | "bool?", _) | (_, "bool" | "bool?") => json!(true),
        _ if after.starts_with("> ") || after.starts_with(">= ") || after.starts_with("< ") => json!(1),
        _ => json!("1"),
    }
}

fn insert(members: &mut Map<String, Value>, steps: &[Step], leaf: &Value) {
    let Some((Step::Key(name), rest)) = steps.split_first() else {
        return;
    };
    let slot = members.entry(name.clone()).or_insert(Value::Null);
    match rest.split_first() {
        None => {
            // What is known more exactly stays.
            if slot.is_null() || slot == "1" {
                *slot = leaf.clone();
            }
        }
        Some((Step::Key(_), _)) => {
            if !slot.is_object() {
                *slot = json!({});
            }
            if let Some(inner) = slot.as_object_mut() {
                insert(inner, rest, leaf);
            }
        }
        Some((Step::Index, after)) => {
            if slot.as_array().is_none_or(Vec::is_empty) {
                *slot = json!([{}]);
            }
            if let Some(inner) = slot.pointer_mut("/0").and_then(Value::as_object_mut) {
                insert(inner, after, leaf);
            }
        }
    }
}

// A loop looks into the elements of a list under names of its own.
fn fill_elements(root: &mut Map<String, Value>) {
    let plain: Map<String, Value> = root
        .iter()
        .filter(|(_, value)| !value.is_array() && !value.is_object())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for value in root.values_mut() {
        if let Some(list) = value.as_array_mut() {
            if list.is_empty() {
                list.push(json!({}));
            }
            for element in list.iter_mut().filter_map(Value::as_object_mut) {
                for (name, value) in &plain {
                    element.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
        }
    }
}
