//! Conversions at run time.

use super::code::Number;
use crate::Value;
use crate::exception::{Eval, Exception};
use crate::library::{Def, def_of, interfaces, object};
use crate::types::Type;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

/// Whether a value is of a type: exactly, by its base classes or by its interfaces.
pub(crate) fn is_instance(value: &Value, ty: &Type) -> bool {
    match (value, ty) {
        (Value::Null, _) => false,
        (_, Type::Object | Type::Dynamic | Type::Error) => true,
        (Value::Text(_), Type::String) | (Value::Int(_), Type::Int) | (Value::Bool(_), Type::Bool) => true,
        (Value::Text(_), other) if other.is_simple() => false,
        (value, Type::Nullable(inner)) => is_instance(value, inner),
        (Value::Response(_), ty) => ty.is(&crate::library::context::response::RESPONSE),
        (value, ty) => fits(&value.ty(), ty),
    }
}

/// Whether a reference of type `from` can be seen as one of type `to`.
pub(crate) fn fits(from: &Type, to: &Type) -> bool {
    if from == to || matches!(to, Type::Object | Type::Dynamic) {
        return true;
    }
    if let (Type::Array(a), Type::Array(b)) = (from, to) {
        return !a.is_value() && !b.is_value() && fits(a, b);
    }
    if let (Type::Tuple(a), Type::Tuple(b)) = (from, to) {
        // Names are not part of the type at run time.
        return a.len() == b.len() && a.iter().zip(b.iter()).all(|((_, a), (_, b))| a == b);
    }
    let Type::Class(target, _) = to else { return false };
    bases(from, &mut |base| match base {
        Type::Class(def, _) if def == target => same_or_variant(base, to),
        _ => false,
    })
}

// Same definition: the arguments are equal, or references that fit where the parameter is `out`.
fn same_or_variant(from: &Type, to: &Type) -> bool {
    let Type::Class(def, _) = from else { return false };
    let pairs = from.args().iter().zip(to.args());
    from.args().len() == to.args().len()
        && pairs.enumerate().all(|(at, (a, b))| {
            a == b || def.0.is_covariant(at) && !a.is_value() && !b.is_value() && fits(a, b)
        })
}

/// Visits a type and everything it derives from, until the visitor says that it has found what it looks for.
pub(crate) fn bases(ty: &Type, visit: &mut dyn FnMut(&Type) -> bool) -> bool {
    if visit(ty) {
        return true;
    }
    let Some(def) = def_of(ty) else { return false };
    let args = ty.args();
    def.0.base_types().iter().any(|base| match base.is_open() {
        true => bases(&base.with(args), visit),
        false => bases(base, visit),
    })
}

/// The value as a number of another type. Unchecked conversions wrap as C# does; those from a fraction out of range
/// throw only when `checked`, `decimal` always.
pub(crate) fn number(value: &Value, to: Number, checked: bool) -> Eval {
    let int = match (value.integer(), value) {
        (Some(int), _) => int,
        (None, Value::Decimal(decimal)) => return from_decimal(*decimal, to),
        (None, value) => return from_double(value.double(), matches!(value, Value::Single(_)), to, checked),
    };
    if checked && !in_range(int, to) {
        return Err(overflow());
    }
    Ok(match to {
        Number::Char => Value::Char(int as u16),
        Number::SByte => Value::SByte(int as i8),
        Number::Byte => Value::Byte(int as u8),
        Number::Short => Value::Short(int as i16),
        Number::UShort => Value::UShort(int as u16),
        Number::Int => Value::Int(int as i32),
        Number::UInt => Value::UInt(int as u32),
        Number::Long => Value::Long(int as i64),
        Number::ULong => Value::ULong(int as u64),
        Number::Single => Value::Single(int as f32),
        Number::Double => Value::Double(int as f64),
        Number::Decimal => Value::Decimal(Decimal::from_i128(int).unwrap_or_default()),
    })
}

fn overflow() -> crate::exception::Fault {
    Exception::overflow("Arithmetic operation resulted in an overflow.").into()
}

pub(crate) fn in_range(int: i128, to: Number) -> bool {
    let (least, most) = match to {
        Number::Char | Number::UShort => (0, i128::from(u16::MAX)),
        Number::SByte => (i128::from(i8::MIN), i128::from(i8::MAX)),
        Number::Byte => (0, i128::from(u8::MAX)),
        Number::Short => (i128::from(i16::MIN), i128::from(i16::MAX)),
        Number::Int => (i128::from(i32::MIN), i128::from(i32::MAX)),
        Number::UInt => (0, i128::from(u32::MAX)),
        Number::Long => (i128::from(i64::MIN), i128::from(i64::MAX)),
        Number::ULong => (0, i128::from(u64::MAX)),
        Number::Single | Number::Double | Number::Decimal => return true,
    };
    (least..=most).contains(&int)
}

fn from_double(value: f64, single: bool, to: Number, checked: bool) -> Eval {
    match to {
        Number::Single => Ok(Value::Single(value as f32)),
        Number::Double => Ok(Value::Double(value)),
        Number::Decimal => {
            let decimal = match single {
                true => Decimal::from_f32(value as f32),
                false => Decimal::from_f64(value),
            };
            let message = "Value was either too large or too small for a Decimal.";
            decimal
                .map(Value::Decimal)
                .ok_or_else(|| Exception::overflow(message).into())
        }
        _ => {
            let whole = value.trunc();
            let fits = whole.is_finite() && whole.abs() < 1e30 && in_range(whole as i128, to);
            if !fits && checked {
                return Err(overflow());
            }
            // Out of range the result is unspecified in C#; this is what x64 gives.
            let int = match (fits, to) {
                (true, _) => whole as i128,
                (false, Number::Long) => i128::from(i64::MIN),
                (false, Number::ULong) => i128::from(u64::MAX) / 2 + 1,
                (false, Number::UInt) if whole.is_finite() && whole.abs() < 9e18 => whole as i128,
                (false, Number::UInt) => 0,
                (false, _) if whole.is_finite() && whole.abs() < 2_147_483_648.0 => whole as i128,
                (false, _) => i128::from(i32::MIN),
            };
            number(
                &match to {
                    Number::ULong => Value::ULong(int as u64),
                    _ => Value::Long(int as i64),
                },
                to,
                false,
            )
        }
    }
}

fn from_decimal(value: Decimal, to: Number) -> Eval {
    match to {
        Number::Single => Ok(Value::Single(value.to_f32().unwrap_or_default())),
        Number::Double => Ok(Value::Double(value.to_f64().unwrap_or_default())),
        Number::Decimal => Ok(Value::Decimal(value)),
        _ => {
            let int = value.trunc().to_i128().unwrap_or(i128::MAX);
            if !in_range(int, to) {
                let name = match to {
                    Number::Int => "an Int32",
                    Number::Long => "an Int64",
                    Number::UInt => "a UInt32",
                    Number::ULong => "a UInt64",
                    Number::Byte => "an unsigned byte",
                    Number::SByte => "a signed byte",
                    Number::Short => "an Int16",
                    Number::UShort => "a UInt16",
                    _ => "a character",
                };
                return Err(Exception::overflow(format!(
                    "Value was either too large or too small for {name}."
                ))
                .into());
            }
            let as_int = match to {
                Number::ULong => Value::ULong(int as u64),
                _ => Value::Long(int as i64),
            };
            number(&as_int, to, false)
        }
    }
}

/// `(T)value` for a reference or boxed value: null stays null.
pub(crate) fn cast(value: Value, ty: &Type) -> Eval {
    match value.is_null() || is_instance(&value, ty) {
        true => Ok(value),
        false => Err(bad_cast(&value, ty)),
    }
}

/// `(T)value` to a value type: null is a null reference.
pub(crate) fn unbox(value: Value, ty: &Type) -> Eval {
    match (&value, ty) {
        (Value::Null, _) => Err(Exception::null_reference().into()),
        // An enumeration unboxes as its number, and back.
        (Value::Int(it), Type::Class(def, _)) if ty.is_enum() => Ok(Value::Enum(*def, i64::from(*it))),
        (Value::Enum(_, it), Type::Int) => Ok(Value::Int(*it as i32)),
        _ if is_instance(&value, ty) => Ok(value),
        _ => Err(bad_cast(&value, ty)),
    }
}

fn bad_cast(value: &Value, ty: &Type) -> crate::exception::Fault {
    Exception::invalid_cast(&value.type_name(), &ty.clr_name()).into()
}

/// `default(T)`.
pub(crate) fn default_of(ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::Bool(false),
        Type::Char => Value::Char(0),
        Type::SByte => Value::SByte(0),
        Type::Byte => Value::Byte(0),
        Type::Short => Value::Short(0),
        Type::UShort => Value::UShort(0),
        Type::Int => Value::Int(0),
        Type::UInt => Value::UInt(0),
        Type::Long => Value::Long(0),
        Type::ULong => Value::ULong(0),
        Type::Single => Value::Single(0.0),
        Type::Double => Value::Double(0.0),
        Type::Decimal => Value::Decimal(Decimal::ZERO),
        Type::Class(def, _) if ty.is_enum() => Value::Enum(*def, 0),
        Type::Class(Def(def), _) if ty.is_value() => object::default_struct(def, ty),
        Type::Tuple(items) => crate::library::tuple::value_tuple(
            ty.clone(),
            items.iter().map(|(_, it)| default_of(it)).collect(),
        ),
        _ => Value::Null,
    }
}

/// The type of the elements of a sequence type, if it is one.
pub(crate) fn element_type(ty: &Type) -> Option<Type> {
    let mut found = None;
    bases(ty, &mut |base| {
        if base.is(&interfaces::IENUMERABLE) {
            found = base.args().first().cloned();
        }
        found.is_some()
    });
    found
}
