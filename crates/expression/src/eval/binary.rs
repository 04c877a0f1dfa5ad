//! Operators as functions over values, one per operator and operand type.

use crate::Value;
use crate::exception::{Eval, Exception, Fault};
use crate::library::compare;
use crate::types::Type;
use rust_decimal::Decimal;

/// What an operator does once both sides have its operand type.
pub(crate) type Operation = fn(&Value, &Value) -> Eval;

fn overflow() -> Fault {
    Exception::overflow("Arithmetic operation resulted in an overflow.").into()
}

fn decimal_overflow() -> Fault {
    Exception::overflow("Value was either too large or too small for a Decimal.").into()
}

fn by_zero() -> Fault {
    Exception::new("System.DivideByZeroException", "Attempted to divide by zero.").into()
}

/// The operation of `op` over operands of type `ty`; `checked` makes overflow throw.
pub(crate) fn operation(op: &str, ty: &Type, checked: bool) -> Option<Operation> {
    match ty {
        Type::Int => int(op, checked),
        Type::UInt => uint(op, checked),
        Type::Long => long(op, checked),
        Type::ULong => ulong(op, checked),
        Type::Single => single(op),
        Type::Double => double(op),
        Type::Decimal => decimal(op),
        Type::Bool => logic(op),
        Type::String => text(op),
        enumeration if enumeration.is_enum() => enumerated(op),
        _ => reference(op),
    }
}

macro_rules! integer {
    ($name:ident, $get:ident, $make:path, $rust:ty, $mask:expr) => {
        fn $name(op: &str, checked: bool) -> Option<Operation> {
            fn $get(value: &Value) -> $rust {
                match value {
                    $make(value) => *value,
                    other => other.integer().unwrap_or_default() as $rust,
                }
            }
            Some(match (op, checked) {
                ("+", false) => |a, b| Ok($make($get(a).wrapping_add($get(b)))),
                ("-", false) => |a, b| Ok($make($get(a).wrapping_sub($get(b)))),
                ("*", false) => |a, b| Ok($make($get(a).wrapping_mul($get(b)))),
                ("+", true) => |a, b| $get(a).checked_add($get(b)).map($make).ok_or_else(overflow),
                ("-", true) => |a, b| $get(a).checked_sub($get(b)).map($make).ok_or_else(overflow),
                ("*", true) => |a, b| $get(a).checked_mul($get(b)).map($make).ok_or_else(overflow),
                ("/", _) => |a, b| match $get(b) {
                    0 => Err(by_zero()),
                    divisor => $get(a).checked_div(divisor).map($make).ok_or_else(overflow),
                },
                ("%", _) => |a, b| match $get(b) {
                    0 => Err(by_zero()),
                    divisor => $get(a).checked_rem(divisor).map($make).ok_or_else(overflow),
                },
                ("&", _) => |a, b| Ok($make($get(a) & $get(b))),
                ("|", _) => |a, b| Ok($make($get(a) | $get(b))),
                ("^", _) => |a, b| Ok($make($get(a) ^ $get(b))),
                // The count is an `int`, of which only the lowest bits count.
                ("<<", _) => |a, b| Ok($make($get(a).wrapping_shl(b.int() as u32 & $mask))),
                (">>", _) => |a, b| Ok($make($get(a).wrapping_shr(b.int() as u32 & $mask))),
                ("==", _) => |a, b| Ok(Value::Bool($get(a) == $get(b))),
                ("!=", _) => |a, b| Ok(Value::Bool($get(a) != $get(b))),
                ("<", _) => |a, b| Ok(Value::Bool($get(a) < $get(b))),
                (">", _) => |a, b| Ok(Value::Bool($get(a) > $get(b))),
                ("<=", _) => |a, b| Ok(Value::Bool($get(a) <= $get(b))),
                (">=", _) => |a, b| Ok(Value::Bool($get(a) >= $get(b))),
                _ => return None,
            })
        }
    };
}

integer!(int, as_i32, Value::Int, i32, 31);
integer!(uint, as_u32, Value::UInt, u32, 31);
integer!(long, as_i64, Value::Long, i64, 63);
integer!(ulong, as_u64, Value::ULong, u64, 63);

macro_rules! floating {
    ($name:ident, $make:path, $rust:ty) => {
        fn $name(op: &str) -> Option<Operation> {
            fn get(value: &Value) -> $rust {
                value.double() as $rust
            }
            Some(match op {
                "+" => |a, b| Ok($make(get(a) + get(b))),
                "-" => |a, b| Ok($make(get(a) - get(b))),
                "*" => |a, b| Ok($make(get(a) * get(b))),
                "/" => |a, b| Ok($make(get(a) / get(b))),
                "%" => |a, b| Ok($make(get(a) % get(b))),
                "==" => |a, b| Ok(Value::Bool(get(a) == get(b))),
                "!=" => |a, b| Ok(Value::Bool(get(a) != get(b))),
                "<" => |a, b| Ok(Value::Bool(get(a) < get(b))),
                ">" => |a, b| Ok(Value::Bool(get(a) > get(b))),
                "<=" => |a, b| Ok(Value::Bool(get(a) <= get(b))),
                ">=" => |a, b| Ok(Value::Bool(get(a) >= get(b))),
                _ => return None,
            })
        }
    };
}

floating!(single, Value::Single, f32);
floating!(double, Value::Double, f64);

/// An operation on decimals, with .NET's exceptions.
pub(crate) fn decimal(op: &str) -> Option<Operation> {
    fn made(result: Option<Decimal>) -> Eval {
        result.map(Value::Decimal).ok_or_else(decimal_overflow)
    }
    Some(match op {
        "+" => |a, b| made(a.decimal().checked_add(b.decimal())),
        "-" => |a, b| made(a.decimal().checked_sub(b.decimal())),
        "*" => |a, b| made(product(a.decimal(), b.decimal())),
        "/" => |a, b| match b.decimal().is_zero() {
            true => Err(by_zero()),
            false => made(quotient(a.decimal(), b.decimal())),
        },
        "%" => |a, b| match b.decimal().is_zero() {
            true => Err(by_zero()),
            false => made(a.decimal().checked_rem(b.decimal())),
        },
        "==" => |a, b| Ok(Value::Bool(a.decimal() == b.decimal())),
        "!=" => |a, b| Ok(Value::Bool(a.decimal() != b.decimal())),
        "<" => |a, b| Ok(Value::Bool(a.decimal() < b.decimal())),
        ">" => |a, b| Ok(Value::Bool(a.decimal() > b.decimal())),
        "<=" => |a, b| Ok(Value::Bool(a.decimal() <= b.decimal())),
        ">=" => |a, b| Ok(Value::Bool(a.decimal() >= b.decimal())),
        _ => return None,
    })
}

// Zero has a scale too: `1m * 0.00m` is `0.00`.
fn product(a: Decimal, b: Decimal) -> Option<Decimal> {
    match a.is_zero() || b.is_zero() {
        true => Some(Decimal::new(0, (a.scale() + b.scale()).min(28))),
        false => a.checked_mul(b),
    }
}

// A quotient has the smallest scale that is exact, but no less than the difference of the scales: `10m / 4` is `2.5`.
pub(crate) fn quotient(a: Decimal, b: Decimal) -> Option<Decimal> {
    let least = a.scale().saturating_sub(b.scale());
    let mut quotient = a.checked_div(b)?.normalize();
    if quotient.scale() < least {
        quotient.rescale(least);
    }
    Some(quotient)
}

fn logic(op: &str) -> Option<Operation> {
    Some(match op {
        "&" => |a, b| Ok(Value::Bool(a.bool() & b.bool())),
        "|" => |a, b| Ok(Value::Bool(a.bool() | b.bool())),
        "^" | "!=" => |a, b| Ok(Value::Bool(a.bool() != b.bool())),
        "==" => |a, b| Ok(Value::Bool(a.bool() == b.bool())),
        _ => return None,
    })
}

// `==` of strings compares the text; null equals null.
fn text(op: &str) -> Option<Operation> {
    Some(match op {
        "==" => |a, b| Ok(Value::Bool(a.str_or_null() == b.str_or_null())),
        "!=" => |a, b| Ok(Value::Bool(a.str_or_null() != b.str_or_null())),
        _ => return None,
    })
}

fn enumerated(op: &str) -> Option<Operation> {
    fn made(a: &Value, result: i64) -> Eval {
        match a {
            Value::Enum(def, _) => Ok(Value::Enum(*def, result)),
            other => Ok(other.clone()),
        }
    }
    Some(match op {
        "&" => |a, b| made(a, a.long() & b.long()),
        "|" => |a, b| made(a, a.long() | b.long()),
        "^" => |a, b| made(a, a.long() ^ b.long()),
        "==" => |a, b| Ok(Value::Bool(a.long() == b.long())),
        "!=" => |a, b| Ok(Value::Bool(a.long() != b.long())),
        "<" => |a, b| Ok(Value::Bool(a.long() < b.long())),
        ">" => |a, b| Ok(Value::Bool(a.long() > b.long())),
        "<=" => |a, b| Ok(Value::Bool(a.long() <= b.long())),
        ">=" => |a, b| Ok(Value::Bool(a.long() >= b.long())),
        _ => return None,
    })
}

// `==` of references: the same object.
fn reference(op: &str) -> Option<Operation> {
    Some(match op {
        "==" => |a, b| Ok(Value::Bool(compare::same(a, b))),
        "!=" => |a, b| Ok(Value::Bool(!compare::same(a, b))),
        _ => return None,
    })
}
