//! `System.Decimal`.

use super::array;
use super::numbers::{equal, format, ordered, plain, same_kind, style};
use super::table::{Member, TypeDef, constructor, method, static_method, static_property, structure};
use crate::Value;
use crate::dotnet::math::{self, Rounding};
use crate::dotnet::number;
use crate::eval::code::Number;
use crate::eval::{binary, cast};
use crate::exception::{Eval, Exception};
use crate::types::Type;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

pub(crate) static TYPES: &[&TypeDef] = &[&DECIMAL];

/// `System.Decimal`.
pub(crate) static DECIMAL: TypeDef = structure("System.Decimal")
    .bases(&["IComparable", "IComparable<decimal>", "IEquatable<decimal>"])
    .members(DECIMAL_MEMBERS);

static DECIMAL_MEMBERS: &[Member] = &[
    static_property("decimal MaxValue", |_, _, _| Ok(Decimal::MAX.into())),
    static_property("decimal MinValue", |_, _, _| Ok(Decimal::MIN.into())),
    static_property("decimal Zero", |_, _, _| Ok(Decimal::ZERO.into())),
    static_property("decimal One", |_, _, _| Ok(Decimal::ONE.into())),
    static_property("decimal MinusOne", |_, _, _| Ok(Decimal::NEGATIVE_ONE.into())),
    static_method("decimal Parse(string s)", |_, a, _| {
        Ok(number::parse_decimal(&a[0].str("s")?.as_str())?.into())
    }),
    static_method("decimal Parse(string s, NumberStyles style)", |_, a, _| styled(a)).not_in_azure(),
    static_method(
        "decimal Parse(string s, NumberStyles style, IFormatProvider provider)",
        |_, a, _| styled(a),
    )
    .not_in_azure(),
    static_method("decimal Parse(string s, IFormatProvider provider)", |_, a, _| {
        Ok(number::parse_decimal(&a[0].str("s")?.as_str())?.into())
    })
    .not_in_azure(),
    static_method("bool TryParse(string s, out decimal result)", |_, a, _| {
        let parsed = a[0]
            .str_or_null()
            .and_then(|it| number::parse_decimal(&it.as_str()).ok());
        a[1] = parsed.unwrap_or_default().into();
        Ok(parsed.is_some().into())
    }),
    constructor("(int value)", |_, a, _| Ok(Decimal::from(a[0].long()).into())),
    constructor("(long value)", |_, a, _| Ok(Decimal::from(a[0].long()).into())),
    constructor("(uint value)", |_, a, _| Ok(Decimal::from(a[0].long()).into())),
    constructor("(ulong value)", |_, a, _| {
        Ok(Decimal::from(a[0].integer().unwrap_or_default() as u64).into())
    }),
    constructor("(float value)", |_, a, _| {
        cast::number(&a[0], Number::Decimal, true)
    }),
    constructor("(double value)", |_, a, _| {
        cast::number(&a[0], Number::Decimal, true)
    }),
    constructor("(int[] bits)", |_, a, _| {
        let bits: Vec<i32> = array::items(&a[0]).iter().map(Value::int).collect();
        match bits.as_slice() {
            [lo, mid, hi, flags] => {
                let scale = (flags.cast_unsigned() >> 16) & 0xff;
                if scale > 28 || flags.cast_unsigned() & 0x7f00_ffff != 0 {
                    return Err(not_four().into());
                }
                Ok(parts([*lo, *mid, *hi], *flags < 0, scale))
            }
            _ => Err(not_four().into()),
        }
    }),
    constructor(
        "(int lo, int mid, int hi, bool isNegative, byte scale)",
        |_, a, _| match u32::try_from(a[4].int()).ok().filter(|it| *it <= 28) {
            Some(scale) => Ok(parts([a[0].int(), a[1].int(), a[2].int()], a[3].bool(), scale)),
            None => {
                let message = "Decimal's scale value must be between 0 and 28, inclusive.";
                Err(Exception::out_of_range(message, "scale").into())
            }
        },
    ),
    static_method("int[] GetBits(decimal d)", |_, a, _| {
        let value = a[0].decimal();
        let bits = value.mantissa().unsigned_abs();
        let sign = if value.is_sign_negative() { 1 << 31 } else { 0 };
        let flags = value.scale() << 16 | sign;
        let words = [bits as u32, (bits >> 32) as u32, (bits >> 64) as u32, flags];
        let words = words.iter().map(|it| Value::Int(it.cast_signed())).collect();
        Ok(array::new(Type::Int, words))
    }),
    static_method("decimal Add(decimal d1, decimal d2)", |_, a, _| operate("+", a)),
    static_method("decimal Subtract(decimal d1, decimal d2)", |_, a, _| {
        operate("-", a)
    }),
    static_method("decimal Multiply(decimal d1, decimal d2)", |_, a, _| {
        operate("*", a)
    }),
    static_method("decimal Divide(decimal d1, decimal d2)", |_, a, _| {
        operate("/", a)
    }),
    static_method("decimal Remainder(decimal d1, decimal d2)", |_, a, _| {
        operate("%", a)
    }),
    static_method("bool Equals(decimal d1, decimal d2)", equal),
    // A currency of OLE counts ten-thousandths.
    static_method("decimal FromOACurrency(long cy)", |_, a, _| {
        Ok(Decimal::new(a[0].long(), 4).normalize().into())
    }),
    static_method("long ToOACurrency(decimal value)", |_, a, _| {
        let scaled = a[0].decimal().checked_mul(Decimal::from(10_000));
        let whole = scaled.and_then(|it| it.round().to_i64());
        whole.map(Value::Long).ok_or_else(|| {
            Exception::overflow("Value was either too large or too small for a Currency.").into()
        })
    }),
    static_method("byte ToByte(decimal value)", |_, a, _| {
        cast::number(&a[0], Number::Byte, true)
    }),
    static_method("sbyte ToSByte(decimal value)", |_, a, _| {
        cast::number(&a[0], Number::SByte, true)
    }),
    static_method("short ToInt16(decimal value)", |_, a, _| {
        cast::number(&a[0], Number::Short, true)
    }),
    static_method("ushort ToUInt16(decimal value)", |_, a, _| {
        cast::number(&a[0], Number::UShort, true)
    }),
    static_method("uint ToUInt32(decimal d)", |_, a, _| {
        cast::number(&a[0], Number::UInt, true)
    }),
    static_method("ulong ToUInt64(decimal d)", |_, a, _| {
        cast::number(&a[0], Number::ULong, true)
    }),
    static_method("float ToSingle(decimal d)", |_, a, _| {
        cast::number(&a[0], Number::Single, true)
    }),
    static_method("decimal Round(decimal d)", |_, a, _| {
        Ok(math::round_decimal(a[0].decimal(), 0, Rounding::ToEven)?.into())
    }),
    static_method("decimal Round(decimal d, int decimals)", |_, a, _| {
        Ok(math::round_decimal(a[0].decimal(), a[1].long(), Rounding::ToEven)?.into())
    }),
    static_method("decimal Round(decimal d, MidpointRounding mode)", |_, a, _| {
        Ok(math::round_decimal(a[0].decimal(), 0, Rounding::from_number(a[1].long())?)?.into())
    }),
    static_method(
        "decimal Round(decimal d, int decimals, MidpointRounding mode)",
        |_, a, _| {
            let mode = Rounding::from_number(a[2].long())?;
            Ok(math::round_decimal(a[0].decimal(), a[1].long(), mode)?.into())
        },
    ),
    static_method("decimal Truncate(decimal d)", |_, a, _| {
        Ok(a[0].decimal().trunc().into())
    }),
    static_method("decimal Floor(decimal d)", |_, a, _| {
        Ok(a[0].decimal().floor().into())
    }),
    static_method("decimal Ceiling(decimal d)", |_, a, _| {
        Ok(a[0].decimal().ceil().into())
    }),
    static_method(
        "decimal Negate(decimal d)",
        |_, a, _| Ok((-a[0].decimal()).into()),
    ),
    static_method("int Compare(decimal d1, decimal d2)", ordered),
    static_method("int ToInt32(decimal d)", |_, a, _| {
        cast::number(&a[0], Number::Int, true)
    }),
    static_method("long ToInt64(decimal d)", |_, a, _| {
        cast::number(&a[0], Number::Long, true)
    }),
    static_method("double ToDouble(decimal d)", |_, a, _| {
        cast::number(&a[0], Number::Double, true)
    }),
    method("string ToString(string format)", format),
    method("string ToString(string format, IFormatProvider provider)", format).not_in_azure(),
    method("string ToString(IFormatProvider provider)", plain).not_in_azure(),
    method("bool Equals(decimal obj)", equal),
    method("int CompareTo(decimal value)", ordered),
    method("int CompareTo(object value)", |cx, a, t| {
        match same_kind(a, "Decimal")? {
            true => ordered(cx, a, t),
            false => Ok(1.into()),
        }
    }),
];

fn styled(a: &[Value]) -> Eval {
    Ok(number::parse_decimal_with(&a[0].str("s")?.as_str(), style(&a[1])?)?.into())
}

fn parts(words: [i32; 3], negative: bool, scale: u32) -> Value {
    let [lo, mid, hi] = words.map(i32::cast_unsigned);
    Decimal::from_parts(lo, mid, hi, negative, scale).into()
}

fn not_four() -> Exception {
    Exception::argument(
        "Decimal byte array constructor requires an array of length four containing valid decimal bytes.",
    )
}

fn operate(op: &str, a: &[Value]) -> Eval {
    match binary::decimal(op) {
        Some(operation) => operation(&a[0], &a[1]),
        None => Err(Exception::not_supported("Specified method is not supported.").into()),
    }
}
