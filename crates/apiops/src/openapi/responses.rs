use crate::openapi::reference::Document;
use crate::openapi::sample::sample;
use indexmap::IndexMap;
use model::{Example, Response};
use serde_json::Value;

/// The documented responses of an operation that have a status of their own; `default` and `4XX` have none.
pub(crate) fn read(document: &Document<'_>, operation: &Value, samples: bool) -> Vec<Response> {
    let responses = operation.get("responses").and_then(Value::as_object);
    let known = responses.into_iter().flatten().filter_map(|(status, value)| {
        let status = status
            .parse()
            .ok()
            .filter(|status| (100..=599).contains(status))?;
        let value = document.resolve(value)?;
        let representations = match document.is_two {
            true => two(document, operation, value, samples),
            false => three(document, value, samples),
        };
        Some(Response {
            status,
            representations,
        })
    });
    let mut known: Vec<Response> = known.collect();
    known.sort_by_key(|response| response.status);
    known
}

// Version 3: media types below `content`, each with examples of its own.
fn three(document: &Document<'_>, response: &Value, samples: bool) -> IndexMap<String, Vec<Example>> {
    let content = response.get("content").and_then(Value::as_object);
    content
        .into_iter()
        .flatten()
        .map(|(kind, media)| (kind.clone(), examples(document, kind, media, samples)))
        .collect()
}

fn examples(document: &Document<'_>, kind: &str, media: &Value, samples: bool) -> Vec<Example> {
    if let Some(value) = media.get("example") {
        return vec![example("default", kind, value)];
    }
    let named = media
        .get("examples")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let named: Vec<Example> = named
        .filter_map(|(name, value)| Some(example(name, kind, document.resolve(value)?.get("value")?)))
        .collect();
    match named.is_empty() {
        true => made(document, kind, media.get("schema"), samples),
        false => named,
    }
}

// Version 2: one schema for all that the operation produces, examples by media type.
fn two(
    document: &Document<'_>,
    operation: &Value,
    response: &Value,
    samples: bool,
) -> IndexMap<String, Vec<Example>> {
    let list = |value: Option<&Value>| -> Vec<String> {
        value
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|it| it.as_str().map(str::to_owned))
            .collect()
    };
    let mut representations = IndexMap::new();
    for (kind, value) in response
        .get("examples")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        representations.insert(kind.clone(), vec![example("default", kind, value)]);
    }
    let schema = response.get("schema");
    let produces = operation
        .get("produces")
        .or_else(|| document.root.get("produces"));
    for kind in list(produces).into_iter().filter(|_| schema.is_some()) {
        let made = || made(document, &kind, schema, samples);
        if !representations.contains_key(&kind) {
            representations.insert(kind.clone(), made());
        }
    }
    representations
}

fn made(document: &Document<'_>, kind: &str, schema: Option<&Value>, samples: bool) -> Vec<Example> {
    let is_json = kind.to_ascii_lowercase().contains("json");
    match schema {
        Some(schema) if samples && is_json => vec![example("default", kind, &sample(document, schema))],
        _ => Vec::new(),
    }
}

// A text is the body as it stands, unless JSON is wanted and the text is none.
fn example(name: &str, kind: &str, value: &Value) -> Example {
    let is_json = kind.to_ascii_lowercase().contains("json");
    let body = match value {
        Value::String(text) if !is_json || serde_json::from_str::<Value>(text).is_ok() => text.clone(),
        value => value.to_string(),
    };
    Example {
        name: name.to_owned(),
        body,
    }
}
