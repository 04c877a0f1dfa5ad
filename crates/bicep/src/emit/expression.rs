//! Expressions as ARM templates write them.

use crate::template::{Expr, Kind, ValueLoop};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Writes expressions, and knows what the loops around them are called.
#[derive(Default)]
pub(super) struct Printer {
    loops: Vec<(Arc<str>, Written)>,
}

/// How the index of a loop is written.
#[derive(Clone, PartialEq)]
enum Written {
    /// `copyIndex('name')`; without a name for that of an output.
    Index(Option<String>),
    /// `lambdaVariables('name')`.
    Variable(String),
}

/// Whether a place takes `copy` in objects, as properties of resources do; elsewhere a loop is a call of `map`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Loops {
    Copied,
    Mapped,
}

impl Printer {
    /// Runs where `copyIndex(name)` means the loop of a resource or, without a name, of an output.
    pub(super) fn within<T>(
        &mut self,
        name: &Arc<str>,
        written: Option<&str>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.loops
            .push((name.clone(), Written::Index(written.map(str::to_owned))));
        let result = run(self);
        self.loops.pop();
        result
    }

    /// The value of a member of a template.
    pub(super) fn json(&mut self, expr: &Expr, loops: Loops) -> Value {
        match &expr.kind {
            Kind::Value(value) => escaped(value),
            Kind::Object(members) => self.object(members, loops),
            Kind::Array(elements) => elements.iter().map(|it| self.json(it, loops)).collect(),
            _ => format!("[{}]", self.text(expr)).into(),
        }
    }

    fn object(&mut self, members: &[(Expr, Expr)], loops: Loops) -> Value {
        let mut object = Map::new();
        let mut copies: Vec<Value> = Vec::new();
        for (key, value) in members {
            let name = match key.as_text() {
                Some(name) => escaped_text(name),
                None => format!("[{}]", self.text(key)),
            };
            match (&value.kind, key.as_text()) {
                (Kind::Loop(inner), Some(plain)) if loops == Loops::Copied && !self.is_around(plain) => {
                    copies.push(self.copy(plain, inner));
                }
                _ => drop(object.insert(name, self.json(value, loops))),
            }
        }
        if !copies.is_empty() {
            object.insert("copy".into(), copies.into());
        }
        object.into()
    }

    fn is_around(&self, name: &str) -> bool {
        self.loops
            .iter()
            .any(|(_, written)| *written == Written::Index(Some(name.to_owned())))
    }

    /// `{ name, count, input }`.
    pub(super) fn copy(&mut self, name: &str, inner: &ValueLoop) -> Value {
        let count = self.json(&inner.count, Loops::Mapped);
        let input = self.within(&inner.name, Some(name), |this| {
            this.json(&inner.input, Loops::Copied)
        });
        json!({ "name": name, "count": count, "input": input })
    }

    /// An expression without its brackets.
    pub(super) fn text(&mut self, expr: &Expr) -> String {
        match &expr.kind {
            Kind::Value(value) => literal(value),
            Kind::Object(members) => {
                let parts: Vec<String> = members
                    .iter()
                    .map(|(key, value)| format!("{}, {}", self.text(key), self.text(value)))
                    .collect();
                format!("createObject({})", parts.join(", "))
            }
            Kind::Array(elements) => format!("createArray({})", self.all(elements)),
            Kind::Call(name, arguments) if &**name == "copyIndex" => self.index(arguments),
            Kind::Call(name, arguments) => format!("{name}({})", self.all(arguments)),
            Kind::Member(base, index) => {
                let base = self.text(base);
                match index.as_text().filter(|name| is_word(name)) {
                    Some(name) => format!("{base}.{name}"),
                    None => format!("{base}[{}]", self.text(index)),
                }
            }
            Kind::Loop(inner) => {
                let count = self.text(&inner.count);
                let name = format!("__{}", inner.name);
                self.loops
                    .push((inner.name.clone(), Written::Variable(name.clone())));
                let input = self.text(&inner.input);
                self.loops.pop();
                format!("map(range(0, {count}), lambda('{name}', {input}))")
            }
            Kind::Lambda(names, body) => {
                let mut parts: Vec<String> = names.iter().map(|name| quoted(name)).collect();
                parts.push(self.text(body));
                format!("lambda({})", parts.join(", "))
            }
        }
    }

    fn all(&mut self, expressions: &[Expr]) -> String {
        let parts: Vec<String> = expressions.iter().map(|it| self.text(it)).collect();
        parts.join(", ")
    }

    fn index(&mut self, arguments: &[Expr]) -> String {
        let name = arguments.first().and_then(Expr::as_text);
        let found = self
            .loops
            .iter()
            .rev()
            .find(|(known, _)| Some(&**known) == name)
            .map(|(_, written)| written.clone());
        match (found, arguments) {
            (Some(Written::Variable(name)), [_]) => format!("lambdaVariables({})", quoted(&name)),
            (Some(Written::Index(None)), [_]) => "copyIndex()".to_owned(),
            (Some(Written::Index(Some(name))), [_]) => format!("copyIndex({})", quoted(&name)),
            _ => format!("copyIndex({})", self.all(arguments)),
        }
    }
}

fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null()".to_owned(),
        Value::Bool(flag) => format!("{flag}()"),
        Value::Number(number) if number.is_i64() => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(list) if list.is_empty() => "createArray()".to_owned(),
        Value::Object(object) if object.is_empty() => "createObject()".to_owned(),
        value => format!("json({})", quoted(&value.to_string())),
    }
}

/// A value in which no text is taken for an expression.
pub(super) fn escaped(value: &Value) -> Value {
    match value {
        Value::String(text) => escaped_text(text).into(),
        Value::Array(list) => list.iter().map(escaped).collect(),
        Value::Object(object) => {
            let members = object
                .iter()
                .map(|(key, value)| (escaped_text(key), escaped(value)));
            Value::Object(members.collect())
        }
        value => value.clone(),
    }
}

fn escaped_text(text: &str) -> String {
    match text.starts_with('[') && text.ends_with(']') {
        true => format!("[{text}"),
        false => text.to_owned(),
    }
}
