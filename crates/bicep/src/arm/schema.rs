use crate::json::{Node, NodeKind};
use crate::template::{Additional, Schema, SchemaType};
use indexmap::IndexMap;
use serde_json::Value;
use source::{Diagnostic, Finding, Source};

/// What `type` and its like of a parameter, a definition or an output mean.
pub(crate) fn schema(node: &Node, source: &Source, findings: &mut Vec<Finding>) -> Schema {
    let mut schema = Schema::default();
    if let Some(reference) = node.get("$ref").and_then(Node::text) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        let name = name.replace("~1", "/").replace("~0", "~");
        schema.r#type = SchemaType::Reference(name);
    }
    if let Some(r#type) = node.get("type") {
        let name = r#type.text().unwrap_or_default().to_ascii_lowercase();
        schema.secure = name.starts_with("secure");
        schema.r#type = match name.trim_start_matches("secure") {
            "string" => SchemaType::String,
            "int" => SchemaType::Int,
            "bool" => SchemaType::Bool,
            "object" => SchemaType::Object,
            "array" => SchemaType::Array,
            "any" => SchemaType::Any,
            _ => {
                let message = "that is no type";
                let help = "there are string, securestring, int, bool, object, secureObject and array";
                findings.push(
                    Diagnostic::error("invalid-type", message, r#type.span)
                        .help(help)
                        .found_in(source),
                );
                SchemaType::Any
            }
        };
    }
    schema.nullable = matches!(
        node.get("nullable"),
        Some(Node {
            kind: NodeKind::Bool(true),
            ..
        })
    );
    if let Some(Value::Array(values)) = node.get("allowedValues").map(Node::value) {
        schema.allowed = Some(values.into_iter().map(literal).collect());
    }
    let number = |name: &str| node.get(name).map(Node::value);
    schema.min_value = number("minValue").and_then(|it| it.as_i64());
    schema.max_value = number("maxValue").and_then(|it| it.as_i64());
    schema.min_length = number("minLength").and_then(|it| it.as_u64());
    schema.max_length = number("maxLength").and_then(|it| it.as_u64());
    let mut inner = |node: &Node| self::schema(node, source, findings);
    for member in node.get("properties").and_then(Node::members).unwrap_or_default() {
        schema
            .properties
            .insert(member.name.clone(), inner(&member.value));
    }
    for item in node
        .get("prefixItems")
        .and_then(Node::elements)
        .unwrap_or_default()
    {
        schema.prefix.push(inner(item));
    }
    let mut additional = |name: &str| match node.get(name) {
        Some(Node {
            kind: NodeKind::Bool(false),
            ..
        }) => Some(Additional::Forbidden),
        Some(
            node @ Node {
                kind: NodeKind::Object(_),
                ..
            },
        ) => Some(Additional::Of(Box::new(inner(node)))),
        _ => None,
    };
    schema.additional = additional("additionalProperties");
    schema.items = additional("items");
    if let Some(discriminator) = node.get("discriminator") {
        let name = discriminator
            .get("propertyName")
            .and_then(Node::text)
            .unwrap_or_default();
        let members = discriminator
            .get("mapping")
            .and_then(Node::members)
            .unwrap_or_default();
        let mapping: IndexMap<String, Schema> = members
            .iter()
            .map(|member| (member.name.clone(), inner(&member.value)))
            .collect();
        schema.discriminator = Some((name.to_owned(), mapping));
    }
    if let Some(Value::Object(members)) = node.get("metadata").map(Node::value) {
        schema.metadata = members.into_iter().collect();
    }
    schema
}

// `[[` stands for one bracket in texts that are no expressions.
fn literal(value: Value) -> Value {
    match value {
        Value::String(text) if text.starts_with("[[") && text.ends_with(']') => text[1..].into(),
        value => value,
    }
}
