//! Operators of the language with two operands.

use super::convert::{Way, number};
use super::unary::unary_type;
use super::{Checker, Origin, Typed};
use crate::Value;
use crate::eval::code::{Code, Dynamic};
use crate::eval::operation;
use crate::syntax::tree::{Expr, ExprKind};
use crate::types::Type;
use source::{Diagnostic, Span};

impl Checker<'_> {
    pub(super) fn binary(&mut self, op: &'static str, left: &Expr, right: &Expr, span: Span) -> Typed {
        match op {
            "&&" | "||" => self.logical(op, left, right),
            "??" => self.coalesce(left, right, span),
            _ => {
                let before = self.needs;
                let a = self.operand(left);
                let between = self.needs;
                let b = self.operand(right);
                // Whether there is a body, or a response, can be told without reading it.
                if b.is_null() && matches!(a.origin, Origin::Body(_) | Origin::Message(_)) {
                    self.needs = before;
                } else if a.is_null() && matches!(b.origin, Origin::Body(_) | Origin::Message(_)) {
                    self.needs = between;
                }
                self.binary_values(op, (a, left.span), (b, right.span), span)
            }
        }
    }

    fn operand(&mut self, expr: &Expr) -> Typed {
        match &expr.kind {
            ExprKind::Default(None) => Typed::new(Code::Const(Value::Null), Type::Null),
            _ => self.value(expr),
        }
    }

    // A chain of one operator becomes one node.
    fn logical(&mut self, op: &'static str, left: &Expr, right: &Expr) -> Typed {
        let mut operands = vec![right];
        let mut rest = left;
        while let ExprKind::Binary(inner, a, b) = &rest.kind
            && *inner == op
        {
            operands.push(b);
            rest = a;
        }
        operands.push(rest);
        let codes: Vec<Code> = operands.into_iter().rev().map(|it| self.condition(it)).collect();
        if codes.iter().all(|it| matches!(it, Code::Const(Value::Bool(_)))) {
            let all = |value: bool| {
                codes
                    .iter()
                    .all(|it| matches!(it, Code::Const(Value::Bool(it)) if *it == value))
            };
            let value = if op == "&&" { all(true) } else { !all(false) };
            return Typed::constant(Value::Bool(value), Type::Bool);
        }
        let code = match op {
            "&&" => Code::And(codes.into()),
            _ => Code::Or(codes.into()),
        };
        Typed::new(code, Type::Bool)
    }

    fn coalesce(&mut self, left: &Expr, right: &Expr, span: Span) -> Typed {
        let a = self.value(left);
        if a.ty.is_error() {
            self.value(right);
            return a;
        }
        if !a.ty.takes_null() {
            let message = format!("`??` has no use here: `{}` is never null", a.ty);
            return self.type_error(message, left.span);
        }
        if matches!(right.kind, ExprKind::Lambda(_) | ExprKind::Default(None)) {
            let ty = a.ty.clone();
            let b = self.expect(right, &ty);
            return Typed::new(Code::Coalesce(Box::new((a.code, b.code))), ty);
        }
        let b = self.value(right);
        let constant = b.constant.clone();
        let inner = a.ty.underlying().clone();
        let ty = match () {
            () if a.is_null() => b.ty.clone(),
            () if self.implicit(&b.ty, constant.as_ref(), &inner).is_some() && !b.is_null() => inner,
            () if self.implicit(&b.ty, constant.as_ref(), &a.ty).is_some() => a.ty.clone(),
            () if self.implicit(&a.ty, None, &b.ty).is_some() => b.ty.clone(),
            () if self.implicit(&inner, None, &b.ty).is_some() => b.ty.clone(),
            () => {
                let message = format!(
                    "`??` between `{}` and `{}`: neither converts to the other",
                    a.ty, b.ty
                );
                return self.type_error(message, span);
            }
        };
        let b = self.converted(b, &ty, right.span);
        // The left side is not null where it is converted.
        let from = a.ty.underlying().clone();
        let code = match self.implicit(&from, None, &ty) {
            None | Some(Way::Same) => Code::Coalesce(Box::new((a.code, b.code))),
            Some(way) => {
                let slot = self.temporary();
                let converted = self.follow(&way, Code::Local(slot));
                let lifted = Code::LiftedConvert(Box::new((a.code, slot, converted)));
                Code::Coalesce(Box::new((lifted, b.code)))
            }
        };
        Typed::new(code, ty)
    }

    /// An operator on two values.
    pub(super) fn binary_values(
        &mut self,
        op: &'static str,
        a: (Typed, Span),
        b: (Typed, Span),
        span: Span,
    ) -> Typed {
        let ((left, left_span), (right, right_span)) = (a, b);
        if left.ty.is_error() || right.ty.is_error() {
            return Typed::error();
        }
        if left.ty == Type::Void || right.ty == Type::Void {
            return self.type_error("this gives no value", span);
        }
        if left.ty.is_dynamic() || right.ty.is_dynamic() {
            let ty = if matches!(op, "==" | "!=" | "<" | ">" | "<=" | ">=") {
                Type::Bool
            } else {
                Type::Dynamic
            };
            return Typed::new(
                Code::Dynamic(Box::new(Dynamic::Binary(op, left.code, right.code))),
                ty,
            );
        }
        if op == "+" && (left.ty == Type::String || right.ty == Type::String) {
            // A type may have its own: `ns + "name"` is an `XName`.
            let other = if left.ty == Type::String {
                &right.ty
            } else {
                &left.ty
            };
            if matches!(other, Type::Class(..)) {
                let operands = vec![(left.clone(), left_span), (right.clone(), right_span)];
                if let Some(typed) = self.user_operator(op, operands) {
                    return typed;
                }
            }
            return self.concat(left, right);
        }
        if matches!(op, "==" | "!=") && (left.is_null() || right.is_null()) {
            return self.compare_null(op, left, right, span);
        }
        if !(left.ty.is_simple() && right.ty.is_simple())
            && let Some(typed) =
                self.user_operator(op, vec![(left.clone(), left_span), (right.clone(), right_span)])
        {
            return typed;
        }
        if matches!(op, "==" | "!=")
            && let (Type::Tuple(a), Type::Tuple(b)) = (left.ty.clone(), right.ty.clone())
            && a.len() == b.len()
        {
            return self.tuple_equality(op, (left, left_span), (right, right_span), span);
        }
        if let Some(typed) = self.shift(op, &left, &right) {
            return typed;
        }
        if let Some(typed) = self.enum_arithmetic(op, &left, &right, span) {
            return typed;
        }
        match operand_type(&left, &right) {
            Some(ty) => self.typed_binary(op, left, right, ty, span),
            None => self.reference_binary(op, left, right, span),
        }
    }

    // Element by element (C# 7.3).
    fn tuple_equality(&mut self, op: &str, left: (Typed, Span), right: (Typed, Span), span: Span) -> Typed {
        let slots = [self.temporary(), self.temporary()];
        let types = [left.0.ty.clone(), right.0.ty.clone()];
        let item = |side: usize, at: usize| {
            let Type::Tuple(items) = &types[side] else {
                return Typed::error();
            };
            let code = Code::Item(at, Box::new(Code::Local(slots[side])));
            items
                .get(at)
                .map_or_else(Typed::error, |it| Typed::new(code, it.1.clone()))
        };
        let count = match &types[0] {
            Type::Tuple(items) => items.len(),
            _ => 0,
        };
        let mut parts = Vec::with_capacity(count);
        for at in 0..count {
            let equal = self.binary_values("==", (item(0, at), left.1), (item(1, at), right.1), span);
            if equal.ty.is_error() {
                return equal;
            }
            parts.push(equal.code);
        }
        let equal = Code::And(parts.into());
        let result = if op == "==" {
            equal
        } else {
            Code::Not(Box::new(equal))
        };
        let codes = [
            Code::SetLocal(slots[0], Box::new(left.0.code)),
            Code::SetLocal(slots[1], Box::new(right.0.code)),
            result,
        ];
        Typed::new(Code::Sequence(codes.into()), Type::Bool)
    }

    fn concat(&mut self, left: Typed, right: Typed) -> Typed {
        if let (Some(a), Some(b)) = (&left.constant, &right.constant) {
            let joined = crate::text::Text::concat(&[&a.text(), &b.text()]);
            let value = self.literal(&joined);
            return Typed::constant(value, Type::String);
        }
        let mut parts = match left.code {
            Code::Concat(parts) if left.ty == Type::String => parts.into_vec(),
            code => vec![code],
        };
        match right.code {
            Code::Concat(more) if right.ty == Type::String => parts.extend(more.into_vec()),
            code => parts.push(code),
        }
        Typed::new(Code::Concat(parts.into()), Type::String)
    }

    fn compare_null(&mut self, op: &str, left: Typed, right: Typed, span: Span) -> Typed {
        let other = if left.is_null() { right } else { left };
        if other.is_null() {
            return Typed::constant(Value::Bool(op == "=="), Type::Bool);
        }
        if !other.ty.takes_null() {
            let message = format!("`{}` is never null, so this is always {}", other.ty, op == "!=");
            self.warn("expression-always", message, span);
            let parts = [other.code, Code::Const(Value::Bool(op == "!="))];
            return Typed::new(Code::Sequence(parts.into()), Type::Bool);
        }
        let code = match op {
            "==" => Code::IsNull(Box::new(other.code)),
            _ => Code::IsNotNull(Box::new(other.code)),
        };
        Typed::new(code, Type::Bool)
    }

    fn shift(&mut self, op: &'static str, left: &Typed, right: &Typed) -> Option<Typed> {
        if !matches!(op, "<<" | ">>") || matches!(left.ty, Type::Nullable(_)) {
            return None;
        }
        let ty = unary_type("~", &left.ty).filter(|it| it.is_integral())?;
        self.implicit(&right.ty, right.constant.as_ref(), &Type::Int)?;
        let operation = operation(op, &ty, false)?;
        let left = self.converted(left.clone(), &ty, Span::default());
        let right = self.converted(right.clone(), &Type::Int, Span::default());
        Some(self.fold(operation, left, right, ty, Span::default()))
    }

    // `day + 1` and `day - 1` are days, `friday - monday` is a number.
    fn enum_arithmetic(
        &mut self,
        op: &'static str,
        left: &Typed,
        right: &Typed,
        span: Span,
    ) -> Option<Typed> {
        let (a, b) = (left.ty.is_enum(), right.ty.is_enum());
        let numeric = |it: &Typed| number(&it.ty).is_some() && !it.ty.is_enum();
        let result = match op {
            "-" if a && left.ty == right.ty => Type::Int,
            "+" | "-" if a && numeric(right) => left.ty.clone(),
            "+" if b && numeric(left) => right.ty.clone(),
            _ => return None,
        };
        let mut as_int = |it: &Typed| {
            let way = match it.ty.is_enum() {
                true => self.explicit(&it.ty, None, &Type::Int)?,
                false => self.implicit(&it.ty, it.constant.as_ref(), &Type::Int)?,
            };
            Some(Typed::new(self.follow(&way, it.code.clone()), Type::Int))
        };
        let (left, right) = (as_int(left)?, as_int(right)?);
        let sum = self.typed_binary(op, left, right, Type::Int, span);
        let way = self.explicit(&Type::Int, None, &result)?;
        Some(Typed::new(self.follow(&way, sum.code), result))
    }

    // Both sides as `ty`, which may be nullable.
    fn typed_binary(&mut self, op: &'static str, left: Typed, right: Typed, ty: Type, span: Span) -> Typed {
        let inner = ty.underlying().clone();
        let both = left.constant.is_some() && right.constant.is_some();
        let (a, b) = (left.ty.clone(), right.ty.clone());
        let Some(operation) = operation(op, &inner, self.checked || both && !self.unchecked) else {
            return self.no_binary(op, &a, &b, span);
        };
        let left = self.converted(left, &ty, span);
        let right = self.converted(right, &ty, span);
        let compares = matches!(op, "==" | "!=" | "<" | ">" | "<=" | ">=");
        let result = if compares { Type::Bool } else { ty.clone() };
        if !matches!(ty, Type::Nullable(_)) {
            return self.fold(operation, left, right, result, span);
        }
        let sides = Box::new((left.code, right.code));
        let code = match op {
            "==" => Code::LiftedEquals(operation, false, sides),
            "!=" => Code::LiftedEquals(operation, true, sides),
            "<" | ">" | "<=" | ">=" => Code::LiftedCompare(operation, sides),
            "&" if inner == Type::Bool => Code::NullableLogic(false, sides),
            "|" if inner == Type::Bool => Code::NullableLogic(true, sides),
            _ => Code::Lifted(operation, sides),
        };
        Typed::new(code, result)
    }

    fn reference_binary(&mut self, op: &'static str, left: Typed, right: Typed, span: Span) -> Typed {
        let (a, b) = (left.ty.clone(), right.ty.clone());
        let related = || self.explicit_reference(&a, &b) || self.explicit_reference(&b, &a);
        if !matches!(op, "==" | "!=") || a.is_value() || b.is_value() || !related() {
            return self.no_binary(op, &a, &b, span);
        }
        if (a == Type::Object) != (b == Type::Object) && (a == Type::String || b == Type::String) {
            let message = "this compares two references, not two texts, and is nearly always false";
            let diagnostic = Diagnostic::warning("expression-reference", message, span);
            self.report(diagnostic.help("cast the `object` to `string`"));
        }
        match operation(op, &Type::Object, false) {
            Some(operation) => Typed::new(
                Code::Binary(operation, Box::new((left.code, right.code))),
                Type::Bool,
            ),
            None => Typed::error(),
        }
    }

    fn explicit_reference(&self, a: &Type, b: &Type) -> bool {
        matches!(self.explicit(a, None, b), Some(Way::Same | Way::Cast(_)))
    }

    fn no_binary(&mut self, op: &str, a: &Type, b: &Type, span: Span) -> Typed {
        let diagnostic = Diagnostic::error(
            "expression-type",
            format!("`{op}` cannot be used on `{a}` and `{b}`"),
            span,
        );
        let (object, other) = match (a, b) {
            (Type::Object, other) | (other, Type::Object) => (true, other),
            (a, b) => (false, if a.is_simple() { a } else { b }),
        };
        let help = match (object, a.is_simple() != b.is_simple()) {
            (true, _) if *other != Type::Object => Some(format!("cast the `object`: `({other})value`")),
            (false, true) if !matches!(a, Type::Nullable(_)) && !matches!(b, Type::Nullable(_)) => {
                Some(format!("cast the other side: `({other})value`"))
            }
            _ => None,
        };
        self.report(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
        Typed::error()
    }
}

// The type in which a binary operator works on two values (C# 12.4.7), nullable if one of them is.
fn operand_type(left: &Typed, right: &Typed) -> Option<Type> {
    let (a, b) = (left.ty.underlying(), right.ty.underlying());
    let ty = match () {
        () if a.is_numeric() && b.is_numeric() => promoted(left, right)?,
        () if a == b && (matches!(a, Type::Bool | Type::String) || a.is_enum()) => a.clone(),
        // The constant zero converts to every enumeration.
        () if a.is_enum() && number(b).is_some() && is_zero(right) => a.clone(),
        () if b.is_enum() && number(a).is_some() && is_zero(left) => b.clone(),
        () => return None,
    };
    let lifted = matches!(left.ty, Type::Nullable(_)) || matches!(right.ty, Type::Nullable(_));
    Some(if lifted { ty.nullable() } else { ty })
}

fn is_zero(value: &Typed) -> bool {
    value.constant.as_ref().and_then(Value::integer) == Some(0)
}

fn promoted(left: &Typed, right: &Typed) -> Option<Type> {
    use Type::*;
    let (a, b) = (left.ty.underlying(), right.ty.underlying());
    let either = |ty: &Type| a == ty || b == ty;
    let positive = |it: &Typed| {
        it.constant
            .as_ref()
            .and_then(Value::integer)
            .is_some_and(|it| it >= 0)
    };
    let signed = |it: &Typed| matches!(it.ty.underlying(), SByte | Short | Int | Long) && !positive(it);
    Some(match () {
        () if either(&Decimal) && (either(&Double) || either(&Single)) => return None,
        () if either(&Decimal) => Decimal,
        () if either(&Double) => Double,
        () if either(&Single) => Single,
        () if either(&ULong) && (signed(left) || signed(right)) => return None,
        () if either(&ULong) => ULong,
        () if either(&Long) => Long,
        () if either(&UInt) && (signed(left) || signed(right)) => Long,
        () if either(&UInt) => UInt,
        () => Int,
    })
}
