//! Whether a value fits a schema.

use crate::functions::{Shape, describe};
use crate::template::{Additional, Schema, SchemaType};
use indexmap::IndexMap;
use serde_json::Value;

/// What does not fit, and where in the value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mistake {
    /// `.a.b[0]`; empty for the value itself.
    pub(crate) path: String,
    pub(crate) text: String,
}

type Definitions = IndexMap<String, Schema>;

/// Checks a value. Names that `definitions` does not hold are taken for anything.
pub(crate) fn check(value: &Value, schema: &Schema, definitions: &Definitions) -> Result<(), Mistake> {
    checked(value, schema, definitions, "", 0)
}

fn wrong(path: &str, text: impl Into<String>) -> Result<(), Mistake> {
    Err(Mistake {
        path: path.to_owned(),
        text: text.into(),
    })
}

fn checked(
    value: &Value,
    schema: &Schema,
    definitions: &Definitions,
    path: &str,
    depth: usize,
) -> Result<(), Mistake> {
    if value.is_null() && schema.nullable || depth > 100 {
        return Ok(());
    }
    if let SchemaType::Reference(name) = &schema.r#type {
        if let Some(inner) = definitions.get(name) {
            checked(value, inner, definitions, path, depth + 1)?;
        }
    } else {
        shape(value, schema, path)?;
    }
    if let Some(allowed) = &schema.allowed {
        // Of a list each element is looked at, unless whole lists are allowed.
        let takes = |value: &Value| allowed.contains(value);
        let fits = takes(value)
            || matches!(value, Value::Array(list) if !allowed.iter().any(Value::is_array) && list.iter().all(takes));
        if !fits {
            let known: Vec<String> = allowed.iter().take(12).map(literal).collect();
            return wrong(
                path,
                format!(
                    "{} is not allowed; allowed is {}",
                    describe(value),
                    known.join(", ")
                ),
            );
        }
    }
    bounds(value, schema, path)?;
    match value {
        Value::Object(_) => object(value, schema, definitions, path, depth),
        Value::Array(list) => array(list, schema, definitions, path, depth),
        _ => Ok(()),
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        value => format!("`{value}`"),
    }
}

fn shape(value: &Value, schema: &Schema, path: &str) -> Result<(), Mistake> {
    let wanted = match schema.r#type {
        SchemaType::Any | SchemaType::Reference(_) => return Ok(()),
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
    match fits {
        true => Ok(()),
        false => wrong(
            path,
            format!("this must be {}, not {}", wanted.name(), describe(value)),
        ),
    }
}

fn bounds(value: &Value, schema: &Schema, path: &str) -> Result<(), Mistake> {
    if let Some(number) = value.as_i64() {
        if let Some(least) = schema.min_value.filter(|least| number < *least) {
            return wrong(path, format!("{number} is less than {least}"));
        }
        if let Some(most) = schema.max_value.filter(|most| number > *most) {
            return wrong(path, format!("{number} is more than {most}"));
        }
    }
    let (length, unit) = match value {
        Value::String(text) => (text.encode_utf16().count(), "characters"),
        Value::Array(list) => (list.len(), "elements"),
        _ => return Ok(()),
    };
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    if let Some(least) = schema.min_length.filter(|least| length < *least) {
        return wrong(
            path,
            format!("this must have at least {least} {unit}, not {length}"),
        );
    }
    if let Some(most) = schema.max_length.filter(|most| length > *most) {
        return wrong(
            path,
            format!("this must have at most {most} {unit}, not {length}"),
        );
    }
    Ok(())
}

fn object(
    value: &Value,
    schema: &Schema,
    definitions: &Definitions,
    path: &str,
    depth: usize,
) -> Result<(), Mistake> {
    let Value::Object(members) = value else {
        return Ok(());
    };
    if let Some((property, mapping)) = &schema.discriminator {
        let tag = members.get(property).and_then(Value::as_str);
        return match tag.and_then(|tag| mapping.get(tag)) {
            Some(inner) => checked(value, inner, definitions, path, depth + 1),
            None => {
                let known: Vec<&str> = mapping.keys().map(String::as_str).collect();
                wrong(
                    &format!("{path}.{property}"),
                    format!("this must be one of {}", known.join(", ")),
                )
            }
        };
    }
    for (name, inner) in &schema.properties {
        match members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)) {
            Some((_, member)) => checked(member, inner, definitions, &format!("{path}.{name}"), depth + 1)?,
            None if inner.nullable || is_nullable(inner, definitions) => (),
            None => return wrong(path, format!("`{name}` is missing")),
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
                checked(member, inner, definitions, &format!("{path}.{name}"), depth + 1)?
            }
            Some(Additional::Forbidden) => return wrong(path, format!("there must be no `{name}`")),
        }
    }
    Ok(())
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

fn array(
    list: &[Value],
    schema: &Schema,
    definitions: &Definitions,
    path: &str,
    depth: usize,
) -> Result<(), Mistake> {
    if list.len() < schema.prefix.len() {
        return wrong(
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
            (Some(inner), _) => checked(item, inner, definitions, &path, depth + 1)?,
            (None, Some(Additional::Of(inner))) => checked(item, inner, definitions, &path, depth + 1)?,
            (None, Some(Additional::Forbidden)) => return wrong(&path, "there must be no such element"),
            (None, None) => (),
        }
    }
    Ok(())
}
