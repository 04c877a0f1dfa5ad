//! Names and what stands behind a dot: types, properties, static members, and methods before they are called.

use super::scope::{Kind, Variable};
use super::{Checker, Origin, Typed};
use crate::Value;
use crate::eval::cast::bases;
use crate::eval::code::{Call, Code, Dynamic, Get};
use crate::library::context::{exchange, request, response};
use crate::library::{self, Def, MemberKind, Row, def_of, nullable, object, tuple};
use crate::syntax::tree::{Expr, ExprKind, Name};
use crate::types::Type;
use crate::value::Part;
use source::{Diagnostic, Span};

/// What a name or a member access means.
pub(super) enum Left {
    Value(Typed),
    Type(Type),
    Namespace(String),
    Group(Group),
}

/// A method, or several of one name, before its arguments are known.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) receiver: Receiver,
    pub(super) name: Name,
}

#[derive(Debug, Clone)]
pub(super) enum Receiver {
    Value(Typed),
    Static(Type),
    Local(Variable),
}

/// A row found in a type or one of its bases, with that base's type arguments.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) row: &'static Row,
    pub(super) outer: Vec<Type>,
    pub(super) depth: usize,
}

// A type inside a type: `TimeZoneInfo.AdjustmentRule`.
fn nested(ty: &Type, name: &Name) -> Option<Type> {
    let Type::Class(def, None) = ty else { return None };
    let inner = library::find(&format!("{}.{}", def.0.name, name.text), 0)?;
    Some(library::type_of(inner, Vec::new()))
}

impl Checker<'_> {
    /// What an expression means, before it is known to be used as a value.
    pub(super) fn left(&mut self, expr: &Expr, called: bool) -> Left {
        match &expr.kind {
            ExprKind::Predefined(word) => Left::Type(Type::from_keyword(word).unwrap_or(Type::Error)),
            ExprKind::Name(name) => self.name(name, called),
            ExprKind::Member(object, name) => {
                if !self.works(expr.span) {
                    return Left::Value(Typed::error());
                }
                let before = self.needs;
                match self.left(object, false) {
                    Left::Namespace(space) => self.in_namespace(space, name),
                    Left::Type(ty) => match nested(&ty, name) {
                        Some(inner) => Left::Type(inner),
                        None => self.static_member(ty, name, called),
                    },
                    Left::Value(value) => {
                        // A message that is only looked into does not need its body.
                        if matches!(value.origin, Origin::Message(_)) {
                            self.needs = before;
                        }
                        self.instance_member(value, name, called)
                    }
                    Left::Group(group) => Left::Value(self.not_called(&group)),
                }
            }
            _ => Left::Value(self.expression(expr)),
        }
    }

    /// A method used as if it were a value.
    pub(super) fn not_called(&mut self, group: &Group) -> Typed {
        let message = format!("`{}` is a method", group.name.text);
        let diagnostic = Diagnostic::error("expression-type", message, group.name.span);
        self.report(diagnostic.help(format!("call it: `{}(...)`", group.name.text)));
        Typed::error()
    }

    fn name(&mut self, name: &Name, called: bool) -> Left {
        if let Some(variable) = self.find(&name.text) {
            if matches!(variable.kind, Kind::Function(_)) {
                return Left::Group(Group {
                    receiver: Receiver::Local(variable),
                    name: name.clone(),
                });
            }
            return Left::Value(self.variable(&variable));
        }
        if name.text == "context" {
            let code = Code::Const(Value::Part(Part::Context));
            return Left::Value(Typed::new(code, Type::class(&exchange::CONTEXT)));
        }
        if let Some(ty) = self.named_type(&name.text, name) {
            return Left::Type(ty);
        }
        if library::is_namespace(&name.text) {
            return Left::Namespace(name.text.clone());
        }
        Left::Value(self.unknown_name(name, called))
    }

    fn variable(&mut self, variable: &Variable) -> Typed {
        match &variable.kind {
            Kind::Constant(value) => Typed::constant(value.clone(), variable.ty.clone()),
            _ => Typed::new(variable.read(), variable.ty.clone()),
        }
    }

    fn named_type(&mut self, text: &str, name: &Name) -> Option<Type> {
        if let Some(ty) = self.type_parameter(text) {
            return Some(ty);
        }
        let def = library::find(text, name.types.len())?;
        let args = name.types.iter().map(|it| self.resolve(it)).collect();
        Some(library::type_of(def, args))
    }

    fn unknown_name(&mut self, name: &Name, called: bool) -> Typed {
        let mut near = self.variable_names();
        near.push("context".to_owned());
        near.extend(library::type_names().map(str::to_owned));
        let (code, message) = match (called, library::find_any(&name.text)) {
            (_, Some(_)) => (
                "expression-unknown-type",
                format!("`{}` has another number of type arguments", name.text),
            ),
            (true, _) => (
                "expression-unknown-name",
                format!("there is no function `{}`", name.text),
            ),
            (false, _) => (
                "expression-unknown-name",
                format!("there is no `{}` here", name.text),
            ),
        };
        let near = source::nearest(&name.text, near.iter().map(String::as_str));
        self.report(Diagnostic::error(code, message, name.span).suggest(near));
        Typed::error()
    }

    fn in_namespace(&mut self, space: String, name: &Name) -> Left {
        let full = format!("{space}.{}", name.text);
        if let Some(ty) = self.named_type(&full, name) {
            return Left::Type(ty);
        }
        if library::is_namespace(&full) {
            return Left::Namespace(full);
        }
        let names: Vec<&str> = library::types()
            .filter(|it| it.namespace() == space)
            .map(|it| it.short_name())
            .collect();
        let message = format!("there is no type `{full}`");
        let near = source::nearest(&name.text, names);
        self.report(Diagnostic::error("expression-unknown-type", message, name.span).suggest(near));
        Left::Value(Typed::error())
    }

    /// A type where a value is needed.
    pub(super) fn type_as_value(&mut self, ty: &Type, span: Span) -> Typed {
        self.type_error(format!("`{ty}` is a type, not a value"), span)
    }

    // ---- static members

    fn static_member(&mut self, ty: Type, name: &Name, called: bool) -> Left {
        if ty.is_error() {
            return Left::Value(Typed::error());
        }
        let def = def_of(&ty);
        if let Type::Class(def, _) = &ty
            && let Some((found, value)) = def.0.values.iter().find(|it| it.0 == name.text)
        {
            if !def.0.in_azure {
                self.outside_azure(&format!("`{}`", def.0.short_name()), name.span);
            }
            self.uses.insert((def.0.name, found));
            return Left::Value(Typed::constant(Value::Enum(*def, *value), ty));
        }
        let is_method = |kind| matches!(kind, MemberKind::StaticMethod | MemberKind::Extension);
        let property = static_rows(&ty, &name.text, |kind| kind == MemberKind::StaticProperty)
            .into_iter()
            .next();
        let has_method = !static_rows(&ty, &name.text, is_method).is_empty();
        match property {
            Some(found) if !(called && has_method) => {
                self.allowed(found.row, name.span);
                let result = found.row.result.with(&found.outer);
                if let Some(constant) = super::constants::of_library(&ty, &name.text) {
                    return Left::Value(Typed::constant(constant, result));
                }
                Left::Value(Typed::new(
                    call(found.row, Vec::new(), found.outer, false),
                    result,
                ))
            }
            _ if has_method => Left::Group(Group {
                receiver: Receiver::Static(ty),
                name: name.clone(),
            }),
            _ => {
                let instance = !self.members(&ty, &name.text, |_| true).is_empty();
                let typed = self.unknown_static(&ty, name, def, instance);
                Left::Value(typed)
            }
        }
    }

    fn unknown_static(&mut self, ty: &Type, name: &Name, def: Option<Def>, instance: bool) -> Typed {
        if instance {
            let message = format!(
                "`{}` of `{ty}` needs a value in front of the dot, not the type",
                name.text
            );
            return self.error("expression-unknown-member", message, name.span);
        }
        let rows = def
            .into_iter()
            .flat_map(|it| it.0.rows())
            .filter(|it| it.is_static());
        let values = def.into_iter().flat_map(|it| it.0.values).map(|it| it.0);
        let names: Vec<&str> = rows.map(|it| it.name.as_str()).chain(values).collect();
        let message = format!("`{ty}` has no static member `{}`", name.text);
        let near = source::nearest(&name.text, names);
        self.report(Diagnostic::error("expression-unknown-member", message, name.span).suggest(near));
        Typed::error()
    }

    /// Notes a row that is used, and warns if Azure does not allow it.
    pub(super) fn allowed(&mut self, row: &'static Row, span: Span) {
        self.uses.insert((row.def.0.name, &row.name));
        if !row.member.in_azure || !row.def.0.in_azure {
            let what = match row.kind() {
                MemberKind::Constructor => format!("`new {}(...)`", row.def.0.short_name()),
                _ => format!("`{}.{}`", row.def.0.short_name(), row.name),
            };
            self.outside_azure(&what, span);
        }
    }

    // ---- instance members

    /// Rows of a name in a type, its bases and `object`, nearest first.
    pub(super) fn members(&self, ty: &Type, name: &str, wanted: impl Fn(MemberKind) -> bool) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        let mut depth = 0;
        let mut add = |base: &Type, depth: usize| {
            let Some(def) = def_of(base) else { return };
            for row in def.0.rows() {
                if row.name == name && wanted(row.kind()) && !found.iter().any(|it| std::ptr::eq(it.row, row))
                {
                    found.push(Found {
                        row,
                        outer: base.args().to_vec(),
                        depth,
                    });
                }
            }
        };
        bases(ty, &mut |base| {
            add(base, depth);
            depth += 1;
            false
        });
        if ty.is_enum() {
            add(&Type::class(&library::enums::ENUM), depth);
        }
        add(&Type::Object, depth + 1);
        found
    }

    fn instance_member(&mut self, value: Typed, name: &Name, called: bool) -> Left {
        if value.ty.is_error() {
            return Left::Value(Typed::error());
        }
        if value.ty.is_dynamic() {
            if called {
                return Left::Group(Group {
                    receiver: Receiver::Value(value),
                    name: name.clone(),
                });
            }
            let get = Dynamic::Get(value.code, name.text.as_str().into());
            return Left::Value(Typed::new(Code::Dynamic(Box::new(get)), Type::Dynamic));
        }
        if matches!(value.ty, Type::Void | Type::Null) {
            let message = format!("`{}` of nothing", name.text);
            return Left::Value(self.type_error(message, name.span));
        }
        if let Some(item) = self.field(&value, name) {
            return Left::Value(item);
        }
        if called && name.text == "Invoke" && value.ty.is_delegate() {
            return Left::Value(value);
        }
        let property = self
            .members(&value.ty, &name.text, |kind| kind == MemberKind::Property)
            .into_iter()
            .next();
        let has_method = !self
            .members(&value.ty, &name.text, |kind| kind == MemberKind::Method)
            .is_empty()
            || !library::extensions(&name.text).is_empty();
        match property {
            Some(found) if !(called && has_method) => Left::Value(self.property(value, &found, name)),
            _ if has_method => Left::Group(Group {
                receiver: Receiver::Value(value),
                name: name.clone(),
            }),
            _ => Left::Value(self.unknown_member(&value.ty, name)),
        }
    }

    // Members of tuples and anonymous types.
    pub(super) fn field(&mut self, value: &Typed, name: &Name) -> Option<Typed> {
        let numbered = || {
            name.text
                .strip_prefix("Item")?
                .parse::<usize>()
                .ok()?
                .checked_sub(1)
        };
        let (at, ty) = match &value.ty {
            Type::Tuple(items) => {
                let at = items
                    .iter()
                    .position(|(it, _)| it.as_deref() == Some(&name.text))
                    .or_else(numbered)?;
                (at, items.get(at)?.1.clone())
            }
            Type::Anonymous(items) => {
                let at = items.iter().position(|(it, _)| **it == name.text)?;
                (at, items.get(at)?.1.clone())
            }
            ty if ty.is(&tuple::TUPLE) => {
                let at = numbered()?;
                (at, ty.args().get(at)?.clone())
            }
            _ => return None,
        };
        Some(Typed::new(Code::Item(at, Box::new(value.code.clone())), ty))
    }

    /// Reads a property.
    pub(super) fn property(&mut self, value: Typed, found: &Found, name: &Name) -> Typed {
        self.allowed(found.row, name.span);
        let origin = self.origin(&value, found.row);
        let result = found.row.result.with(&found.outer);
        let takes_null = found.row.def == Def(&nullable::NULLABLE);
        let code = match found.outer.is_empty() && !takes_null {
            true => Code::Get(Get(found.row.member.get), Box::new(value.code)),
            false => call(found.row, vec![value.code], found.outer.clone(), !takes_null),
        };
        Typed::new(code, result).from(origin)
    }

    // What the result of a property of the context is, and what must therefore be buffered.
    fn origin(&mut self, value: &Typed, row: &'static Row) -> Origin {
        use crate::host::Message::{Request, Response};
        let (def, name) = (row.def, row.name.as_str());
        if def == Def(&exchange::CONTEXT) {
            if name == "Variables" {
                return Origin::Variables;
            }
            return match exchange::message(name) {
                Some(message) => {
                    self.need(message);
                    Origin::Message(message)
                }
                None => Origin::Other,
            };
        }
        let body = name == "Body";
        match value.origin {
            Origin::Message(message) if body => {
                self.need(message);
                Origin::Body(message)
            }
            // A message in a variable was noted when it was put there; one made by `send-request` needs nothing.
            _ if body && def == Def(&request::REQUEST) => Origin::Body(Request),
            _ if body && def == Def(&response::RESPONSE) => Origin::Body(Response),
            _ => Origin::Other,
        }
    }

    fn need(&mut self, message: crate::host::Message) {
        match message {
            crate::host::Message::Request => self.needs.request_body = true,
            crate::host::Message::Response => self.needs.response_body = true,
        }
    }

    /// The complaint about a member that a type does not have.
    pub(super) fn unknown_member(&mut self, ty: &Type, name: &Name) -> Typed {
        let mut names: Vec<String> = Vec::new();
        bases(ty, &mut |base| {
            if let Some(def) = def_of(base) {
                names.extend(
                    def.0
                        .rows()
                        .iter()
                        .filter(|it| !it.is_static())
                        .map(|it| it.name.clone()),
                );
            }
            false
        });
        names.extend(object::OBJECT.rows().iter().map(|it| it.name.clone()));
        match ty {
            Type::Tuple(items) => names.extend(
                items
                    .iter()
                    .filter_map(|(it, _)| it.as_deref().map(str::to_owned)),
            ),
            Type::Anonymous(items) => names.extend(items.iter().map(|(it, _)| it.to_string())),
            _ => (),
        }
        if crate::eval::cast::element_type(ty).is_some() {
            names.extend(library::extension_names().map(str::to_owned));
        }
        let message = format!("`{ty}` has no `{}`", name.text);
        let diagnostic = Diagnostic::error("expression-unknown-member", message, name.span);
        let near = source::nearest(&name.text, names.iter().map(String::as_str));
        self.report(match (near, ty) {
            (None, Type::Object) => {
                diagnostic.help("cast it to the type that it really has: `((JObject)value).Name`")
            }
            (near, _) => diagnostic.suggest(near),
        });
        Typed::error()
    }
}

/// Static rows of a name; a class of the same name without type arguments counts too (`Tuple.Create`).
pub(super) fn static_rows(ty: &Type, name: &str, wanted: impl Fn(MemberKind) -> bool) -> Vec<Found> {
    let mut found = Vec::new();
    let mut depth = 0;
    let mut add = |base: &Type, depth: usize| {
        let Some(def) = def_of(base) else { return };
        let same_name = library::types()
            .filter(|it| base.args().is_empty() && it.name == def.0.name && !std::ptr::eq(*it, def.0));
        for def in std::iter::once(def.0).chain(same_name) {
            let rows = def
                .rows()
                .iter()
                .filter(|row| row.name == name && wanted(row.kind()) && row.outer <= base.args().len());
            found.extend(rows.map(|row| Found {
                row,
                outer: base.args().to_vec(),
                depth,
            }));
        }
        // LINQ stands in several tables under one name.
        let prefix = format!("{}.", def.0.name);
        if def.0.kind == library::TypeKind::Static {
            for def in library::types()
                .filter(|it| it.name.starts_with(&prefix) && it.kind == library::TypeKind::Static)
            {
                let rows = def
                    .rows()
                    .iter()
                    .filter(|row| row.name == name && wanted(row.kind()));
                found.extend(rows.map(|row| Found {
                    row,
                    outer: Vec::new(),
                    depth,
                }));
            }
        }
    };
    bases(ty, &mut |base| {
        add(base, depth);
        depth += 1;
        false
    });
    // `int.Equals(a, b)` is that of `object`.
    add(&Type::Object, depth + 1);
    found
}

/// A call of a row.
pub(super) fn call(row: &'static Row, args: Vec<Code>, types: Vec<Type>, receiver: bool) -> Code {
    let types = types.into_boxed_slice();
    Code::Call(Box::new(Call {
        body: row.member.get,
        args,
        types,
        receiver,
        outs: Vec::new(),
    }))
}
