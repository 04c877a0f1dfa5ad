use super::FileCompiler;
use super::unit::Symbol;
use crate::syntax::tree::{Decorator, Name, StatementKind, Type, TypeKind, TypeProperty};
use crate::template::{Additional, Schema, SchemaType};
use indexmap::IndexMap;
use serde_json::Value;
use source::{Diagnostic, Span, nearest};

const BUILT_IN: &[(&str, SchemaType)] = &[
    ("string", SchemaType::String),
    ("int", SchemaType::Int),
    ("bool", SchemaType::Bool),
    ("object", SchemaType::Object),
    ("array", SchemaType::Array),
    ("any", SchemaType::Any),
];

impl FileCompiler<'_, '_> {
    /// What a type with its decorators means.
    pub(super) fn schema(&mut self, r#type: &Type, decorators: &[Decorator]) -> Schema {
        let discriminator = decorators.iter().find(|it| it.name.text == "discriminator");
        let mut schema = match discriminator {
            Some(decorator) => self.tagged(decorator, r#type),
            None => self.schema_of(r#type),
        };
        for decorator in decorators {
            self.decorate(&mut schema, decorator);
        }
        schema
    }

    fn decorate(&mut self, schema: &mut Schema, decorator: &Decorator) {
        let name = decorator.name.text.as_str();
        match name {
            "secure" => schema.secure = true,
            "sealed" => schema.additional = Some(Additional::Forbidden),
            "export" => drop(schema.metadata.insert("__bicep_export!".into(), true.into())),
            "allowed" | "description" | "metadata" | "minValue" | "maxValue" | "minLength" | "maxLength" => {
                let Some(value) = self.decorator_value(decorator) else {
                    return;
                };
                self.decorate_with(schema, name, value, decorator.span);
            }
            _ => (),
        }
    }

    fn decorate_with(&mut self, schema: &mut Schema, name: &str, value: Value, span: Span) {
        let number = value.as_i64();
        match (name, value) {
            ("allowed", Value::Array(values)) => schema.allowed = Some(values),
            ("description", Value::String(text)) => {
                schema.metadata.insert("description".into(), text.into());
            }
            ("metadata", Value::Object(members)) => schema.metadata.extend(members),
            ("minValue", Value::Number(_)) => schema.min_value = number,
            ("maxValue", Value::Number(_)) => schema.max_value = number,
            ("minLength", Value::Number(_)) => schema.min_length = number.and_then(|it| it.try_into().ok()),
            ("maxLength", Value::Number(_)) => schema.max_length = number.and_then(|it| it.try_into().ok()),
            (name, value) => {
                let found = crate::functions::describe(&value);
                self.error(span, "BCP070", format!("`{name}` does not take {found}"));
            }
        }
    }

    fn schema_of(&mut self, r#type: &Type) -> Schema {
        match &r#type.kind {
            TypeKind::Name(name) => self.named_schema(name, r#type.span),
            TypeKind::Null => Schema {
                nullable: true,
                ..Schema::default()
            },
            TypeKind::Bool(value) => literal(SchemaType::Bool, (*value).into()),
            TypeKind::Number(value) => literal(SchemaType::Int, (*value).into()),
            TypeKind::Text(value) => literal(SchemaType::String, value.clone().into()),
            TypeKind::Object {
                properties,
                additional,
            } => {
                let mut schema = Schema::of(SchemaType::Object);
                for property in properties {
                    let inner = self.property_schema(property);
                    schema.properties.insert(property.name.text.clone(), inner);
                }
                if let Some(property) = additional {
                    schema.additional = Some(Additional::Of(Box::new(self.property_schema(property))));
                }
                schema
            }
            TypeKind::Tuple(items) => Schema {
                prefix: items.iter().map(|item| self.property_schema(item)).collect(),
                items: Some(Additional::Forbidden),
                ..Schema::of(SchemaType::Array)
            },
            TypeKind::Array(item) => {
                let item = self.schema_of(item);
                Schema {
                    items: Some(Additional::Of(Box::new(item))),
                    ..Schema::of(SchemaType::Array)
                }
            }
            TypeKind::Nullable(inner) => Schema {
                nullable: true,
                ..self.schema_of(inner)
            },
            TypeKind::Union(members) => self.union(members),
            TypeKind::Generic(name, arguments) => {
                const RESOURCES: &[&str] = &["resource", "resourceInput", "resourceOutput"];
                let is_known = RESOURCES.contains(&name.text.as_str());
                if !is_known || arguments.len() != 1 {
                    self.error(
                        r#type.span,
                        "BCP302",
                        format!("there is no type `{}<...>`", name.text),
                    );
                }
                Schema::default()
            }
            TypeKind::Resource => Schema::of(SchemaType::String),
            TypeKind::Member(..)
            | TypeKind::ItemOf(_)
            | TypeKind::AdditionalOf(_)
            | TypeKind::IndexOf(..) => self.inner_schema(r#type),
        }
    }

    fn property_schema(&mut self, property: &TypeProperty) -> Schema {
        self.schema(&property.value, &property.decorators)
    }

    fn named_schema(&mut self, name: &str, span: Span) -> Schema {
        match self.unit.symbols.get(name).cloned() {
            Some(Symbol::Type(_)) => {
                self.declare_type(name);
                Schema::of(SchemaType::Reference(format!("{}{name}", self.prefix)))
            }
            Some(Symbol::Imported(statement, original)) => self.imported_type(statement, &original, span),
            _ => self.built_in(name, span),
        }
    }

    fn built_in(&mut self, name: &str, span: Span) -> Schema {
        match BUILT_IN.iter().find(|(known, _)| *known == name) {
            Some((_, r#type)) => Schema::of(r#type.clone()),
            None => self.unknown_type(name, span),
        }
    }

    pub(super) fn unknown_type(&mut self, name: &str, span: Span) -> Schema {
        let own = self
            .unit
            .symbols
            .iter()
            .filter(|(_, symbol)| matches!(symbol, Symbol::Type(_)));
        let names = BUILT_IN
            .iter()
            .map(|(name, _)| *name)
            .chain(own.map(|(name, _)| name.as_str()));
        let near = nearest(name, names).map(str::to_owned);
        let diagnostic = Diagnostic::error("BCP302", format!("there is no type `{name}`"), span);
        self.note(diagnostic.suggest(near.as_deref()));
        Schema::default()
    }

    /// Compiles a type of this file, once.
    pub(super) fn declare_type(&mut self, name: &str) {
        let key = format!("{}{name}", self.prefix);
        if self.template.definitions.contains_key(&key) {
            return;
        }
        let unit = self.unit.clone();
        let Some(Symbol::Type(at)) = unit.symbols.get(name) else {
            return;
        };
        let statement = &unit.file.statements[*at];
        let StatementKind::Type { value, .. } = &statement.kind else {
            return;
        };
        // Stands already while it is being compiled: a type may hold itself.
        self.template.definitions.insert(key.clone(), Schema::default());
        let schema = self.at_top(|this| this.schema(value, &statement.decorators));
        if schema.r#type == SchemaType::Reference(key.clone()) {
            return self.error(
                value.span,
                "BCP298",
                format!("type `{name}` is made of nothing but itself"),
            );
        }
        self.template.definitions.insert(key, schema);
    }

    /// The schema behind references; a circle of references ends as anything.
    pub(super) fn resolved(&self, schema: &Schema) -> Schema {
        let mut schema = schema;
        for _ in 0..32 {
            let SchemaType::Reference(name) = &schema.r#type else {
                return schema.clone();
            };
            match self.template.definitions.get(name) {
                Some(next) => schema = next,
                None => break,
            }
        }
        Schema::default()
    }

    fn union(&mut self, members: &[Type]) -> Schema {
        let mut union: Option<Schema> = None;
        for member in members {
            let schema = self.schema_of(member);
            let nullable = schema.nullable;
            let schema = self.resolved(&schema);
            if matches!(member.kind, TypeKind::Null) {
                union.get_or_insert_with(Schema::default).nullable = true;
                continue;
            }
            match &mut union {
                None => {
                    union = Some(Schema {
                        nullable: nullable || schema.nullable,
                        ..schema
                    })
                }
                Some(all) => {
                    all.nullable |= nullable || schema.nullable;
                    match (&mut all.allowed, schema.allowed) {
                        (Some(values), Some(more)) if all.r#type == schema.r#type => values.extend(more),
                        (None, more) if all.r#type == SchemaType::Any => {
                            (all.r#type, all.allowed) = (schema.r#type, more);
                        }
                        // Literals of several types, or objects: only that they are one of them is known.
                        _ => {
                            *all = Schema {
                                nullable: all.nullable,
                                ..Schema::default()
                            }
                        }
                    }
                }
            }
        }
        union.unwrap_or_default()
    }

    /// A union of objects that a property tells apart.
    fn tagged(&mut self, decorator: &Decorator, union: &Type) -> Schema {
        let Some(Value::String(property)) = self.decorator_value(decorator) else {
            return Schema::default();
        };
        let mut mapping = IndexMap::new();
        let mut nullable = false;
        let mut members = Vec::new();
        flatten(union, &mut members, &mut nullable);
        for member in members {
            let schema = self.schema_of(member);
            let schema = self.resolved(&schema);
            nullable |= schema.nullable;
            if let Some((_, inner)) = schema.discriminator {
                mapping.extend(inner);
                continue;
            }
            let tag = schema.properties.get(&property).map(|it| self.resolved(it));
            match tag.and_then(|tag| tag.allowed).as_deref() {
                Some([Value::String(tag)]) => drop(mapping.insert(tag.clone(), schema)),
                // A type that holds itself is still being made.
                _ if schema.r#type == SchemaType::Any => (),
                _ => {
                    let message = format!("`{property}` of this type must be one text");
                    self.error(member.span, "BCP364", message);
                }
            }
        }
        Schema {
            nullable,
            discriminator: Some((property, mapping)),
            ..Schema::of(SchemaType::Object)
        }
    }

    /// `a.b`, `a[*]`, `a.*`, `a[0]`.
    fn inner_schema(&mut self, r#type: &Type) -> Schema {
        if let TypeKind::Member(base, name) = &r#type.kind
            && let TypeKind::Name(namespace) = &base.kind
        {
            match self.unit.symbols.get(namespace).cloned() {
                Some(Symbol::Namespace(statement)) => {
                    return self.imported_type(statement, &name.text, name.span);
                }
                // What a file calls by the same name is something else.
                None if namespace == "sys" => return self.built_in(&name.text, name.span),
                _ => (),
            }
        }
        let (base, found) = match &r#type.kind {
            TypeKind::Member(base, name) => {
                let outer = self.base_schema(base);
                let found = outer.properties.get(&name.text).cloned();
                if found.is_none() && outer.r#type == SchemaType::Object {
                    self.no_member(name, &outer);
                }
                (outer, found)
            }
            TypeKind::ItemOf(base) => {
                let outer = self.base_schema(base);
                let found = of(&outer.items);
                (outer, found)
            }
            TypeKind::AdditionalOf(base) => {
                let outer = self.base_schema(base);
                let found = of(&outer.additional);
                (outer, found)
            }
            TypeKind::IndexOf(base, index) => {
                let outer = self.base_schema(base);
                let found = usize::try_from(*index)
                    .ok()
                    .and_then(|at| outer.prefix.get(at).cloned());
                (outer, found)
            }
            _ => return Schema::default(),
        };
        // Of types that Azure alone knows nothing can be said.
        if found.is_none() && !matches!(base.r#type, SchemaType::Any | SchemaType::Object) {
            self.error(r#type.span, "BCP053", "the type has nothing there");
        }
        found.unwrap_or_default()
    }

    fn base_schema(&mut self, r#type: &Type) -> Schema {
        let schema = self.schema_of(r#type);
        self.resolved(&schema)
    }

    fn no_member(&mut self, name: &Name, schema: &Schema) {
        let near = nearest(&name.text, schema.properties.keys().map(String::as_str));
        let diagnostic = Diagnostic::error("BCP053", format!("the type has no `{}`", name.text), name.span);
        self.note(diagnostic.suggest(near));
    }
}

/// The members of a union, with those of the unions in it.
fn flatten<'a>(r#type: &'a Type, members: &mut Vec<&'a Type>, nullable: &mut bool) {
    match &r#type.kind {
        TypeKind::Union(inner) => inner.iter().for_each(|it| flatten(it, members, nullable)),
        TypeKind::Nullable(inner) => {
            *nullable = true;
            flatten(inner, members, nullable);
        }
        TypeKind::Null => *nullable = true,
        _ => members.push(r#type),
    }
}

fn of(additional: &Option<Additional>) -> Option<Schema> {
    match additional {
        Some(Additional::Of(schema)) => Some((**schema).clone()),
        _ => None,
    }
}

fn literal(r#type: SchemaType, value: Value) -> Schema {
    Schema {
        allowed: Some(vec![value]),
        ..Schema::of(r#type)
    }
}
