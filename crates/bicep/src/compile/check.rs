//! What can be said of a value before anything runs: enough to catch a text where a list is wanted.

use super::FileCompiler;
use crate::functions::{self, Shape};
use crate::template::{Expr, Kind, Place, Schema, SchemaType};
use indexmap::IndexMap;
use serde_json::Value;
use source::{Diagnostic, nearest};

impl FileCompiler<'_, '_> {
    /// The shape of an expression, as far as it is known.
    pub(super) fn shape(&self, value: &Expr) -> Shape {
        match &value.kind {
            Kind::Value(value) => Shape::of(value),
            Kind::Object(_) => Shape::Object,
            Kind::Array(_) | Kind::Loop(_) => Shape::Array,
            Kind::Member(..) | Kind::Lambda(..) => Shape::Any,
            Kind::Call(name, arguments) => self.call_shape(name, arguments),
        }
    }

    fn call_shape(&self, name: &str, arguments: &[Expr]) -> Shape {
        let first = arguments.first().and_then(Expr::as_text);
        match (name, first) {
            ("parameters", Some(name)) if !self.in_function => self
                .template
                .parameters
                .get(name)
                .map_or(Shape::Any, |it| self.schema_shape(&it.schema)),
            ("variables", Some(name)) => self
                .template
                .variables
                .get(name)
                .map_or(Shape::Any, |it| self.shape(it)),
            ("if", _) => {
                let shapes: Vec<Shape> = arguments.iter().skip(1).map(|it| self.shape(it)).collect();
                match shapes.as_slice() {
                    [yes, no] if yes == no => *yes,
                    _ => Shape::Any,
                }
            }
            _ => match functions::find(name) {
                Some(row) => row.gives,
                None => {
                    let function = self.template.functions.get(name);
                    function.map_or(Shape::Any, |it| self.schema_shape(&it.output))
                }
            },
        }
    }

    /// The shape of what a schema describes.
    pub(super) fn schema_shape(&self, schema: &Schema) -> Shape {
        shape_of(schema, &self.template.definitions)
    }

    /// Notes that a value is not of the shape that is wanted.
    pub(super) fn wants(&mut self, value: &Expr, wanted: Shape, code: &'static str) {
        let found = self.shape(value);
        if !wanted.takes(found) {
            let message = format!("this must be {}, not {}", wanted.name(), found.name());
            self.error_at(&value.at, code, message);
        }
    }

    /// Notes a mistake at a place that may be in another file.
    pub(super) fn error_at(&mut self, at: &Place, code: &'static str, message: String) {
        self.compiler.note(at.error(code, message));
    }

    /// Notes that a value has no such member, where that is certain.
    pub(super) fn may_have(&mut self, base: &Expr, key: &Expr) {
        let Some(name) = key.as_text() else { return };
        let found = self.shape(base);
        if !Shape::Object.takes(found) {
            let message = format!("{} has no `{name}`", found.name());
            return self.error_at(&key.at, "BCP055", message);
        }
        let names: Vec<String> = match self.written_out(base) {
            Some(names) => names,
            None => return,
        };
        if names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return;
        }
        let near = nearest(name, names.iter().map(String::as_str));
        let code = if near.is_some() { "BCP083" } else { "BCP053" };
        let message = format!("the object has no `{name}`");
        let mut finding = Diagnostic::error(code, message, key.at.span)
            .suggest(near)
            .found_in(&key.at.source);
        if finding.diagnostic.help.is_none() {
            finding.diagnostic = finding.diagnostic.help("`.?` gives null where there is none");
        }
        self.compiler.note(finding);
    }

    // The names of an object's members, if every one of them is known.
    fn written_out(&self, value: &Expr) -> Option<Vec<String>> {
        match &value.kind {
            Kind::Object(members) => members
                .iter()
                .map(|(key, _)| key.as_text().map(str::to_owned))
                .collect(),
            Kind::Value(value) => match &**value {
                Value::Object(object) => Some(object.keys().cloned().collect()),
                _ => None,
            },
            Kind::Call(name, arguments) if &**name == "variables" => {
                self.written_out(self.template.variables.get(arguments.first()?.as_text()?)?)
            }
            Kind::Call(name, arguments) if &**name == "parameters" && !self.in_function => {
                let schema = &self
                    .template
                    .parameters
                    .get(arguments.first()?.as_text()?)?
                    .schema;
                let is_closed = matches!(schema.r#type, SchemaType::Object)
                    && !schema.properties.is_empty()
                    && schema.additional.is_none()
                    && !schema.nullable;
                is_closed.then(|| schema.properties.keys().cloned().collect())
            }
            _ => None,
        }
    }
}

/// The shape of what a schema describes, with the types that it may name.
pub(super) fn shape_of(schema: &Schema, definitions: &IndexMap<String, Schema>) -> Shape {
    if schema.nullable {
        return Shape::Any;
    }
    match &schema.r#type {
        SchemaType::Any => Shape::Any,
        SchemaType::String => Shape::Text,
        SchemaType::Int => Shape::Int,
        SchemaType::Bool => Shape::Bool,
        SchemaType::Object => Shape::Object,
        SchemaType::Array => Shape::Array,
        SchemaType::Reference(name) => match definitions.get(name) {
            // A type may be made of itself.
            Some(schema) if !matches!(schema.r#type, SchemaType::Reference(_)) => {
                shape_of(schema, definitions)
            }
            _ => Shape::Any,
        },
    }
}
