//! What an operation declares of its messages, and JSON Schemas that are compiled when they are first used.

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// What an operation declares: parameters, request and responses.
#[derive(Debug, Default)]
pub struct Contract {
    /// Parameters of the path, the query and the headers.
    pub parameters: Vec<Declared>,
    /// The request's body by media type, in lower case.
    pub request: Vec<(String, Option<Schema>)>,
    /// Responses; the status of `default` is 0.
    pub responses: Vec<DeclaredResponse>,
}

/// A parameter or header.
#[derive(Debug)]
pub struct Declared {
    /// Name.
    pub name: String,
    /// Where it stands.
    pub place: ParameterPlace,
    /// Whether it must be there.
    pub required: bool,
    /// What its value must be.
    pub schema: Schema,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterPlace {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// A header.
    Header,
}

/// A response.
#[derive(Debug)]
pub struct DeclaredResponse {
    /// Its status; 0 for `default`.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<Declared>,
    /// Its body by media type, in lower case.
    pub content: Vec<(String, Option<Schema>)>,
}

impl Contract {
    /// The declaration of a response with this status, or that of `default`.
    pub(crate) fn response(&self, status: u16) -> Option<&DeclaredResponse> {
        let of = |status| self.responses.iter().find(|it| it.status == status);
        of(status).or_else(|| of(0))
    }
}

/// A JSON Schema, with what its references lead to.
pub struct Schema {
    schema: Value,
    definitions: Arc<Value>,
    compiled: [OnceLock<Result<Validator, String>>; Variant::COUNT],
}

/// How `validate-content` reads a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Variant {
    /// `allow-additional-properties`, over what the schema says.
    pub(crate) additional: Option<bool>,
    /// `case-insensitive-property-names`.
    pub(crate) any_case: bool,
}

impl Variant {
    const COUNT: usize = 6;

    fn index(self) -> usize {
        let additional = match self.additional {
            None => 0,
            Some(false) => 1,
            Some(true) => 2,
        };
        additional * 2 + usize::from(self.any_case)
    }
}

/// A value that does not fit its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) message: String,
    /// JSON pointer of the value.
    pub(crate) pointer: String,
}

/// Violations that are told of one body.
const MOST: usize = 20;

impl Schema {
    /// A schema; `definitions` holds what its references lead to, as a whole document would.
    pub fn new(schema: Value, definitions: Arc<Value>) -> Schema {
        Schema {
            schema,
            definitions,
            compiled: Default::default(),
        }
    }

    /// What in `value` does not fit; the text says what is wrong with the schema itself.
    pub(crate) fn check(&self, value: &Value, variant: Variant) -> Result<Vec<Violation>, String> {
        let compiled = self.compiled[variant.index()].get_or_init(|| self.compile(variant));
        let validator = compiled.as_ref().map_err(Clone::clone)?;
        let lowered;
        let value = match variant.any_case {
            true => {
                lowered = lower_names(value);
                &lowered
            }
            false => value,
        };
        let violation = |error: jsonschema::ValidationError<'_>| Violation {
            message: error.to_string(),
            pointer: error.instance_path().to_string(),
        };
        Ok(validator.iter_errors(value).take(MOST).map(violation).collect())
    }

    fn compile(&self, variant: Variant) -> Result<Validator, String> {
        let mut whole = self.schema.clone();
        if let (Value::Object(whole), Value::Object(definitions)) = (&mut whole, &*self.definitions) {
            for (name, value) in definitions {
                whole.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        adapt(&mut whole, variant);
        jsonschema::options()
            .offline()
            .should_validate_formats(true)
            .should_ignore_unknown_formats(true)
            .build(&whole)
            .map_err(|error| error.to_string())
    }

    /// The types that the schema names, its own reference followed once.
    pub(crate) fn types(&self) -> Vec<String> {
        let target = self
            .schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|it| self.definitions.pointer(it.strip_prefix('#')?));
        match target.unwrap_or(&self.schema).get("type") {
            Some(Value::String(name)) => vec![name.clone()],
            Some(Value::Array(names)) => names
                .iter()
                .filter_map(|it| it.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The name of the definition that the schema refers to, for messages.
    pub(crate) fn name(&self) -> &str {
        let reference = self
            .schema
            .get("$ref")
            .and_then(Value::as_str)
            .unwrap_or_default();
        reference.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema({})", self.name())
    }
}

// What OpenAPI 3.0 and 2.0 write otherwise than JSON Schema, and what the policy changes.
fn adapt(value: &mut Value, variant: Variant) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|it| adapt(it, variant)),
        Value::Object(members) => {
            open_api(members);
            if let Some(allowed) = variant.additional
                && members.contains_key("properties")
            {
                members.insert("additionalProperties".to_owned(), json!(allowed));
            }
            if variant.any_case {
                lower_schema(members);
            }
            members.values_mut().for_each(|it| adapt(it, variant));
        }
        _ => (),
    }
}

fn open_api(members: &mut Map<String, Value>) {
    if members.get("nullable") == Some(&Value::Bool(true)) {
        if let Some(Value::String(name)) = members.get("type").cloned() {
            members.insert("type".to_owned(), json!([name, "null"]));
        }
        if let Some(Value::Array(values)) = members.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
    }
    for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match members.get(exclusive) {
            Some(Value::Bool(true)) => {
                let limit = members.remove(bound);
                members.remove(exclusive);
                members.extend(limit.map(|limit| (exclusive.to_owned(), limit)));
            }
            Some(Value::Bool(false)) => drop(members.remove(exclusive)),
            _ => (),
        }
    }
}

fn lower_schema(members: &mut Map<String, Value>) {
    if let Some(Value::Object(properties)) = members.get("properties").cloned() {
        let lowered = properties
            .into_iter()
            .map(|(name, value)| (name.to_lowercase(), value));
        members.insert("properties".to_owned(), Value::Object(lowered.collect()));
    }
    if let Some(Value::Array(names)) = members.get_mut("required") {
        for name in names {
            if let Value::String(text) = name {
                *text = text.to_lowercase();
            }
        }
    }
}

fn lower_names(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let lowered = members
                .iter()
                .map(|(name, value)| (name.to_lowercase(), lower_names(value)));
            Value::Object(lowered.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(lower_names).collect()),
        other => other.clone(),
    }
}

/// Line and position, from 1, of the value at a JSON pointer in a text that is good JSON: its end for a scalar, its bracket
/// otherwise, as a reader of .NET stands there.
pub(crate) fn place_of(text: &str, pointer: &str) -> (usize, usize) {
    let mut at = skip(text, 0);
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        match child(text, at, &step) {
            Some(next) => at = next,
            None => break,
        }
    }
    let end = match text.as_bytes().get(at) {
        Some(b'{' | b'[') => at + 1,
        _ => value_end(text, at),
    };
    let before = &text[..end.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    (line, column)
}

fn skip(text: &str, at: usize) -> usize {
    at + text[at..].len() - text[at..].trim_start().len()
}

fn child(text: &str, at: usize, step: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_object = bytes.get(at) == Some(&b'{');
    let mut next = skip(text, at + 1);
    let mut index = 0usize;
    while !matches!(bytes.get(next), None | Some(b'}' | b']')) {
        let found = match is_object {
            true => {
                let end = value_end(text, next);
                let name: String = serde_json::from_str(&text[next..end]).ok()?;
                next = skip(text, skip(text, end) + 1);
                name == step
            }
            false => index.to_string() == step,
        };
        if found {
            return Some(next);
        }
        next = skip(text, value_end(text, next));
        if bytes.get(next) == Some(&b',') {
            next = skip(text, next + 1);
        }
        index += 1;
    }
    None
}

// The end of the value that begins at `at`; the text is good JSON.
fn value_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
    for (offset, byte) in bytes[at.min(bytes.len())..].iter().enumerate() {
        let here = at + offset;
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    in_text = false;
                    if depth == 0 {
                        return here + 1;
                    }
                }
                _ => (),
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return if depth == 1 { here + 1 } else { here },
            b'}' | b']' => depth -= 1,
            b',' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return here,
            _ => (),
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(schema: Value) -> Schema {
        let definitions =
            json!({ "components": { "schemas": { "Id": { "type": "integer", "minimum": 1 } } } });
        Schema::new(schema, Arc::new(definitions))
    }

    #[test]
    fn references_and_open_api_spellings_are_understood() {
        let it = schema(json!({
            "type": "object",
            "required": ["Id"],
            "properties": {
                "Id": { "$ref": "#/components/schemas/Id" },
                "note": { "type": "string", "nullable": true },
                "n": { "type": "number", "minimum": 0, "exclusiveMinimum": true },
            },
        }));
        let check = |value: Value, variant| it.check(&value, variant).unwrap().len();
        let plain = Variant::default();
        assert_eq!(
            check(json!({ "Id": 1, "note": null, "n": 0.1, "more": 1 }), plain),
            0
        );
        assert_eq!(check(json!({ "Id": 0, "n": 0 }), plain), 2);
        assert_eq!(check(json!({ "id": 1 }), plain), 1);
        let any_case = Variant {
            any_case: true,
            ..plain
        };
        assert_eq!(check(json!({ "ID": 1 }), any_case), 0);
        let closed = Variant {
            additional: Some(false),
            ..plain
        };
        assert_eq!(check(json!({ "Id": 1, "more": 1 }), closed), 1);
    }

    #[test]
    fn places_are_found() {
        let text = "{\n  \"a\": [1, {\"b\": \"x\"}],\n  \"c\": true\n}";
        assert_eq!(place_of(text, "/a/1/b"), (2, 20));
        assert_eq!(place_of(text, "/c"), (3, 11));
        assert_eq!(place_of(text, "/a"), (2, 8));
        assert_eq!(place_of(text, ""), (1, 1));
        assert_eq!(place_of(text, "/none"), (1, 1));
    }
}
