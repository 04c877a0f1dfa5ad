use crate::openapi::reference::Document;
use indexmap::IndexMap;
use model::{Contract, DeclaredParameter, DeclaredResponse, ParameterPlace};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What `$ref` of a schema leads to, once for the whole document.
pub(crate) fn definitions(document: &Document<'_>) -> Arc<Value> {
    let mut kept = Map::new();
    for name in ["components", "definitions"] {
        if let Some(value) = document.root.get(name) {
            kept.insert(name.to_owned(), value.clone());
        }
    }
    Arc::new(Value::Object(kept))
}

/// What an operation declares of its messages.
pub(crate) fn read(document: &Document<'_>, levels: [&Value; 2], definitions: &Arc<Value>) -> Contract {
    let [_, operation] = levels;
    let mut contract = Contract {
        definitions: definitions.clone(),
        ..Contract::default()
    };
    for value in levels.iter().flat_map(|level| list(level, "parameters")) {
        let Some(value) = document.resolve(value) else {
            continue;
        };
        match (text(value, "in"), document.is_two) {
            ("body", true) => {
                let schema = value.get("schema").cloned();
                for kind in media_types(document, operation, "consumes") {
                    contract.request.insert(kind, schema.clone());
                }
            }
            ("formData", true) => {
                for kind in media_types(document, operation, "consumes") {
                    contract.request.entry(kind).or_insert(None);
                }
            }
            _ => contract.declare(document, value),
        }
    }
    if let Some(body) = operation.get("requestBody").and_then(|it| document.resolve(it)) {
        contract.request = content(body);
    }
    let responses = operation.get("responses").and_then(Value::as_object);
    for (status, value) in responses.into_iter().flatten() {
        let status = match status.as_str() {
            "default" => 0,
            status => match status.parse() {
                Ok(status) => status,
                Err(_) => continue,
            },
        };
        if let Some(value) = document.resolve(value) {
            contract
                .responses
                .insert(status, response(document, operation, value));
        }
    }
    contract
}

trait Declares {
    fn declare(&mut self, document: &Document<'_>, value: &Value);
}

impl Declares for Contract {
    // An operation's own parameter goes before that of its path.
    fn declare(&mut self, document: &Document<'_>, value: &Value) {
        let place = match text(value, "in") {
            "path" => ParameterPlace::Path,
            "query" => ParameterPlace::Query,
            "header" => ParameterPlace::Header,
            _ => return,
        };
        let name = text(value, "name").to_owned();
        let required = value.get("required").and_then(Value::as_bool).unwrap_or(false);
        self.parameters.retain(|it| it.name != name || it.place != place);
        self.parameters.push(DeclaredParameter {
            name,
            place,
            required: required || place == ParameterPlace::Path,
            schema: schema(document, value),
        });
    }
}

// Version 2.0 writes the schema of a parameter into the parameter itself.
fn schema(document: &Document<'_>, value: &Value) -> Value {
    if !document.is_two {
        return value.get("schema").cloned().unwrap_or_else(|| json!({}));
    }
    let about = [
        "name",
        "in",
        "required",
        "description",
        "collectionFormat",
        "allowEmptyValue",
    ];
    let members = value.as_object().into_iter().flatten();
    let kept = members.filter(|(name, _)| !about.contains(&name.as_str()) && !name.starts_with("x-"));
    Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn response(document: &Document<'_>, operation: &Value, value: &Value) -> DeclaredResponse {
    let headers = value.get("headers").and_then(Value::as_object);
    let header = |(name, value): (&String, &Value)| {
        let value = document.resolve(value)?;
        Some(DeclaredParameter {
            name: name.clone(),
            place: ParameterPlace::Header,
            required: value.get("required").and_then(Value::as_bool).unwrap_or(false),
            schema: schema(document, value),
        })
    };
    let body = match (document.is_two, value.get("schema")) {
        (true, Some(schema)) => media_types(document, operation, "produces")
            .into_iter()
            .map(|kind| (kind, Some(schema.clone())))
            .collect(),
        (true, None) => IndexMap::new(),
        (false, _) => content(value),
    };
    DeclaredResponse {
        headers: headers.into_iter().flatten().filter_map(header).collect(),
        content: body,
    }
}

fn content(value: &Value) -> IndexMap<String, Option<Value>> {
    let content = value.get("content").and_then(Value::as_object);
    content
        .into_iter()
        .flatten()
        .map(|(kind, media)| (kind.to_ascii_lowercase(), media.get("schema").cloned()))
        .collect()
}

fn media_types(document: &Document<'_>, operation: &Value, name: &str) -> Vec<String> {
    let given = operation.get(name).or_else(|| document.root.get(name));
    let given = given.and_then(Value::as_array).into_iter().flatten();
    let kinds: Vec<String> = given
        .filter_map(Value::as_str)
        .map(str::to_ascii_lowercase)
        .collect();
    match kinds.is_empty() {
        true => vec!["application/json".to_owned()],
        false => kinds,
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
