//! Whether a value fits a schema.

use crate::functions::{Shape, describe};
use crate::template::{Additional, Schema, SchemaType};
use indexmap::IndexMap;
use serde_json::{Map, Value};

/// What does not fit, and where in the value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mistake {
    /// `.a.b[0]`; empty for the value itself.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Mistake {
    /// The text, with the part in front that it is about.
    pub(crate) fn shown(&self) -> String {
        match self.path.is_empty() {
            true => self.text.clone(),
            false => format!("{}: {}", self.path, self.text),
        }
    }
}

type Definitions = IndexMap<String, Schema>;

/// Everything in a value that does not fit. Names that `definitions` does not hold are taken for anything.
pub(crate) fn check(value: &Value, schema: &Schema, definitions: &Definitions) -> Vec<Mistake> {
    let mut check = Check {
        definitions,
        found: Vec::new(),
    };
    check.value(value, schema, "", 0);
    check.found
}

/// More mistakes of one value than anyone reads.
const MOST: usize = 20;

struct Check<'a> {
    definitions: &'a Definitions,
    found: Vec<Mistake>,
}

impl Check<'_> {
    fn wrong(&mut self, path: &str, text: impl Into<String>) {
        if self.found.len() < MOST {
            self.found.push(Mistake {
                path: path.to_owned(),
                text: text.into(),
            });
        }
    }

    fn value(&mut self, value: &Value, schema: &Schema, path: &str, depth: usize) {
        if value.is_null() && schema.nullable || depth > 100 {
            return;
        }
        if let SchemaType::Reference(name) = &schema.r#type {
            if let Some(inner) = self.definitions.get(name) {
                self.value(value, inner, path, depth + 1);
            }
        } else if !self.shape(value, schema, path) {
            // What is of another kind has no parts to look at.
            return;
        }
        self.allowed(value, schema, path);
        self.bounds(value, schema, path);
        match value {
            Value::Object(members) => self.object(value, members, schema, path, depth),
            Value::Array(list) => self.array(list, schema, path, depth),
            _ => (),
        }
    }

    fn allowed(&mut self, value: &Value, schema: &Schema, path: &str) {
        let Some(allowed) = &schema.allowed else { return };
        // Of a list each element is looked at, unless whole lists are allowed.
        let takes = |value: &Value| allowed.contains(value);
        let fits = takes(value)
            || matches!(value, Value::Array(list) if !allowed.iter().any(Value::is_array) && list.iter().all(takes));
        if !fits {
            let known: Vec<String> = allowed.iter().take(12).map(literal).collect();
            let text = format!(
                "{} is not allowed; allowed is {}",
                describe(value),
                known.join(", ")
            );
            self.wrong(path, text);
        }
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        value => format!("`{value}`"),
    }
}

impl Check<'_> {
    fn shape(&mut self, value: &Value, schema: &Schema, path: &str) -> bool {
        let wanted = match schema.r#type {
            SchemaType::Any | SchemaType::Reference(_) => return true,
            SchemaType::String => Shape::Text,
            SchemaType::Int => Shape::Int,
            SchemaType::Bool => Shape::Bool,
            SchemaType::Object => Shape::Object,
            SchemaType::Array => Shape::Array,
        };
        let fits = match wanted {
            Shape::Int => value.is_i64(),
            wanted => Shape::of(value) == wanted,
        };
        if !fits {
            self.wrong(
                path,
                format!("this must be {}, not {}", wanted.name(), describe(value)),
            );
        }
        fits
    }

    fn bounds(&mut self, value: &Value, schema: &Schema, path: &str) {
        if let Some(number) = value.as_i64() {
            if let Some(least) = schema.min_value.filter(|least| number < *least) {
                self.wrong(path, format!("{number} is less than {least}"));
            }
            if let Some(most) = schema.max_value.filter(|most| number > *most) {
                self.wrong(path, format!("{number} is more than {most}"));
            }
        }
        let (length, unit) = match value {
            Value::String(text) => (text.encode_utf16().count(), "characters"),
            Value::Array(list) => (list.len(), "elements"),
            _ => return,
        };
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        if let Some(least) = schema.min_length.filter(|least| length < *least) {
            self.wrong(
                path,
                format!("this must have at least {least} {unit}, not {length}"),
            );
        }
        if let Some(most) = schema.max_length.filter(|most| length > *most) {
            self.wrong(
                path,
                format!("this must have at most {most} {unit}, not {length}"),
            );
        }
    }

    fn object(
        &mut self,
        value: &Value,
        members: &Map<String, Value>,
        schema: &Schema,
        path: &str,
        depth: usize,
    ) {
        if let Some((property, mapping)) = &schema.discriminator {
            let tag = members.get(property).and_then(Value::as_str);
            return match tag.and_then(|tag| mapping.get(tag)) {
                Some(inner) => self.value(value, inner, path, depth + 1),
                None => {
                    let known: Vec<&str> = mapping.keys().map(String::as_str).collect();
                    self.wrong(
                        &format!("{path}.{property}"),
                        format!("this must be one of {}", known.join(", ")),
                    )
                }
            };
        }
        for (name, inner) in &schema.properties {
            match members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)) {
                Some((_, member)) => self.value(member, inner, &format!("{path}.{name}"), depth + 1),
                None if inner.nullable || is_nullable(inner, self.definitions) => (),
                None => self.wrong(path, format!("`{name}` is missing")),
            }
        }
        let named = |key: &str| {
            schema
                .properties
                .keys()
                .any(|name| name.eq_ignore_ascii_case(key))
        };
        for (name, member) in members.iter().filter(|(key, _)| !named(key)) {
            match &schema.additional {
                None => (),
                Some(Additional::Of(inner)) => {
                    self.value(member, inner, &format!("{path}.{name}"), depth + 1)
                }
                Some(Additional::Forbidden) => self.wrong(path, format!("there must be no `{name}`")),
            }
        }
    }
}

fn is_nullable(schema: &Schema, definitions: &Definitions) -> bool {
    let mut schema = schema;
    for _ in 0..32 {
        if schema.nullable {
            return true;
        }
        let SchemaType::Reference(name) = &schema.r#type else {
            return false;
        };
        match definitions.get(name) {
            Some(inner) => schema = inner,
            None => return true,
        }
    }
    true
}

impl Check<'_> {
    fn array(&mut self, list: &[Value], schema: &Schema, path: &str, depth: usize) {
        if list.len() < schema.prefix.len() {
            return self.wrong(
                path,
                format!(
                    "this must have {} elements, not {}",
                    schema.prefix.len(),
                    list.len()
                ),
            );
        }
        for (at, item) in list.iter().enumerate() {
            let path = format!("{path}[{at}]");
            match (schema.prefix.get(at), &schema.items) {
                (Some(inner), _) => self.value(item, inner, &path, depth + 1),
                (None, Some(Additional::Of(inner))) => self.value(item, inner, &path, depth + 1),
                (None, Some(Additional::Forbidden)) => {
                    return self.wrong(&path, "there must be no such element");
                }
                (None, None) => (),
            }
        }
    }
}
