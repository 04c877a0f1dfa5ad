//! Whether what is written fits a declared type, part by part: each mistake at the part that it is about.

use super::FileCompiler;
use super::check::shape_of;
use crate::evaluate::schema::check;
use crate::functions::Shape;
use crate::template::{Additional, Expr, Kind, Place, Schema, SchemaType};
use indexmap::IndexMap;
use source::{Diagnostic, Finding, nearest};

/// Types by their names.
pub(crate) type Definitions = IndexMap<String, Schema>;

/// Types may be made of themselves.
const DEPTH: usize = 64;

impl FileCompiler<'_, '_> {
    /// Notes everything in a value that does not fit a type of this file.
    pub(super) fn fits(&mut self, value: &Expr, schema: &Schema, code: &'static str) {
        let found = self.unfit(value, schema, &self.template.definitions, code);
        self.note_all(found);
    }

    /// The same for a type of another file, whose definitions are given.
    pub(super) fn fits_there(
        &mut self,
        value: &Expr,
        schema: &Schema,
        definitions: &Definitions,
        code: &'static str,
    ) {
        let found = self.unfit(value, schema, definitions, code);
        self.note_all(found);
    }

    fn unfit(
        &self,
        value: &Expr,
        schema: &Schema,
        definitions: &Definitions,
        code: &'static str,
    ) -> Vec<Finding> {
        let mut fit = Fit {
            compiler: self,
            definitions,
            found: Vec::new(),
        };
        fit.value(value, schema, code, 0);
        fit.found
    }

    fn note_all(&mut self, found: Vec<Finding>) {
        for finding in found {
            self.compiler.note(finding);
        }
    }
}

struct Fit<'a, 'b, 'c> {
    compiler: &'a FileCompiler<'b, 'c>,
    definitions: &'a Definitions,
    found: Vec<Finding>,
}

impl Fit<'_, '_, '_> {
    fn wrong(&mut self, at: &Place, code: &'static str, message: impl Into<String>) {
        self.found.push(at.error(code, message));
    }

    fn value(&mut self, value: &Expr, schema: &Schema, code: &'static str, depth: usize) {
        if value.is_broken() || depth > DEPTH {
            return;
        }
        if let (SchemaType::Reference(name), None) = (&schema.r#type, &schema.allowed) {
            let Some(inner) = self.definitions.get(name) else {
                return;
            };
            let is_null = matches!(&value.kind, Kind::Value(value) if value.is_null());
            if !(schema.nullable && is_null) {
                self.value(value, inner, code, depth + 1);
            }
            return;
        }
        match &value.kind {
            Kind::Value(constant) => self.constant(constant, value, schema, code),
            Kind::Object(members) if schema.r#type == SchemaType::Object => {
                self.object(value, members, schema, depth);
            }
            Kind::Array(elements) if schema.r#type == SchemaType::Array => {
                self.array(value, elements, schema, code, depth);
            }
            Kind::Loop(inner) if schema.r#type == SchemaType::Array => {
                if let Some(Additional::Of(item)) = &schema.items {
                    self.value(&inner.input, item, "BCP034", depth + 1);
                }
            }
            Kind::Call(name, arguments) if &**name == "if" && arguments.len() == 3 => {
                // What is null in one case alone is found when it is.
                let is_null = |it: &Expr| matches!(&it.kind, Kind::Value(value) if value.is_null());
                for branch in arguments.iter().skip(1).filter(|it| !is_null(it)) {
                    self.value(branch, schema, code, depth + 1);
                }
            }
            _ => {
                let (wanted, found) = (shape_of(schema, self.definitions), self.compiler.shape(value));
                if !wanted.takes(found) {
                    let message = format!("this must be {}, not {}", wanted.name(), found.name());
                    self.wrong(&value.at, code, message);
                }
            }
        }
    }

    fn constant(&mut self, constant: &serde_json::Value, value: &Expr, schema: &Schema, code: &'static str) {
        if constant.is_null() {
            let wanted = shape_of(schema, self.definitions);
            if !schema.nullable && wanted != Shape::Any {
                self.wrong(
                    &value.at,
                    code,
                    format!("this must be {}, not null", wanted.name()),
                );
            }
            return;
        }
        for mistake in check(constant, schema, self.definitions) {
            self.wrong(&value.at, code, mistake.shown());
        }
    }

    fn object(&mut self, value: &Expr, members: &[(Expr, Expr)], schema: &Schema, depth: usize) {
        if let Some((property, mapping)) = &schema.discriminator {
            return self.one_of(value, members, property, mapping, depth);
        }
        let is_named = |name: &str, key: &Expr| key.as_text().is_some_and(|it| it.eq_ignore_ascii_case(name));
        // A name that is computed may be any of those that are missing.
        let is_open = members.iter().any(|(key, _)| key.as_text().is_none());
        for (name, inner) in &schema.properties {
            match members.iter().find(|(key, _)| is_named(name, key)) {
                Some((_, member)) => self.value(member, inner, "BCP036", depth + 1),
                None if is_open || self.may_lack(inner) => (),
                None => {
                    let start = source::Span::new(value.at.span.start, value.at.span.start + 1);
                    let at = Place {
                        source: value.at.source.clone(),
                        span: start,
                    };
                    self.wrong(&at, "BCP035", format!("the object lacks `{name}`"));
                }
            }
        }
        let known = |key: &Expr| schema.properties.keys().any(|name| is_named(name, key));
        for (key, member) in members.iter().filter(|(key, _)| !known(key)) {
            match &schema.additional {
                Some(Additional::Of(inner)) => self.value(member, inner, "BCP036", depth + 1),
                Some(Additional::Forbidden) => self.unknown(key, schema, false),
                None if schema.properties.is_empty() => (),
                None => self.unknown(key, schema, true),
            }
        }
    }

    // Azure takes what a type does not name, unless it is sealed; the compiler warns of it.
    fn unknown(&mut self, key: &Expr, schema: &Schema, is_taken: bool) {
        let Some(name) = key.as_text() else { return };
        let near = nearest(name, schema.properties.keys().map(String::as_str));
        let message = format!("the type has no `{name}`");
        let diagnostic = match is_taken {
            true => Diagnostic::warning("BCP037", message, key.at.span),
            false => Diagnostic::error("BCP037", message, key.at.span),
        };
        self.found.push(diagnostic.suggest(near).found_in(&key.at.source));
    }

    fn one_of(
        &mut self,
        value: &Expr,
        members: &[(Expr, Expr)],
        property: &str,
        mapping: &IndexMap<String, Schema>,
        depth: usize,
    ) {
        let names = |key: &Expr| key.as_text().is_some_and(|it| it.eq_ignore_ascii_case(property));
        let known: Vec<&str> = mapping.keys().map(String::as_str).collect();
        let Some((_, tag)) = members.iter().find(|(key, _)| names(key)) else {
            let message = format!(
                "the object lacks `{property}`, which is one of {}",
                known.join(", ")
            );
            let is_open = members.iter().any(|(key, _)| key.as_text().is_none());
            return match is_open {
                true => (),
                false => self.wrong(&value.at, "BCP078", message),
            };
        };
        let Some(text) = tag.as_text() else { return };
        match mapping.get(text) {
            Some(inner) => self.value(value, inner, "BCP036", depth + 1),
            None => {
                let near = nearest(text, known.iter().copied());
                let message = format!("this must be one of {}", known.join(", "));
                let diagnostic = Diagnostic::error("BCP036", message, tag.at.span).suggest(near);
                self.found.push(diagnostic.found_in(&tag.at.source));
            }
        }
    }

    fn array(&mut self, value: &Expr, elements: &[Expr], schema: &Schema, code: &'static str, depth: usize) {
        let length = u64::try_from(elements.len()).unwrap_or(u64::MAX);
        if elements.len() < schema.prefix.len() {
            let wanted = schema.prefix.len();
            let message = format!("this must have {wanted} elements, not {length}");
            self.wrong(&value.at, code, message);
        }
        if let Some(least) = schema.min_length.filter(|least| length < *least) {
            let message = format!("this must have at least {least} elements, not {length}");
            self.wrong(&value.at, code, message);
        }
        if let Some(most) = schema.max_length.filter(|most| length > *most) {
            let message = format!("this must have at most {most} elements, not {length}");
            self.wrong(&value.at, code, message);
        }
        for (index, element) in elements.iter().enumerate() {
            match (schema.prefix.get(index), &schema.items) {
                (Some(inner), _) => self.value(element, inner, "BCP034", depth + 1),
                (None, Some(Additional::Of(inner))) => self.value(element, inner, "BCP034", depth + 1),
                (None, Some(Additional::Forbidden)) => {
                    self.wrong(&element.at, "BCP034", "there must be no such element");
                }
                (None, None) => self.one_allowed(element, schema),
            }
        }
    }

    // `@allowed` of a list names its elements.
    fn one_allowed(&mut self, element: &Expr, schema: &Schema) {
        let Some(allowed) = &schema.allowed else { return };
        let Kind::Value(constant) = &element.kind else {
            return;
        };
        if !allowed.iter().any(serde_json::Value::is_array) && !allowed.contains(constant) {
            let one = Schema {
                allowed: Some(allowed.clone()),
                ..Schema::default()
            };
            for mistake in check(constant, &one, self.definitions) {
                self.wrong(&element.at, "BCP034", mistake.shown());
            }
        }
    }

    fn may_lack(&self, schema: &Schema) -> bool {
        let mut schema = schema;
        for _ in 0..DEPTH {
            match &schema.r#type {
                _ if schema.nullable => return true,
                SchemaType::Reference(name) => match self.definitions.get(name) {
                    Some(inner) => schema = inner,
                    None => return true,
                },
                _ => return false,
            }
        }
        true
    }
}
