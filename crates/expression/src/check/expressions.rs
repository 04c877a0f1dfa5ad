//! Expressions.

use super::members::Left;
use super::{Checker, Origin, Typed};
use crate::Value;
use crate::eval::code::{Code, Piece};
use crate::library::object::TypeObject;
use crate::syntax::token::Tok;
use crate::syntax::tree::{Boxed, Expr, ExprKind, Part, TypeSyntax};
use crate::types::Type;
use source::{Diagnostic, Span};

impl Checker<'_> {
    /// An expression whose value is used.
    pub(super) fn value(&mut self, expr: &Expr) -> Typed {
        let typed = self.expression(expr);
        if typed.ty == Type::Void {
            return self.type_error("this gives no value", expr.span);
        }
        typed
    }

    /// An expression whose value is dropped.
    pub(super) fn discarded(&mut self, expr: &Expr) -> Code {
        let statement = matches!(
            expr.kind,
            ExprKind::Call(..)
                | ExprKind::Assign(..)
                | ExprKind::Compound(..)
                | ExprKind::Step { .. }
                | ExprKind::New(..)
                | ExprKind::Throw(_)
        ) || matches!(&expr.kind, ExprKind::Conditional(_, rest) if matches!(rest.kind, ExprKind::Call(..) | ExprKind::Conditional(..)));
        let typed = self.expression(expr);
        if !statement && !typed.ty.is_error() {
            self.type_error("this value is not used for anything", expr.span);
        }
        typed.code
    }

    /// An expression as a value of a type.
    pub(super) fn expect(&mut self, expr: &Expr, ty: &Type) -> Typed {
        match &expr.kind {
            ExprKind::Lambda(lambda) => self.lambda(expr, lambda, ty),
            ExprKind::Default(None) => self.default_value(ty),
            ExprKind::NewOfTarget(args, initializer, at) => {
                self.creation_of(ty.underlying(), args, initializer.as_ref(), *at, expr.span)
            }
            ExprKind::Switch(operand, arms) => self.switch_expression(operand, arms, Some(ty), expr.span),
            ExprKind::ArrayInitializer(items) => self.array_initializer(items, ty, expr.span),
            ExprKind::Name(_) | ExprKind::Member(..) if ty.is_delegate() => match self.left(expr, false) {
                Left::Group(group) => self.group_value(&group, ty, expr.span),
                Left::Value(value) => self.converted(value, ty, expr.span),
                _ => self.value(expr),
            },
            ExprKind::Tuple(items) if matches!(ty, Type::Tuple(types) if types.len() == items.len()) => {
                let Type::Tuple(types) = ty else {
                    return Typed::error();
                };
                let codes = items
                    .iter()
                    .zip(types.iter())
                    .map(|((_, item), (_, ty))| self.expect(item, ty).code);
                let codes = codes.collect();
                Typed::new(Code::Record(Box::new((ty.clone(), codes))), ty.clone())
            }
            ExprKind::Ternary(condition, yes, no) if ty.is_delegate() => {
                let condition = self.condition(condition);
                let (yes, no) = (self.expect(yes, ty), self.expect(no, ty));
                Typed::new(
                    Code::Ternary(Box::new((condition, yes.code, no.code))),
                    ty.clone(),
                )
            }
            _ => {
                let value = self.value(expr);
                self.converted(value, ty, expr.span)
            }
        }
    }

    /// A condition: a `bool`.
    pub(super) fn condition(&mut self, expr: &Expr) -> Code {
        let value = self.value(expr);
        if matches!(value.ty, Type::Nullable(ref inner) if **inner == Type::Bool) {
            let diagnostic = Diagnostic::error(
                "expression-type",
                "`bool?` may be null, so it is no condition",
                expr.span,
            );
            self.report(diagnostic.help("compare it: `value == true`"));
            return Code::Const(Value::Null);
        }
        self.converted(value, &Type::Bool, expr.span).code
    }

    pub(super) fn expression(&mut self, expr: &Expr) -> Typed {
        if !self.works(expr.span) {
            return Typed::error();
        }
        match &expr.kind {
            ExprKind::Literal(tok) => self.literal_value(tok, expr.span),
            ExprKind::Bool(value) => Typed::constant(Value::Bool(*value), Type::Bool),
            ExprKind::Null => Typed::new(Code::Const(Value::Null), Type::Null),
            ExprKind::Default(Some(ty)) => {
                let ty = self.resolve(ty);
                self.default_value(&ty)
            }
            ExprKind::Default(None) => {
                self.type_error("`default` needs a type here: `default(int)`", expr.span)
            }
            ExprKind::Interpolated(parts) => self.interpolated(parts),
            ExprKind::Name(_) | ExprKind::Member(..) | ExprKind::Predefined(_) => {
                match self.left(expr, false) {
                    Left::Value(value) => value,
                    Left::Group(group) => self.not_called(&group),
                    Left::Type(ty) => self.type_as_value(&ty, expr.span),
                    Left::Namespace(space) => {
                        self.type_error(format!("`{space}` is a namespace, not a value"), expr.span)
                    }
                }
            }
            ExprKind::Call(callee, args) => self.call(callee, args, expr.span),
            ExprKind::Index(object, args) => {
                let value = self.value(object);
                self.index(value, args, expr.span)
            }
            ExprKind::Conditional(receiver, rest) => self.conditional(receiver, rest),
            ExprKind::Receiver => self.receivers.last().cloned().unwrap_or_else(Typed::error),
            ExprKind::Unary(op, operand) => self.unary(op, operand, expr.span),
            ExprKind::Step { target, by, prefix } => self.step(target, *by, *prefix, expr.span),
            ExprKind::Binary(op, left, right) => self.binary(op, left, right, expr.span),
            ExprKind::Assign(left, right) => self.assign(left, right, expr.span),
            ExprKind::Compound(op, left, right) => self.compound(op, left, right, expr.span),
            ExprKind::Ternary(condition, yes, no) => self.ternary(condition, yes, no, expr.span),
            ExprKind::Cast(ty, value) => self.cast(ty, value, expr.span),
            ExprKind::As(value, ty) => self.as_type(value, ty, expr.span),
            ExprKind::Is(value, pattern) => self.is_pattern(value, pattern),
            _ => self.rarer(expr),
        }
    }

    fn rarer(&mut self, expr: &Expr) -> Typed {
        match &expr.kind {
            ExprKind::New(ty, args, initializer) => self.creation(ty, args, initializer.as_ref(), expr.span),
            ExprKind::NewArray(element, length, items) => {
                self.array_creation(element.as_ref(), length.as_deref(), items.as_deref(), expr.span)
            }
            ExprKind::NewOfTarget(..) => self.type_error("`new()` needs a type here", expr.span),
            ExprKind::Switch(operand, arms) => self.switch_expression(operand, arms, None, expr.span),
            ExprKind::NewAnonymous(members) => self.anonymous(members),
            ExprKind::ArrayInitializer(_) => {
                self.type_error("an array initializer needs a type: `new[] { ... }`", expr.span)
            }
            ExprKind::Lambda(_) => {
                self.type_error("a lambda needs a type such as `Func<int, int>`", expr.span)
            }
            ExprKind::Tuple(items) => self.tuple(items),
            ExprKind::Declare(..) => self.type_error("a declaration does not belong here", expr.span),
            ExprKind::Throw(value) => {
                let thrown = self.expect(value, &Type::class(&crate::library::exceptions::EXCEPTION));
                Typed::new(Code::Throw(Box::new(thrown.code)), Type::Error)
            }
            ExprKind::Typeof(ty) => {
                let ty = self.resolve(ty);
                let code = Code::Const(Value::object(TypeObject(ty)));
                Typed::new(code, Type::class(&crate::library::object::TYPE))
            }
            ExprKind::Sizeof(ty) => {
                let resolved = self.resolve(ty);
                match size_of(&resolved) {
                    Some(size) => Typed::constant(Value::Int(size), Type::Int),
                    None if resolved.is_error() => Typed::error(),
                    None => self.type_error(format!("the size of `{resolved}` is not known"), expr.span),
                }
            }
            ExprKind::Nameof(name) => {
                let value = self.literal(&name.as_str().into());
                Typed::constant(value, Type::String)
            }
            ExprKind::Checked(checked, value) => self.overflow(*checked, |it| it.value(value)),
            ExprKind::Query(query) => self.query(query, expr.span),
            _ => self.type_error("this is no expression", expr.span),
        }
    }

    fn literal_value(&mut self, tok: &Tok, span: Span) -> Typed {
        match tok {
            Tok::Int {
                value,
                long,
                unsigned,
            } => int_literal(*value, *long, *unsigned),
            Tok::Double(value) => Typed::constant(Value::Double(*value), Type::Double),
            Tok::Single(value) => Typed::constant(Value::Single(*value), Type::Single),
            Tok::Decimal(value) => Typed::constant(Value::Decimal(*value), Type::Decimal),
            Tok::Char(unit) => Typed::constant(Value::Char(*unit), Type::Char),
            Tok::Text(text) => {
                let value = self.literal(text);
                Typed::constant(value, Type::String)
            }
            _ => self.type_error("this is no literal", span),
        }
    }

    fn interpolated(&mut self, parts: &[Part]) -> Typed {
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Part::Text(text) => pieces.push(Piece::Text(text.as_str().as_ref().into())),
                Part::Hole {
                    value,
                    alignment,
                    format,
                } => {
                    let typed = self.value(value);
                    let alignment = alignment.as_ref().map_or(0, |it| self.alignment(it));
                    let format = format.as_deref().filter(|it| !it.is_empty()).map(Into::into);
                    pieces.push(Piece::Hole {
                        value: typed.code,
                        alignment,
                        format,
                    });
                }
            }
        }
        Typed::new(Code::Interpolate(pieces.into()), Type::String)
    }

    fn alignment(&mut self, expr: &Expr) -> i32 {
        let width = self.expect(expr, &Type::Int);
        match width.constant {
            Some(width) => width.int(),
            None => {
                self.type_error("the width of a hole is a constant", expr.span);
                0
            }
        }
    }

    // `receiver?.rest`
    fn conditional(&mut self, receiver: &Expr, rest: &Expr) -> Typed {
        let before = self.needs;
        let receiver_value = self.value(receiver);
        if matches!(receiver_value.origin, Origin::Message(_)) {
            self.needs = before;
        }
        if receiver_value.ty.is_error() {
            return receiver_value;
        }
        if !receiver_value.ty.takes_null() {
            let message = format!("`?` has no use here: `{}` is never null", receiver_value.ty);
            return self.type_error(message, receiver.span);
        }
        let slot = self.temporary();
        let inner = Typed {
            code: Code::Local(slot),
            ty: receiver_value.ty.underlying().clone(),
            constant: None,
            origin: receiver_value.origin,
        };
        self.receivers.push(inner);
        let rest = self.expression(rest);
        self.receivers.pop();
        let ty = match &rest.ty {
            Type::Void => Type::Void,
            ty => ty.clone().nullable(),
        };
        Typed::new(
            Code::Conditional(Box::new((receiver_value.code, slot, rest.code))),
            ty,
        )
        .from(rest.origin)
    }

    fn ternary(&mut self, condition: &Expr, yes: &Boxed, no: &Boxed, span: Span) -> Typed {
        let condition = self.condition(condition);
        let (yes_value, no_value) = (self.branch(yes), self.branch(no));
        let types = [
            (yes_value.ty.clone(), yes_value.constant.clone()),
            (no_value.ty.clone(), no_value.constant.clone()),
        ];
        let ty = self.ternary_type(&types);
        let Some(ty) = ty else {
            let message = format!(
                "the branches are `{}` and `{}`, and neither converts to the other",
                types[0].0, types[1].0
            );
            let diagnostic = Diagnostic::error("expression-type", message, span);
            self.report(diagnostic.help("cast one of them"));
            return Typed::error();
        };
        let yes = self.converted(yes_value, &ty, yes.span);
        let no = self.converted(no_value, &ty, no.span);
        Typed::new(Code::Ternary(Box::new((condition, yes.code, no.code))), ty)
    }

    fn branch(&mut self, expr: &Expr) -> Typed {
        match &expr.kind {
            ExprKind::Default(None) => Typed::new(Code::Const(Value::Null), Type::Null),
            _ => self.value(expr),
        }
    }

    // One branch converts to the other's type, in one direction only; a constant `int` may shrink.
    fn ternary_type(&self, types: &[(Type, Option<Value>); 2]) -> Option<Type> {
        let [(a, x), (b, y)] = types;
        if a == b && *a == Type::Null {
            return None;
        }
        if a == b || b.is_error() {
            return Some(a.clone());
        }
        if a.is_error() {
            return Some(b.clone());
        }
        let to_b = self.implicit(a, x.as_ref(), b).is_some();
        let to_a = self.implicit(b, y.as_ref(), a).is_some();
        match (to_a, to_b) {
            (true, false) => Some(a.clone()),
            (false, true) => Some(b.clone()),
            (true, true) if a.is_dynamic() || b.is_dynamic() => Some(Type::Dynamic),
            // Both ways only between constants: the wider type is meant.
            (true, true) if x.is_some() => Some(b.clone()),
            (true, true) => Some(a.clone()),
            _ => None,
        }
    }

    fn cast(&mut self, ty: &TypeSyntax, expr: &Expr, span: Span) -> Typed {
        let ty = self.resolve(ty);
        if matches!(expr.kind, ExprKind::Lambda(_) | ExprKind::Default(None)) {
            return self.expect(expr, &ty);
        }
        let value = self.value(expr);
        if value.ty.is_error() || ty.is_error() {
            return Typed::new(value.code, ty);
        }
        match self.explicit(&value.ty, value.constant.as_ref(), &ty) {
            Some(way) => {
                if value.constant.is_some() && !self.unchecked {
                    self.constant_cast(&value, &ty, span);
                }
                let mut typed = self.along(value, &way, &ty);
                typed.origin = Origin::Other;
                typed
            }
            None => self.type_error(format!("`{}` cannot be cast to `{ty}`", value.ty), span),
        }
    }

    // A constant that does not fit is an error outside `unchecked`.
    fn constant_cast(&mut self, value: &Typed, ty: &Type, span: Span) {
        if let (Some(constant), Some(number)) = (&value.constant, super::convert::number(ty))
            && crate::eval::cast::number(constant, number, true).is_err()
        {
            self.type_error(format!("this constant does not fit into `{ty}`"), span);
        }
    }

    fn as_type(&mut self, expr: &Expr, ty: &TypeSyntax, span: Span) -> Typed {
        let ty = self.resolve(ty);
        let value = self.value(expr);
        if ty.is_error() || value.ty.is_error() {
            return Typed::new(value.code, ty);
        }
        if !ty.takes_null() {
            let message = format!("`as` gives null or a `{ty}`, and `{ty}` is never null");
            self.report(
                Diagnostic::error("expression-type", message, span).help(format!("write `as {ty}?`")),
            );
            return Typed::error();
        }
        let related = value.is_null()
            || value.ty.is_dynamic()
            || matches!(self.explicit(&value.ty, None, &ty), Some(way) if !matches!(way, super::convert::Way::User(..) | super::convert::Way::Number(_)));
        if !related {
            return self.type_error(format!("a `{}` is never a `{ty}`", value.ty), span);
        }
        Typed::new(Code::As(Box::new((value.code, ty.clone()))), ty)
    }

    fn tuple(&mut self, items: &[(Option<String>, Expr)]) -> Typed {
        let (mut types, mut codes) = (Vec::new(), Vec::new());
        for (name, item) in items {
            let value = self.value(item);
            if value.is_null() {
                return self.type_error("the type of this null is not known", item.span);
            }
            // A name may be left out where the value has one (C# 7.1).
            let name = name
                .clone()
                .or_else(|| crate::syntax::inferred_name(item))
                .filter(|it| !it.starts_with("Item"));
            types.push((name.map(|it| it.as_str().into()), value.ty));
            codes.push(value.code);
        }
        let ty = Type::Tuple(types.into());
        Typed::new(Code::Record(Box::new((ty.clone(), codes))), ty)
    }
}

/// The first of `int`, `uint`, `long`, `ulong` that holds the value.
pub(super) fn int_literal(value: u64, long: bool, unsigned: bool) -> Typed {
    let (int, uint) = (i32::try_from(value).ok(), u32::try_from(value).ok());
    match (long, unsigned, int, uint, i64::try_from(value)) {
        (false, false, Some(int), _, _) => Typed::constant(Value::Int(int), Type::Int),
        (false, _, _, Some(uint), _) => Typed::constant(Value::UInt(uint), Type::UInt),
        (_, false, _, _, Ok(long)) => Typed::constant(Value::Long(long), Type::Long),
        _ => Typed::constant(Value::ULong(value), Type::ULong),
    }
}

// Bytes of the simple types, which need no `unsafe`.
fn size_of(ty: &Type) -> Option<i32> {
    Some(match ty {
        Type::Bool | Type::Byte | Type::SByte => 1,
        Type::Char | Type::Short | Type::UShort => 2,
        Type::Int | Type::UInt | Type::Single => 4,
        Type::Long | Type::ULong | Type::Double => 8,
        Type::Decimal => 16,
        _ => return None,
    })
}
