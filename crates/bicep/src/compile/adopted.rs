//! Imports from a compiled template: what it exports is copied, with everything that it uses, under names of its own.

use super::FileCompiler;
use crate::syntax::tree::{ExprKind, StatementKind};
use crate::template::{Additional, Expr, Function, Kind, Place, Schema, SchemaType, Template, ValueLoop};
use serde_json::Value;
use source::nearest;
use std::rc::Rc;

/// A compiled template, and what stands here in front of its names.
#[derive(Clone)]
pub(super) struct Compiled {
    template: Rc<Template>,
    prefix: String,
    path: String,
}

/// What marks a type as exported.
const EXPORT: &str = "__bicep_export!";
/// Where the exported variables are listed.
const VARIABLES: &str = "__bicep_exported_variables!";

impl Compiled {
    fn variables(&self) -> Vec<String> {
        let mut all = self.template.metadata.iter();
        let listed = all.find(|(name, _)| name == VARIABLES).map(|(_, value)| value);
        let listed = listed.and_then(|it| crate::evaluate::constant(it, &self.template));
        let listed = listed.unwrap_or_default();
        let names = listed.as_array().into_iter().flatten();
        names
            .filter_map(|it| it["name"].as_str().map(str::to_owned))
            .collect()
    }

    fn functions(&self) -> Vec<String> {
        let keys = self.template.functions.keys();
        keys.filter_map(|key| key.split_once('.').map(|(_, name)| name.to_owned()))
            .collect()
    }

    fn types(&self) -> Vec<String> {
        let all = self.template.definitions.iter();
        let exported = all.filter(|(_, schema)| schema.metadata.get(EXPORT) == Some(&Value::Bool(true)));
        exported.map(|(name, _)| name.clone()).collect()
    }

    fn renamed(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    // A function's name has its namespace in front.
    fn renamed_function(&self, key: &str) -> String {
        match key.split_once('.') {
            Some((space, name)) => format!("{space}.{}", self.renamed(name)),
            None => key.to_owned(),
        }
    }
}

impl FileCompiler<'_, '_> {
    /// Whether an import statement names a compiled template.
    pub(super) fn imports_compiled(&self, statement: usize) -> bool {
        match self.unit.file.statements.get(statement).map(|it| &it.kind) {
            Some(StatementKind::Import { path, .. }) => {
                matches!(&path.kind, ExprKind::Text(text) if text.ends_with(".json") && !text.contains(':'))
            }
            _ => false,
        }
    }

    /// The compiled template that an import statement names; what keeps it from being read is noted.
    pub(super) fn compiled(&mut self, statement: usize) -> Option<Compiled> {
        let unit = self.unit.clone();
        let StatementKind::Import { path, .. } = &unit.file.statements.get(statement)?.kind else {
            return None;
        };
        let ExprKind::Text(text) = &path.kind else {
            return None;
        };
        let asked = self.place(path);
        let path = self.beside(text);
        let template = self.compiler.template(&path, &asked)?;
        Some(Compiled {
            template,
            prefix: self.prefix_of(&path),
            path,
        })
    }

    /// A value that it exports.
    pub(super) fn adopted_value(&mut self, from: &Compiled, name: &str, at: &Place) -> Option<Expr> {
        let variables = from.variables();
        if !variables.iter().any(|it| it == name) {
            self.exports_no(from, name, at);
            return None;
        }
        self.adopt_variable(from, name);
        let name = Expr::text(from.renamed(name), at);
        Some(Expr::call("variables", vec![name], at))
    }

    /// The name here of a function that it exports, `None` if the name is none.
    pub(super) fn adopted_function(&mut self, from: &Compiled, name: &str) -> Option<String> {
        let functions = &from.template.functions;
        let key = functions
            .keys()
            .find(|key| key.split_once('.').is_some_and(|(_, it)| it == name))?;
        self.adopt_function(from, key);
        Some(from.renamed_function(key))
    }

    /// A type that it exports.
    pub(super) fn adopted_type(&mut self, from: &Compiled, name: &str, at: &Place) -> Option<Schema> {
        if !from.types().iter().any(|it| it == name) {
            self.exports_no(from, name, at);
            return None;
        }
        self.adopt_type(from, name);
        Some(Schema::of(SchemaType::Reference(from.renamed(name))))
    }

    /// Notes a name that it does not export.
    pub(super) fn check_compiled(&mut self, from: &Compiled, name: &str, at: &Place) {
        let all = [from.variables(), from.functions(), from.types()].concat();
        if !all.iter().any(|it| it == name) {
            self.exports_no(from, name, at);
        }
    }

    fn exports_no(&mut self, from: &Compiled, name: &str, at: &Place) {
        let all = [from.variables(), from.functions(), from.types()].concat();
        let mut finding = at.error("BCP360", format!("`{}` exports no `{name}`", from.path));
        finding.diagnostic = finding
            .diagnostic
            .suggest(nearest(name, all.iter().map(String::as_str)));
        self.compiler.note(finding);
    }

    fn adopt_variable(&mut self, from: &Compiled, name: &str) {
        let key = from.renamed(name);
        let Some(value) = from.template.variables.get(name) else {
            return;
        };
        if self.template.variables.contains_key(&key) {
            return;
        }
        // A variable that needs itself must not be looked for again.
        self.template
            .variables
            .insert(key.clone(), Expr::value(Value::Null, &value.at));
        let value = self.adopted(from, value);
        self.template.variables.insert(key, value);
    }

    fn adopt_function(&mut self, from: &Compiled, key: &str) {
        let own = from.renamed_function(key);
        let Some(function) = from.template.functions.get(key) else {
            return;
        };
        if self.template.functions.contains_key(&own) {
            return;
        }
        let parameters = function.parameters.iter();
        let adopted = Function {
            parameters: parameters
                .map(|(name, it)| (name.clone(), self.adopted_schema(from, it)))
                .collect(),
            output: self.adopted_schema(from, &function.output),
            body: Expr::value(Value::Null, &function.body.at),
        };
        self.template.functions.insert(own.clone(), adopted);
        let body = self.adopted(from, &function.body);
        if let Some(function) = self.template.functions.get_mut(&own) {
            function.body = body;
        }
    }

    fn adopt_type(&mut self, from: &Compiled, name: &str) {
        let key = from.renamed(name);
        let Some(schema) = from.template.definitions.get(name) else {
            return;
        };
        if self.template.definitions.contains_key(&key) {
            return;
        }
        self.template.definitions.insert(key.clone(), Schema::default());
        let schema = self.adopted_schema(from, schema);
        self.template.definitions.insert(key, schema);
    }

    fn adopted(&mut self, from: &Compiled, expression: &Expr) -> Expr {
        let at = expression.at.clone();
        let kind = match &expression.kind {
            Kind::Value(value) => Kind::Value(value.clone()),
            Kind::Object(members) => {
                let members = members.iter();
                Kind::Object(
                    members
                        .map(|(key, value)| (self.adopted(from, key), self.adopted(from, value)))
                        .collect(),
                )
            }
            Kind::Array(elements) => Kind::Array(elements.iter().map(|it| self.adopted(from, it)).collect()),
            Kind::Member(base, index) => Kind::Member(
                Box::new(self.adopted(from, base)),
                Box::new(self.adopted(from, index)),
            ),
            Kind::Loop(it) => Kind::Loop(Box::new(ValueLoop {
                name: it.name.clone(),
                count: self.adopted(from, &it.count),
                input: self.adopted(from, &it.input),
            })),
            Kind::Lambda(names, body) => Kind::Lambda(names.clone(), Box::new(self.adopted(from, body))),
            Kind::Call(name, arguments) => return self.adopted_call(from, (name, arguments), &at),
        };
        Expr { kind, at }
    }

    fn adopted_call(&mut self, from: &Compiled, (name, arguments): (&str, &[Expr]), at: &Place) -> Expr {
        if let ("variables", [only]) = (name.to_ascii_lowercase().as_str(), arguments)
            && let Some(variable) = only.as_text()
        {
            // Names of variables are compared without case.
            let known = from
                .template
                .variables
                .keys()
                .find(|it| it.eq_ignore_ascii_case(variable));
            let variable = known.cloned().unwrap_or_else(|| variable.to_owned());
            self.adopt_variable(from, &variable);
            return Expr::call("variables", vec![Expr::text(from.renamed(&variable), at)], at);
        }
        let function = from
            .template
            .functions
            .keys()
            .find(|it| it.eq_ignore_ascii_case(name))
            .cloned();
        let name = match function {
            Some(key) => {
                self.adopt_function(from, &key);
                from.renamed_function(&key)
            }
            None => name.to_owned(),
        };
        let arguments = arguments.iter().map(|it| self.adopted(from, it)).collect();
        Expr::call(&name, arguments, at)
    }

    fn adopted_schema(&mut self, from: &Compiled, schema: &Schema) -> Schema {
        let mut schema = schema.clone();
        if let SchemaType::Reference(name) = &schema.r#type {
            self.adopt_type(from, name);
            schema.r#type = SchemaType::Reference(from.renamed(name));
        }
        let mapping = schema
            .discriminator
            .iter_mut()
            .flat_map(|(_, mapping)| mapping.values_mut());
        let parts = schema
            .properties
            .values_mut()
            .chain(&mut schema.prefix)
            .chain(mapping);
        for part in parts {
            *part = self.adopted_schema(from, part);
        }
        for more in [&mut schema.additional, &mut schema.items] {
            if let Some(Additional::Of(of)) = more {
                **of = self.adopted_schema(from, of);
            }
        }
        schema
    }
}
