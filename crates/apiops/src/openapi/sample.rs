use crate::openapi::reference::Document;
use serde_json::{Map, Value, json};

// Values in one sample; schemas that hold each other would grow without end.
const VALUES: usize = 2_000;
const DEPTH: usize = 24;

/// A value that a schema allows: its own example or default where it has one, otherwise the plainest of its type.
pub(crate) fn sample(document: &Document<'_>, schema: &Value) -> Value {
    Maker {
        document,
        left: VALUES,
    }
    .make(schema, DEPTH)
    .unwrap_or(Value::Null)
}

struct Maker<'a> {
    document: &'a Document<'a>,
    left: usize,
}

impl Maker<'_> {
    // `None` where the sample is large or deep enough.
    fn make(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        let depth = depth.checked_sub(1)?;
        let schema = self.document.resolve(schema)?;
        if let Some(given) = given(schema) {
            return Some(given.clone());
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            return Some(self.merged(schema, parts, depth));
        }
        for choice in ["oneOf", "anyOf"] {
            // The first of them that is not merely "or null".
            let first = schema
                .get(choice)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .find(|it| kind(it) != Some("null"));
            if let Some(first) = first {
                return self.make(first, depth);
            }
        }
        match kind(schema) {
            Some("object") => Some(self.object(schema, depth)),
            Some("array") => {
                let item = schema.get("items").and_then(|items| self.make(items, depth));
                Some(Value::Array(item.into_iter().collect()))
            }
            Some("integer") => Some(
                schema
                    .get("minimum")
                    .filter(|it| it.is_i64() || it.is_u64())
                    .cloned()
                    .unwrap_or(json!(0)),
            ),
            Some("number") => Some(
                schema
                    .get("minimum")
                    .filter(|it| it.is_number())
                    .cloned()
                    .unwrap_or(json!(0)),
            ),
            Some("boolean") => Some(json!(true)),
            Some("string") => Some(json!(text(schema))),
            _ => Some(Value::Null),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut object = Map::new();
        for (name, property) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            if let Some(value) = self.make(property, depth) {
                object.insert(name.clone(), value);
            }
        }
        Value::Object(object)
    }

    fn merged(&mut self, schema: &Value, parts: &[Value], depth: usize) -> Value {
        let mut object = Map::new();
        let mut other = Value::Null;
        for part in parts {
            match self.make(part, depth) {
                Some(Value::Object(members)) => object.extend(members),
                Some(value) => other = value,
                None => (),
            }
        }
        if let Value::Object(members) = self.object(schema, depth) {
            object.extend(members);
        }
        if object.is_empty() {
            other
        } else {
            Value::Object(object)
        }
    }
}

fn given(schema: &Value) -> Option<&Value> {
    let first = |name: &str| {
        schema
            .get(name)
            .and_then(Value::as_array)
            .and_then(|list| list.first())
    };
    schema
        .get("example")
        .or_else(|| first("examples"))
        .or_else(|| schema.get("default").filter(|it| !it.is_null()))
        .or_else(|| schema.get("const"))
        .or_else(|| first("enum"))
}

// Version 3.1 allows several types: the first that is not null.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => Some(kind),
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null"),
        _ if schema.get("properties").is_some() || schema.get("additionalProperties").is_some() => {
            Some("object")
        }
        _ if schema.get("items").is_some() => Some("array"),
        _ => None,
    }
}

fn text(schema: &Value) -> &'static str {
    match schema.get("format").and_then(Value::as_str).unwrap_or_default() {
        "date-time" => "2024-01-01T00:00:00Z",
        "date" => "2024-01-01",
        "time" => "00:00:00",
        "uuid" => "00000000-0000-0000-0000-000000000000",
        "email" => "user@example.com",
        "uri" | "url" => "https://example.com",
        "byte" => "c3RyaW5n",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(root: Value) -> Value {
        let document = Document {
            root: &root,
            is_two: false,
        };
        sample(&document, &root["schema"])
    }

    #[test]
    fn a_sample_follows_the_schema() {
        let sample = of(json!({
            "schema": { "allOf": [ { "$ref": "#/base" } ], "properties": {
                "n": { "type": ["null", "integer"], "minimum": 3 }, "l": { "type": "array", "items": { "enum": ["x", "y"] } },
                "o": { "oneOf": [ { "type": "null" }, { "type": "boolean" } ] }, "e": { "type": "string", "example": "given" } } },
            "base": { "type": "object", "properties": { "id": { "type": "string", "format": "uuid" } } }
        }));
        let wanted = json!({ "id": "00000000-0000-0000-0000-000000000000", "n": 3, "l": ["x"], "o": true, "e": "given" });
        assert_eq!(sample, wanted);
    }

    #[test]
    fn schemas_that_hold_themselves_end() {
        let wide: Map<String, Value> = (0..10)
            .map(|at| (format!("p{at}"), json!({ "$ref": "#/schema" })))
            .collect();
        let text = of(json!({ "schema": { "type": "object", "properties": wide } })).to_string();
        assert!(text.len() < 100_000);
        assert_eq!(of(json!({ "schema": { "$ref": "#/schema" } })), Value::Null);
    }
}
