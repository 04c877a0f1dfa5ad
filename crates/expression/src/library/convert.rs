//! `System.Convert`.

use super::table::{Member, TypeDef, enumeration, static_class, static_method};
use super::{array, date_time, string_parts, token};
use crate::Value;
use crate::dotnet::number::{self, BYTE, INT16, INT32, INT64, IntType, SBYTE, UINT16, UINT32, UINT64};
use crate::dotnet::{base64, convert, datetime, datetime_parse};
use crate::eval::Cx;
use crate::exception::{Eval, Exception, Fault};
use crate::library::object::TypeObject;
use crate::text::Text;
use crate::types::Type;
use rust_decimal::Decimal;

pub(crate) static TYPES: &[&TypeDef] = &[&CONVERT, &BASE64_FORMATTING_OPTIONS];

/// `System.Base64FormattingOptions`.
pub(crate) static BASE64_FORMATTING_OPTIONS: TypeDef = enumeration(
    "System.Base64FormattingOptions",
    &[("None", 0), ("InsertLineBreaks", 1)],
);

/// `System.Convert`. The overloads of each conversion differ in nothing but the type of their argument: one row takes them all.
pub(crate) static CONVERT: TypeDef = static_class("System.Convert").members(MEMBERS);

static MEMBERS: &[Member] = &[
    static_method(
        "object ChangeType(object value, Type conversionType)",
        |cx, a, _| {
            let ty = a[1].as_object::<TypeObject>().map(|it| it.0.clone());
            change_type(
                cx,
                &a[0],
                &ty.ok_or_else(|| Exception::argument_null("conversionType"))?,
            )
        },
    ),
    // ---- integers
    static_method("int ToInt32(object value)", |_, a, _| {
        Ok(Value::Int(integer(&a[0], &INT32)? as i32))
    }),
    static_method("int ToInt32(string value, int fromBase)", |_, a, _| {
        Ok(Value::Int(from_base(a, &INT32)? as i32))
    }),
    static_method(
        "int ToInt32(object value, IFormatProvider provider)",
        |_, a, _| Ok(Value::Int(integer(&a[0], &INT32)? as i32)),
    )
    .not_in_azure(),
    static_method("long ToInt64(object value)", |_, a, _| {
        Ok(Value::Long(integer(&a[0], &INT64)? as i64))
    }),
    static_method("long ToInt64(string value, int fromBase)", |_, a, _| {
        Ok(Value::Long(from_base(a, &INT64)? as i64))
    }),
    static_method(
        "long ToInt64(object value, IFormatProvider provider)",
        |_, a, _| Ok(Value::Long(integer(&a[0], &INT64)? as i64)),
    )
    .not_in_azure(),
    static_method("short ToInt16(object value)", |_, a, _| {
        Ok(Value::Short(integer(&a[0], &INT16)? as i16))
    }),
    static_method("short ToInt16(string value, int fromBase)", |_, a, _| {
        Ok(Value::Short(from_base(a, &INT16)? as i16))
    }),
    static_method(
        "short ToInt16(object value, IFormatProvider provider)",
        |_, a, _| Ok(Value::Short(integer(&a[0], &INT16)? as i16)),
    )
    .not_in_azure(),
    static_method("byte ToByte(object value)", |_, a, _| {
        Ok(Value::Byte(integer(&a[0], &BYTE)? as u8))
    }),
    static_method("byte ToByte(string value, int fromBase)", |_, a, _| {
        Ok(Value::Byte(from_base(a, &BYTE)? as u8))
    }),
    static_method(
        "byte ToByte(object value, IFormatProvider provider)",
        |_, a, _| Ok(Value::Byte(integer(&a[0], &BYTE)? as u8)),
    )
    .not_in_azure(),
    static_method("sbyte ToSByte(object value)", |_, a, _| {
        Ok(Value::SByte(integer(&a[0], &SBYTE)? as i8))
    }),
    static_method("sbyte ToSByte(string value, int fromBase)", |_, a, _| {
        Ok(Value::SByte(from_base(a, &SBYTE)? as i8))
    }),
    static_method(
        "sbyte ToSByte(object value, IFormatProvider provider)",
        |_, a, _| Ok(Value::SByte(integer(&a[0], &SBYTE)? as i8)),
    )
    .not_in_azure(),
    static_method("ushort ToUInt16(object value)", |_, a, _| {
        Ok(Value::UShort(integer(&a[0], &UINT16)? as u16))
    }),
    static_method("ushort ToUInt16(string value, int fromBase)", |_, a, _| {
        Ok(Value::UShort(from_base(a, &UINT16)? as u16))
    }),
    static_method(
        "ushort ToUInt16(object value, IFormatProvider provider)",
        |_, a, _| Ok(Value::UShort(integer(&a[0], &UINT16)? as u16)),
    )
    .not_in_azure(),
    static_method("uint ToUInt32(object value)", |_, a, _| {
        Ok(Value::UInt(integer(&a[0], &UINT32)? as u32))
    }),
    static_method("uint ToUInt32(string value, int fromBase)", |_, a, _| {
        Ok(Value::UInt(from_base(a, &UINT32)? as u32))
    }),
    static_method(
        "uint ToUInt32(object value, IFormatProvider provider)",
        |_, a, _| Ok(Value::UInt(integer(&a[0], &UINT32)? as u32)),
    )
    .not_in_azure(),
    static_method("ulong ToUInt64(object value)", |_, a, _| {
        Ok(Value::ULong(integer(&a[0], &UINT64)? as u64))
    }),
    static_method("ulong ToUInt64(string value, int fromBase)", |_, a, _| {
        Ok(Value::ULong(from_base(a, &UINT64)? as u64))
    }),
    static_method(
        "ulong ToUInt64(object value, IFormatProvider provider)",
        |_, a, _| Ok(Value::ULong(integer(&a[0], &UINT64)? as u64)),
    )
    .not_in_azure(),
    // ---- other numbers
    static_method("double ToDouble(object value)", |_, a, _| {
        Ok(double(&a[0])?.into())
    }),
    static_method(
        "double ToDouble(object value, IFormatProvider provider)",
        |_, a, _| Ok(double(&a[0])?.into()),
    )
    .not_in_azure(),
    static_method("float ToSingle(object value)", |_, a, _| {
        Ok(Value::Single(floating(&a[0], "Single")? as f32))
    }),
    static_method(
        "float ToSingle(object value, IFormatProvider provider)",
        |_, a, _| Ok(Value::Single(floating(&a[0], "Single")? as f32)),
    )
    .not_in_azure(),
    static_method("decimal ToDecimal(object value)", |_, a, _| {
        Ok(decimal(&a[0])?.into())
    }),
    static_method(
        "decimal ToDecimal(object value, IFormatProvider provider)",
        |_, a, _| Ok(decimal(&a[0])?.into()),
    )
    .not_in_azure(),
    static_method("bool ToBoolean(object value)", |_, a, _| {
        Ok(boolean(&a[0])?.into())
    }),
    static_method(
        "bool ToBoolean(object value, IFormatProvider provider)",
        |_, a, _| Ok(boolean(&a[0])?.into()),
    )
    .not_in_azure(),
    static_method("char ToChar(object value)", |_, a, _| {
        Ok(Value::Char(character(&a[0])?))
    }),
    static_method("DateTime ToDateTime(object value)", |cx, a, _| date(cx, &a[0])),
    static_method(
        "DateTime ToDateTime(object value, IFormatProvider provider)",
        |cx, a, _| date(cx, &a[0]),
    )
    .not_in_azure(),
    // ---- text
    static_method("string ToString(string value)", |_, a, _| Ok(a[0].clone())),
    static_method("string ToString(object value)", |cx, a, _| {
        Ok(cx.text(&a[0])?.into())
    }),
    static_method(
        "string ToString(object value, IFormatProvider provider)",
        |cx, a, _| Ok(cx.text(&a[0])?.into()),
    )
    .not_in_azure(),
    static_method("string ToString(byte value, int toBase)", |_, a, _| {
        based(a, &BYTE)
    }),
    static_method("string ToString(short value, int toBase)", |_, a, _| {
        based(a, &INT16)
    }),
    static_method("string ToString(int value, int toBase)", |_, a, _| {
        based(a, &INT32)
    }),
    static_method("string ToString(long value, int toBase)", |_, a, _| {
        based(a, &INT64)
    }),
    // ---- base 64
    static_method("string ToBase64String(byte[] inArray)", |cx, a, _| {
        encode(cx, a, false)
    }),
    static_method(
        "string ToBase64String(byte[] inArray, Base64FormattingOptions options)",
        |cx, a, _| encode(cx, a, a[1].long() == 1),
    ),
    static_method(
        "string ToBase64String(byte[] inArray, int offset, int length)",
        |_, a, _| {
            let bytes = array::bytes(&a[0], "inArray")?;
            let part = usize::try_from(a[1].int())
                .ok()
                .zip(usize::try_from(a[2].int()).ok());
            let part = part.and_then(|(from, count)| bytes.get(from..from.checked_add(count)?));
            let part = part.ok_or_else(|| {
                Exception::out_of_range(
                    "Offset and length must refer to a position in the string.",
                    "offset",
                )
            })?;
            Ok(base64::encode(part, false).into())
        },
    ),
    static_method("byte[] FromBase64String(string s)", |cx, a, _| {
        let text = a[0].str("s")?;
        cx.charge(text.bytes())?;
        Ok(array::from_bytes(&base64::decode(&text.as_str())?))
    }),
    static_method(
        "byte[] FromBase64CharArray(char[] inArray, int offset, int length)",
        |cx, a, _| {
            let text = Text::from_units(&string_parts::units(&a[0]));
            let part = super::string_builder::slice(&text, a[1].int(), a[2].int())?;
            cx.charge(part.bytes())?;
            Ok(array::from_bytes(&base64::decode(&part.as_str())?))
        },
    ),
    static_method(
        "int ToBase64CharArray(byte[] inArray, int offsetIn, int length, char[] outArray, int offsetOut)",
        |_, a, _| {
            let bytes = array::bytes(&a[0], "inArray")?;
            let range = usize::try_from(a[1].int())
                .ok()
                .zip(usize::try_from(a[2].int()).ok());
            let part = range.and_then(|(from, count)| bytes.get(from..from.checked_add(count)?));
            let part = part.ok_or_else(|| {
                Exception::out_of_range(
                    "Offset and length must refer to a position in the string.",
                    "offsetIn",
                )
            })?;
            let text = base64::encode(part, false);
            let room = array::len(&a[3]) as i64 - a[4].long();
            if a[4].int() < 0 || room < text.len() as i64 {
                let message = "Either offset did not refer to a position in the string, or there is an insufficient length of destination character array.";
                return Err(Exception::out_of_range(message, "offsetOut").into());
            }
            for (at, digit) in text.bytes().enumerate() {
                array::set(&a[3], a[4].long() + at as i64, &Value::Char(u16::from(digit)))?;
            }
            Ok((text.len() as i32).into())
        },
    ),
    static_method("bool IsDBNull(object value)", |_, _, _| Ok(false.into())),
];

/// A JSON value stands for what it holds, as `JValue` is `IConvertible`.
fn plain(value: &Value) -> Value {
    token::scalar(value).unwrap_or_else(|| value.clone())
}

/// `Convert.ToInt32(object)` and its like.
pub(crate) fn integer(value: &Value, kind: &IntType) -> Eval<i128> {
    Ok(match plain(value) {
        Value::Null => 0,
        Value::Bool(it) => i128::from(it),
        Value::Text(it) => number::parse_integer(&it.as_str(), kind)?,
        Value::Single(it) => convert::integer_from_double(f64::from(it), kind)?,
        Value::Double(it) => convert::integer_from_double(it, kind)?,
        Value::Decimal(it) => convert::integer_from_decimal(it, kind)?,
        other => match other.integer() {
            Some(it) => kind.check(it)?,
            None => return Err(inconvertible(value, kind.clr_name())),
        },
    })
}

/// `Convert.ToDouble(object)`.
pub(crate) fn double(value: &Value) -> Eval<f64> {
    floating(value, "Double")
}

// The same for the type that a failure names.
fn floating(value: &Value, target: &str) -> Eval<f64> {
    Ok(match plain(value) {
        Value::Null => 0.0,
        Value::Bool(it) => f64::from(u8::from(it)),
        Value::Text(it) => number::parse_double(&it.as_str())?,
        Value::Decimal(it) => convert::double_from_decimal(it),
        Value::Char(_) => return Err(invalid_cast("Char", target)),
        other @ (Value::Single(_) | Value::Double(_)) => other.double(),
        other => match other.integer() {
            Some(it) => it as f64,
            None => return Err(inconvertible(value, target)),
        },
    })
}

/// `Convert.ToDecimal(object)`.
pub(crate) fn decimal(value: &Value) -> Eval<Decimal> {
    Ok(match plain(value) {
        Value::Null => Decimal::ZERO,
        Value::Bool(it) => Decimal::from(u8::from(it)),
        Value::Text(it) => number::parse_decimal(&it.as_str())?,
        Value::Decimal(it) => it,
        Value::Char(_) => return Err(invalid_cast("Char", "Decimal")),
        other @ (Value::Single(_) | Value::Double(_)) => convert::decimal_from_double(other.double())?,
        other => match other.integer() {
            Some(it) => u64::try_from(it).map_or_else(|_| Decimal::from(it as i64), Decimal::from),
            None => return Err(inconvertible(value, "Decimal")),
        },
    })
}

/// `Convert.ToBoolean(object)`.
pub(crate) fn boolean(value: &Value) -> Eval<bool> {
    Ok(match plain(value) {
        Value::Null => false,
        Value::Bool(it) => it,
        Value::Text(it) => number::parse_bool(&it.as_str())?,
        Value::Decimal(it) => !it.is_zero(),
        Value::Char(_) => return Err(invalid_cast("Char", "Boolean")),
        other @ (Value::Single(_) | Value::Double(_)) => other.double() != 0.0,
        other => match other.integer() {
            Some(it) => it != 0,
            None => return Err(inconvertible(value, "Boolean")),
        },
    })
}

fn character(value: &Value) -> Eval<u16> {
    Ok(match plain(value) {
        Value::Null => 0,
        Value::Char(it) => it,
        Value::Text(it) => number::parse_char(&it.as_str())?,
        other => match other.integer().and_then(|it| i64::try_from(it).ok()) {
            Some(it) => convert::char_from_integer(it)?,
            None => return Err(inconvertible(value, "Char")),
        },
    })
}

fn date(cx: &mut Cx<'_>, value: &Value) -> Eval {
    match plain(value) {
        Value::Null => Ok(date_time::value(datetime::DateTime::MIN)),
        Value::Text(text) => Ok(date_time::value(datetime_parse::parse(
            &text.as_str(),
            date_time::now(cx),
            0,
        )?)),
        other if date_time::it(&other).is_ok() => Ok(other),
        _ => Err(inconvertible(value, "DateTime")),
    }
}

fn from_base(a: &[Value], kind: &IntType) -> Eval<i128> {
    match a[0].str_or_null() {
        Some(text) => Ok(convert::integer_from_base(&text.as_str(), a[1].long(), kind)?),
        None => Ok(0),
    }
}

fn based(a: &[Value], kind: &IntType) -> Eval {
    Ok(convert::integer_to_base(a[0].long(), a[1].long(), kind)?.into())
}

fn encode(cx: &mut Cx<'_>, a: &[Value], line_breaks: bool) -> Eval {
    let bytes = array::bytes(&a[0], "inArray")?;
    cx.charge(bytes.len().saturating_mul(4) / 3)?;
    Ok(base64::encode(&bytes, line_breaks).into())
}

fn invalid_cast(from: &str, to: &str) -> Fault {
    Exception::new(
        "System.InvalidCastException",
        format!("Invalid cast from '{from}' to '{to}'."),
    )
    .into()
}

/// What is `IConvertible` says itself that it cannot; anything else is no such thing.
fn inconvertible(value: &Value, target: &str) -> Fault {
    let name = value.type_name();
    let short = name.strip_prefix("System.").unwrap_or(&name);
    let is_convertible = date_time::it(value).is_ok()
        || matches!(
            value,
            Value::Bool(_)
                | Value::Char(_)
                | Value::Text(_)
                | Value::Double(_)
                | Value::Single(_)
                | Value::Decimal(_)
        )
        || value.integer().is_some();
    if is_convertible {
        return invalid_cast(short, target);
    }
    Exception::invalid_cast(&value.type_name(), "System.IConvertible").into()
}

fn change_type(cx: &mut Cx<'_>, value: &Value, ty: &Type) -> Eval {
    if value.is_null() {
        return match ty.is_value() {
            true => Err(Exception::new(
                "System.InvalidCastException",
                "Null object cannot be converted to a value type.",
            )
            .into()),
            false => Ok(Value::Null),
        };
    }
    if value.ty() == *ty || *ty == Type::Object {
        return Ok(value.clone());
    }
    Ok(match ty {
        Type::Bool => boolean(value)?.into(),
        Type::Char => Value::Char(character(value)?),
        Type::SByte => Value::SByte(integer(value, &SBYTE)? as i8),
        Type::Byte => Value::Byte(integer(value, &BYTE)? as u8),
        Type::Short => Value::Short(integer(value, &INT16)? as i16),
        Type::UShort => Value::UShort(integer(value, &UINT16)? as u16),
        Type::Int => Value::Int(integer(value, &INT32)? as i32),
        Type::UInt => Value::UInt(integer(value, &UINT32)? as u32),
        Type::Long => Value::Long(integer(value, &INT64)? as i64),
        Type::ULong => Value::ULong(integer(value, &UINT64)? as u64),
        Type::Single => Value::Single(floating(value, "Single")? as f32),
        Type::Double => double(value)?.into(),
        Type::Decimal => decimal(value)?.into(),
        Type::String => cx.text(value)?.into(),
        ty if ty.is(&date_time::DATE_TIME) => date(cx, value)?,
        _ => {
            let message = format!(
                "Invalid cast from '{}' to '{}'.",
                value.type_name(),
                ty.clr_name()
            );
            return Err(Exception::new("System.InvalidCastException", message).into());
        }
    })
}
