//! Operators of the language with one operand.

use super::{Checker, Typed};
use crate::Value;
use crate::eval::code::{Code, Dynamic};
use crate::eval::operation;
use crate::syntax::token::Tok;
use crate::syntax::tree::{Expr, ExprKind};
use crate::types::Type;
use source::Span;

impl Checker<'_> {
    pub(super) fn unary(&mut self, op: &'static str, operand: &Expr, span: Span) -> Typed {
        // The lowest `int` and `long` are written as minus something that is too large by itself.
        if let (
            ExprKind::Literal(Tok::Int {
                value,
                long,
                unsigned: false,
            }),
            "-",
        ) = (&operand.kind, op)
        {
            match (*value, long) {
                (0x8000_0000, false) => return Typed::constant(Value::Int(i32::MIN), Type::Int),
                (0x8000_0000_0000_0000, _) => return Typed::constant(Value::Long(i64::MIN), Type::Long),
                _ => (),
            }
        }
        let value = self.value(operand);
        if value.ty.is_error() {
            return value;
        }
        if value.ty.is_dynamic() {
            return Typed::new(
                Code::Dynamic(Box::new(Dynamic::Unary(op, value.code))),
                Type::Dynamic,
            );
        }
        if let Some(typed) = self.user_operator(op, vec![(value.clone(), operand.span)]) {
            return typed;
        }
        if op == "!" {
            let (lifted, ty) = (matches!(value.ty, Type::Nullable(_)), value.ty.clone());
            return match (ty.underlying(), value.constant) {
                (Type::Bool, Some(constant)) => Typed::constant(Value::Bool(!constant.bool()), Type::Bool),
                (Type::Bool, None) if lifted => {
                    let slot = self.temporary();
                    let inner = Code::Not(Box::new(Code::Local(slot)));
                    Typed::new(Code::LiftedConvert(Box::new((value.code, slot, inner))), ty)
                }
                (Type::Bool, None) => Typed::new(Code::Not(Box::new(value.code)), Type::Bool),
                _ => self.no_unary(op, &ty, span),
            };
        }
        let Some(ty) = unary_type(op, value.ty.underlying()) else {
            return self.no_unary(op, &value.ty, span);
        };
        let full = if matches!(value.ty, Type::Nullable(_)) {
            ty.clone().nullable()
        } else {
            ty.clone()
        };
        let value = self.converted(value, &full, operand.span);
        if op == "+" {
            return value;
        }
        let zero = match op {
            "~" if ty.is_enum() => crate::eval::cast::default_of(&ty),
            "~" => all_ones(&ty),
            _ => match ty {
                // Negative zero must come out of minus zero.
                Type::Double => Value::Double(-0.0),
                Type::Single => Value::Single(-0.0),
                _ => crate::eval::cast::default_of(&ty),
            },
        };
        let op = if op == "~" { "^" } else { "-" };
        let checked = self.checked || value.constant.is_some() && !self.unchecked;
        let Some(operation) = operation(op, &ty, checked) else {
            return self.no_unary(op, &ty, span);
        };
        match full {
            Type::Nullable(_) => Typed::new(
                Code::Lifted(operation, Box::new((Code::Const(zero), value.code))),
                full,
            ),
            ty => self.fold(operation, Typed::constant(zero, ty.clone()), value, ty, span),
        }
    }

    pub(super) fn no_unary(&mut self, op: &str, ty: &Type, span: Span) -> Typed {
        self.type_error(format!("`{op}` cannot be used on `{ty}`"), span)
    }
}

// The type in which a unary operator works.
pub(super) fn unary_type(op: &str, ty: &Type) -> Option<Type> {
    use Type::*;
    Some(match (ty, op) {
        (Char | SByte | Byte | Short | UShort | Int, _) => Int,
        (UInt, "-") | (Long, _) => Long,
        (UInt, _) => UInt,
        (ULong, "~" | "+") => ULong,
        (Single | Double | Decimal, "-" | "+") => ty.clone(),
        (ty, "~") if ty.is_enum() => ty.clone(),
        _ => return None,
    })
}

fn all_ones(ty: &Type) -> Value {
    match ty {
        Type::UInt => Value::UInt(u32::MAX),
        Type::Long => Value::Long(-1),
        Type::ULong => Value::ULong(u64::MAX),
        _ => Value::Int(-1),
    }
}
