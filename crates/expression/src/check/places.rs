//! What can be assigned to.

use super::members::{Found, Left};
use super::overloads::Candidate;
use super::scope::{Kind, Variable};
use super::{Checker, Origin, Typed};
use crate::Value;
use crate::eval::code::{Call, Code, Dynamic, JsonItem, Place};
use crate::library::{Def, MemberKind, Row, jobject, jtoken};
use crate::syntax::tree::{Argument, Designation, Expr, ExprKind, Name};
use crate::types::Type;
use source::{Diagnostic, Span};

/// Something that has a value and takes another.
pub(super) enum Target {
    Variable(Variable),
    // Receiver and arguments lie in slots already: prepared code, row, slots, type arguments, type.
    Member {
        setup: Vec<Code>,
        row: &'static Row,
        slots: Vec<u32>,
        types: Vec<Type>,
        ty: Type,
    },
    DynamicMember {
        setup: Vec<Code>,
        slot: u32,
        name: String,
    },
    DynamicIndex {
        setup: Vec<Code>,
        slots: Vec<u32>,
    },
    // An element of a tuple that can be assigned to itself: tuple, place, slot for the new value, type.
    Item(Box<Target>, usize, u32, Type),
    Discard,
    Wrong,
}

impl Target {
    pub(super) fn ty(&self) -> Type {
        match self {
            Target::Variable(variable) => variable.ty.clone(),
            Target::Member { ty, .. } => ty.clone(),
            Target::DynamicMember { .. } | Target::DynamicIndex { .. } => Type::Dynamic,
            Target::Item(_, _, _, ty) => ty.clone(),
            Target::Discard => Type::Object,
            Target::Wrong => Type::Error,
        }
    }

    /// Reads it. What is prepared must have run.
    pub(super) fn read(&self) -> Code {
        match self {
            Target::Variable(variable) => variable.read(),
            Target::Member {
                row, slots, types, ..
            } => {
                let args = slots.iter().map(|slot| Code::Local(*slot)).collect();
                call(row.member.get, args, types)
            }
            Target::DynamicMember { slot, name, .. } => {
                Code::Dynamic(Box::new(Dynamic::Get(Code::Local(*slot), name.as_str().into())))
            }
            Target::DynamicIndex { slots, .. } => {
                let mut locals = slots.iter().map(|slot| Code::Local(*slot));
                let receiver = locals.next().unwrap_or(Code::Const(Value::Null));
                Code::Dynamic(Box::new(Dynamic::Index(receiver, locals.collect())))
            }
            Target::Item(tuple, at, ..) => Code::Item(*at, Box::new(tuple.read())),
            Target::Discard | Target::Wrong => Code::Const(Value::Null),
        }
    }

    /// Writes it; the value is the result. What is prepared must have run.
    pub(super) fn write(&self, value: Code) -> Code {
        match self {
            Target::Variable(variable) => variable.write(value),
            Target::Member {
                row, slots, types, ..
            } => {
                let mut args: Vec<Code> = slots.iter().map(|slot| Code::Local(*slot)).collect();
                args.push(value);
                let body = row.member.set.unwrap_or(row.member.get);
                Code::Set(Box::new(Call {
                    body,
                    args,
                    types: types.clone().into(),
                    receiver: true,
                    outs: Vec::new(),
                }))
            }
            Target::DynamicMember { slot, name, .. } => Code::Dynamic(Box::new(Dynamic::Set(
                Code::Local(*slot),
                name.as_str().into(),
                value,
            ))),
            Target::DynamicIndex { slots, .. } => {
                let mut locals = slots.iter().map(|slot| Code::Local(*slot));
                let receiver = locals.next().unwrap_or(Code::Const(Value::Null));
                Code::Dynamic(Box::new(Dynamic::SetIndex(receiver, locals.collect(), value)))
            }
            Target::Item(tuple, at, slot, _) => {
                let replaced = Code::WithItem(*at, Box::new((tuple.read(), Code::Local(*slot))));
                let codes = [
                    Code::SetLocal(*slot, Box::new(value)),
                    tuple.write(replaced),
                    Code::Local(*slot),
                ];
                Code::Sequence(codes.into())
            }
            Target::Discard | Target::Wrong => value,
        }
    }

    /// What must run first, once.
    pub(super) fn setup(&mut self) -> Vec<Code> {
        match self {
            Target::Member { setup, .. }
            | Target::DynamicMember { setup, .. }
            | Target::DynamicIndex { setup, .. } => std::mem::take(setup),
            Target::Item(tuple, ..) => tuple.setup(),
            _ => Vec::new(),
        }
    }
}

fn call(body: crate::library::Body, args: Vec<Code>, types: &[Type]) -> Code {
    Code::Call(Box::new(Call {
        body,
        args,
        types: types.into(),
        receiver: true,
        outs: Vec::new(),
    }))
}

impl Checker<'_> {
    /// What an expression stands for as the left side of an assignment.
    pub(super) fn target(&mut self, expr: &Expr) -> Target {
        match &expr.kind {
            ExprKind::Name(name) => self.variable_target(name),
            ExprKind::Member(object, name) => match self.left(object, false) {
                Left::Value(value) if value.ty.is_error() => Target::Wrong,
                Left::Value(value) if matches!(value.ty, Type::Tuple(_)) => {
                    self.item_target(object, value, name)
                }
                Left::Value(value) => self.member_target(value, name),
                _ => {
                    self.type_error(format!("`{}` cannot be assigned to", name.text), name.span);
                    Target::Wrong
                }
            },
            ExprKind::Index(object, args) => {
                let value = self.value(object);
                self.index_target(value, args, expr.span)
            }
            ExprKind::Declare(ty, Designation::Name(name)) => {
                let ty = self.resolve(ty);
                Target::Variable(self.declare(name, ty, Kind::Local))
            }
            ExprKind::Declare(_, Designation::Discard) => Target::Discard,
            _ => {
                self.type_error("this cannot be assigned to", expr.span);
                Target::Wrong
            }
        }
    }

    fn item_target(&mut self, object: &Expr, value: Typed, name: &Name) -> Target {
        let Some(item) = self.field(&value, name) else {
            self.unknown_member(&value.ty, name);
            return Target::Wrong;
        };
        let Code::Item(at, _) = item.code else {
            return Target::Wrong;
        };
        match self.target(object) {
            Target::Wrong => Target::Wrong,
            tuple => Target::Item(Box::new(tuple), at, self.temporary(), item.ty),
        }
    }

    fn variable_target(&mut self, name: &Name) -> Target {
        match self.find(&name.text) {
            Some(variable) => match &variable.kind {
                Kind::Local => Target::Variable(variable),
                Kind::ReadOnly | Kind::Path(_) | Kind::Constant(_) | Kind::Function(_) => {
                    self.type_error(format!("`{}` cannot be assigned to", name.text), name.span);
                    Target::Wrong
                }
            },
            None if name.text == "_" => Target::Discard,
            None => {
                let message = format!("there is no variable `{}`", name.text);
                let names = self.variable_names();
                let near = source::nearest(&name.text, names.iter().map(String::as_str));
                let diagnostic = Diagnostic::error("expression-unknown-name", message, name.span);
                self.report(diagnostic.suggest(near));
                Target::Wrong
            }
        }
    }

    pub(super) fn member_target(&mut self, value: Typed, name: &Name) -> Target {
        if value.ty.is_dynamic() {
            let slot = self.temporary();
            let setup = vec![Code::SetLocal(slot, Box::new(value.code))];
            return Target::DynamicMember {
                setup,
                slot,
                name: name.text.clone(),
            };
        }
        let found = self.members(&value.ty, &name.text, |kind| kind == MemberKind::Property);
        let Some(found) = found.into_iter().next() else {
            if value.ty.is_error() {
                return Target::Wrong;
            }
            let tuple = matches!(value.ty, Type::Tuple(_) | Type::Anonymous(_));
            match tuple {
                true => drop(self.type_error(format!("`{}` cannot be assigned to", name.text), name.span)),
                false => drop(self.unknown_member(&value.ty, name)),
            }
            return Target::Wrong;
        };
        if found.row.member.set.is_none() {
            self.type_error(
                format!("`{}` of `{}` cannot be assigned to", name.text, value.ty),
                name.span,
            );
            return Target::Wrong;
        }
        self.allowed(found.row, name.span);
        let slot = self.temporary();
        let setup = vec![Code::SetLocal(slot, Box::new(value.code))];
        let ty = found.row.result.with(&found.outer);
        Target::Member {
            setup,
            row: found.row,
            slots: vec![slot],
            types: found.outer,
            ty,
        }
    }

    pub(super) fn index_target(&mut self, value: Typed, args: &[Argument], span: Span) -> Target {
        if value.ty.is_error() {
            return Target::Wrong;
        }
        let receiver = self.temporary();
        let mut setup = vec![Code::SetLocal(receiver, Box::new(value.code.clone()))];
        let mut slots = vec![receiver];
        let stored = Typed {
            code: Code::Local(receiver),
            ..value
        };
        if stored.ty.is_dynamic() {
            for arg in self.arguments(args) {
                let code = self.pass(arg, &Type::Dynamic).code;
                let slot = self.temporary();
                setup.push(Code::SetLocal(slot, Box::new(code)));
                slots.push(slot);
            }
            return Target::DynamicIndex { setup, slots };
        }
        let Some((row, codes, types, ty)) = self.indexer(&stored, args, span) else {
            return Target::Wrong;
        };
        if row.member.set.is_none() {
            self.type_error(
                format!("an element of `{}` cannot be assigned to", stored.ty),
                span,
            );
            return Target::Wrong;
        }
        for code in codes {
            let slot = self.temporary();
            setup.push(Code::SetLocal(slot, Box::new(code)));
            slots.push(slot);
        }
        Target::Member {
            setup,
            row,
            slots,
            types,
            ty,
        }
    }

    // The indexer that takes the arguments: row, argument codes, type arguments, type.
    fn indexer(
        &mut self,
        value: &Typed,
        args: &[Argument],
        span: Span,
    ) -> Option<(&'static Row, Vec<Code>, Vec<Type>, Type)> {
        let found: Vec<Found> = self.members(&value.ty, "this", |kind| kind == MemberKind::Indexer);
        let given = self.arguments(args);
        if found.is_empty() {
            let message = format!("`{}` has no elements to take by `[...]`", value.ty);
            let diagnostic = Diagnostic::error("expression-unknown-member", message, span);
            self.report(match value.ty {
                Type::Object => {
                    diagnostic.help("cast it to the type that it really has: `((JObject)value)[\"name\"]`")
                }
                _ => diagnostic,
            });
            return None;
        }
        let candidates: Vec<Candidate> = found
            .iter()
            .map(|it| Candidate::of(it.row, it.outer.clone(), it.depth))
            .collect();
        match self.overload(&candidates, &given, &[]) {
            Ok(fitted) => {
                let row = fitted.candidate.row?;
                self.allowed(row, span);
                let ty = fitted.candidate.result.with(&fitted.types);
                let (codes, _) = self.emit(&fitted, given);
                Some((row, codes, fitted.types, ty))
            }
            Err(_) => {
                if given.iter().all(
                    |it| !matches!(&it.form, super::arguments::Form::Typed(value) if value.ty.is_error()),
                ) {
                    let given: Vec<String> = given.iter().map(super::arguments::Arg::describe).collect();
                    let message = format!("`{}` takes no [{}]", value.ty, given.join(", "));
                    self.error("expression-arguments", message, span);
                }
                None
            }
        }
    }

    /// `value[args]`.
    pub(super) fn index(&mut self, value: Typed, args: &[Argument], span: Span) -> Typed {
        if value.ty.is_error() {
            self.arguments(args);
            return Typed::error();
        }
        if value.ty.is_dynamic() {
            let given = self.arguments(args);
            let codes = given
                .into_iter()
                .map(|arg| self.pass(arg, &Type::Dynamic).code)
                .collect();
            return Typed::new(
                Code::Dynamic(Box::new(Dynamic::Index(value.code, codes))),
                Type::Dynamic,
            );
        }
        let Some((row, mut codes, types, ty)) = self.indexer(&value, args, span) else {
            return Typed::error();
        };
        if value.origin == Origin::Variables
            && let [Code::Const(Value::Text(key))] = codes.as_slice()
            && let Some(key) = key.utf8()
        {
            return Typed::new(Code::Variable(self.symbols.intern(key), key.into()), ty);
        }
        let of_json = row.def == Def(&jtoken::JTOKEN) || row.def == Def(&jobject::JOBJECT);
        if let [Code::Const(Value::Text(name))] = codes.as_slice()
            && of_json
            && name.utf8().is_some()
        {
            let item = JsonItem {
                token: value.code,
                name: name.clone(),
                body: row.member.get,
            };
            return Typed::new(Code::JsonItem(Box::new(item)), ty);
        }
        codes.insert(0, value.code);
        Typed::new(call(row.member.get, codes, &types), ty)
    }

    /// The type of what an `out` or `ref` argument names.
    pub(super) fn place_type(&mut self, expr: &Expr) -> Type {
        match &expr.kind {
            ExprKind::Name(name) => match self.find(&name.text) {
                Some(variable) => variable.ty,
                None => self.variable_target(name).ty(),
            },
            _ => self.target(expr).ty(),
        }
    }

    /// A target as a place for an `out` argument.
    pub(super) fn target_place(&mut self, mut target: Target) -> Place {
        match &target {
            Target::Variable(variable) => variable.place(),
            Target::Discard | Target::Wrong => Place::Discard,
            _ => {
                let slot = self.temporary();
                let mut codes = target.setup();
                codes.push(target.write(Code::Local(slot)));
                Place::Through(slot, Box::new(Code::Sequence(codes.into())))
            }
        }
    }

    /// The place of a variable that an argument or pattern declares.
    pub(super) fn declared_place(&mut self, designation: &Designation, ty: Type) -> Place {
        match designation {
            Designation::Name(name) => self.declare(name, ty, Kind::Local).place(),
            Designation::Discard => Place::Discard,
            Designation::Tuple(_) => Place::Discard,
        }
    }
}
