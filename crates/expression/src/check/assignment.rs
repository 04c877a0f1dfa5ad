//! Assignment, `+=` and `++`.

use super::places::Target;
use super::scope::Kind;
use super::{Checker, Typed};
use crate::Value;
use crate::eval::code::{Code, Convert};
use crate::eval::operation;
use crate::library::{Row, key_value_pair, tuple};
use crate::syntax::tree::{Designation, Expr, ExprKind};
use crate::types::Type;
use source::Span;

impl Checker<'_> {
    pub(super) fn assign(&mut self, left: &Expr, right: &Expr, span: Span) -> Typed {
        match &left.kind {
            ExprKind::Tuple(_) | ExprKind::Declare(_, Designation::Tuple(_)) => {
                let value = self.value(right);
                return self.deconstruct(left, value, span);
            }
            _ => (),
        }
        let mut target = self.target(left);
        let ty = target.ty();
        let mut codes = target.setup();
        let value = match target {
            Target::Discard | Target::Wrong => self.value(right),
            _ => self.expect(right, &ty),
        };
        codes.push(target.write(value.code));
        let ty = if matches!(target, Target::Discard) {
            value.ty
        } else {
            ty
        };
        Typed::new(sequence(codes), ty)
    }

    fn deconstruct(&mut self, left: &Expr, value: Typed, span: Span) -> Typed {
        let Some(types) = parts_of(&value.ty) else {
            if value.ty.is_error() {
                return value;
            }
            return self.type_error(format!("`{}` does not come apart", value.ty), span);
        };
        let slot = self.temporary();
        let mut codes = vec![Code::SetLocal(slot, Box::new(value.code))];
        let part = |at: usize| part_of(&value.ty, at, Code::Local(slot));
        let count = match &left.kind {
            ExprKind::Tuple(items) => items.len(),
            ExprKind::Declare(_, Designation::Tuple(names)) => names.len(),
            _ => 0,
        };
        if count != types.len() {
            let message = format!("there are {} values for {count} names", types.len());
            return self.type_error(message, left.span);
        }
        match &left.kind {
            ExprKind::Tuple(items) => {
                for (at, (_, item)) in items.iter().enumerate() {
                    let value = Typed::new(part(at), types[at].clone());
                    codes.push(self.assign_part(item, value, span));
                }
            }
            ExprKind::Declare(_, Designation::Tuple(names)) => {
                for (at, name) in names.iter().enumerate() {
                    let value = Typed::new(part(at), types[at].clone());
                    codes.push(self.declare_part(name, value, span));
                }
            }
            _ => (),
        }
        codes.push(Code::Local(slot));
        Typed::new(sequence(codes), value.ty)
    }

    fn assign_part(&mut self, item: &Expr, value: Typed, span: Span) -> Code {
        match &item.kind {
            ExprKind::Declare(ty, designation) => {
                let ty = if ty.is_var() {
                    value.ty.clone()
                } else {
                    self.resolve(ty)
                };
                let value = self.converted(value, &ty, item.span);
                self.declare_part(designation, value, span)
            }
            ExprKind::Tuple(_) => self.deconstruct(item, value, span).code,
            _ => {
                let mut target = self.target(item);
                let ty = target.ty();
                let mut codes = target.setup();
                let value = if matches!(target, Target::Discard) {
                    value
                } else {
                    self.converted(value, &ty, item.span)
                };
                codes.push(target.write(value.code));
                sequence(codes)
            }
        }
    }

    /// Declares what a designation names, with this value.
    pub(super) fn declare_part(&mut self, designation: &Designation, value: Typed, span: Span) -> Code {
        match designation {
            Designation::Discard => value.code,
            Designation::Name(name) => self.declare(name, value.ty, Kind::Local).write(value.code),
            Designation::Tuple(names) => {
                let Some(types) = parts_of(&value.ty).filter(|it| it.len() == names.len()) else {
                    return self
                        .type_error(
                            format!("`{}` does not come apart into {} values", value.ty, names.len()),
                            span,
                        )
                        .code;
                };
                let slot = self.temporary();
                let mut codes = vec![Code::SetLocal(slot, Box::new(value.code))];
                for (at, name) in names.iter().enumerate() {
                    let part = Typed::new(part_of(&value.ty, at, Code::Local(slot)), types[at].clone());
                    codes.push(self.declare_part(name, part, span));
                }
                sequence(codes)
            }
        }
    }

    pub(super) fn compound(&mut self, op: &'static str, left: &Expr, right: &Expr, span: Span) -> Typed {
        let mut target = self.target(left);
        let ty = target.ty();
        let mut codes = target.setup();
        if op == "??" {
            return self.assign_if_null(&target, codes, left, right);
        }
        let old = Typed::new(target.read(), ty.clone());
        let value = self.value(right);
        let fits =
            self.implicit(&value.ty, value.constant.as_ref(), &ty).is_some() || matches!(op, "<<" | ">>");
        let result = self.binary_values(op, (old, left.span), (value, right.span), span);
        let result = match self.implicit(&result.ty, result.constant.as_ref(), &ty) {
            Some(way) => self.along(result, &way, &ty),
            // `b += 1` on a `byte`: the operation is done in `int` and cut back.
            None if fits => match self.explicit(&result.ty, None, &ty) {
                Some(way) => self.along(result, &way, &ty),
                None => self.no_conversion(&result.ty, &ty, span),
            },
            None => self.no_conversion(&result.ty, &ty, right.span),
        };
        codes.push(target.write(result.code));
        Typed::new(sequence(codes), ty)
    }

    // `x ??= value`
    fn assign_if_null(&mut self, target: &Target, mut codes: Vec<Code>, left: &Expr, right: &Expr) -> Typed {
        let ty = target.ty();
        if !ty.takes_null() {
            let message = format!("`??=` has no use here: `{ty}` is never null");
            return self.type_error(message, left.span);
        }
        let value = self.expect(right, ty.underlying());
        codes.push(Code::Coalesce(Box::new((
            target.read(),
            target.write(value.code),
        ))));
        Typed::new(sequence(codes), ty.underlying().clone())
    }

    pub(super) fn step(&mut self, operand: &Expr, by: i32, prefix: bool, span: Span) -> Typed {
        let mut target = self.target(operand);
        let ty = target.ty();
        if ty.is_error() {
            return Typed::error();
        }
        if !ty.underlying().is_numeric() && !ty.is_enum() && !ty.is_dynamic() {
            return self.no_unary(if by > 0 { "++" } else { "--" }, &ty, span);
        }
        let mut codes = target.setup();
        let slot = self.temporary();
        codes.push(Code::SetLocal(slot, Box::new(target.read())));
        let op = if by > 0 { "+" } else { "-" };
        let old = Typed::new(Code::Local(slot), ty.clone());
        let one = Typed::constant(Value::Int(1), Type::Int);
        let result = match &ty {
            Type::Class(def, _) => {
                let sum = operation(op, &Type::Long, false)
                    .map(|it| Code::Binary(it, Box::new((old.code, one.code))));
                Typed::new(
                    Code::Convert(
                        Convert::Enum(*def),
                        Box::new(sum.unwrap_or(Code::Const(Value::Null))),
                    ),
                    ty.clone(),
                )
            }
            _ => self.binary_values(op, (old, operand.span), (one, span), span),
        };
        let result = match self.explicit(&result.ty, None, &ty) {
            Some(way) => self.along(result, &way, &ty),
            None => result,
        };
        codes.push(target.write(result.code));
        if !prefix {
            codes.push(Code::Local(slot));
        }
        Typed::new(sequence(codes), ty)
    }
}

/// Several codes as one.
pub(super) fn sequence(mut codes: Vec<Code>) -> Code {
    match codes.len() {
        1 => codes.remove(0),
        _ => Code::Sequence(codes.into()),
    }
}

// The types of what a value comes apart into.
fn parts_of(ty: &Type) -> Option<Vec<Type>> {
    match ty {
        Type::Tuple(items) => Some(items.iter().map(|(_, it)| it.clone()).collect()),
        ty if ty.is(&tuple::TUPLE) || ty.is(&key_value_pair::KEY_VALUE_PAIR) => Some(ty.args().to_vec()),
        _ => None,
    }
}

fn part_of(ty: &Type, at: usize, whole: Code) -> Code {
    if !ty.is(&key_value_pair::KEY_VALUE_PAIR) {
        return Code::Item(at, Box::new(whole));
    }
    let name = if at == 0 { "Key" } else { "Value" };
    let row: Option<&'static Row> = key_value_pair::KEY_VALUE_PAIR
        .rows()
        .iter()
        .find(|it| it.name == name);
    match row {
        Some(row) => super::members::call(row, vec![whole], ty.args().to_vec(), true),
        None => Code::Const(Value::Null),
    }
}
