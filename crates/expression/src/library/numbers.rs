//! `System.Int32` and the other number types. They share their rows but for the type's own name.

use super::compare;
use super::table::{TypeDef, method, static_method, static_property, structure};
use crate::Value;
use crate::dotnet::number::{self, IntType};
use crate::dotnet::number_format;
use crate::dotnet::number_scan::Style;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[
    &SBYTE,
    &BYTE,
    &INT16,
    &UINT16,
    &INT32,
    &UINT32,
    &INT64,
    &UINT64,
    &SINGLE,
    &DOUBLE,
    &NUMBER_STYLES,
];

macro_rules! integer_type {
    ($id:ident, $name:literal, $word:literal, $kind:path, $make:path, $rust:ty, $bases:expr) => {
        #[doc = concat!("`", $name, "`.")]
        pub(crate) static $id: TypeDef = structure($name).bases($bases).members(&[
            static_property(concat!($word, " MaxValue"), |_, _, _| {
                Ok($make(<$rust>::MAX))
            }),
            static_property(concat!($word, " MinValue"), |_, _, _| {
                Ok($make(<$rust>::MIN))
            }),
            static_method(concat!($word, " Parse(string s)"), |_, a, _| {
                Ok($make(
                    number::parse_integer(&a[0].str("s")?.as_str(), &$kind)? as $rust,
                ))
            }),
            static_method(
                concat!($word, " Parse(string s, NumberStyles style)"),
                |_, a, _| {
                    Ok($make(
                        styled(&a[0].str("s")?.as_str(), a[1].long(), &$kind)? as $rust,
                    ))
                },
            )
            .not_in_azure(),
            static_method(
                concat!(
                    $word,
                    " Parse(string s, NumberStyles style, IFormatProvider provider)"
                ),
                |_, a, _| {
                    Ok($make(
                        styled(&a[0].str("s")?.as_str(), a[1].long(), &$kind)? as $rust,
                    ))
                },
            )
            .not_in_azure(),
            static_method(
                concat!($word, " Parse(string s, IFormatProvider provider)"),
                |_, a, _| {
                    Ok($make(
                        number::parse_integer(&a[0].str("s")?.as_str(), &$kind)? as $rust,
                    ))
                },
            )
            .not_in_azure(),
            static_method(
                concat!("bool TryParse(string s, out ", $word, " result)"),
                |_, a, _| {
                    let parsed = a[0]
                        .str_or_null()
                        .and_then(|it| number::parse_integer(&it.as_str(), &$kind).ok());
                    a[1] = $make(parsed.unwrap_or_default() as $rust);
                    Ok(parsed.is_some().into())
                },
            ),
            static_method(
                concat!(
                    "bool TryParse(string s, NumberStyles style, IFormatProvider provider, out ",
                    $word,
                    " result)"
                ),
                |_, a, _| {
                    let parsed = a[0]
                        .str_or_null()
                        .and_then(|it| styled(&it.as_str(), a[1].long(), &$kind).ok());
                    a[3] = $make(parsed.unwrap_or_default() as $rust);
                    Ok(parsed.is_some().into())
                },
            )
            .not_in_azure(),
            method("string ToString(string format)", format),
            method(
                "string ToString(string format, IFormatProvider provider)",
                format,
            )
            .not_in_azure(),
            method("string ToString(IFormatProvider provider)", plain).not_in_azure(),
            method(concat!("bool Equals(", $word, " obj)"), equal),
            method(concat!("int CompareTo(", $word, " value)"), compared),
            method("int CompareTo(object value)", compared),
        ]);
    };
}

integer_type!(
    SBYTE,
    "System.SByte",
    "sbyte",
    number::SBYTE,
    Value::SByte,
    i8,
    &["IComparable", "IComparable<sbyte>", "IEquatable<sbyte>"]
);
integer_type!(
    BYTE,
    "System.Byte",
    "byte",
    number::BYTE,
    Value::Byte,
    u8,
    &["IComparable", "IComparable<byte>", "IEquatable<byte>"]
);
integer_type!(
    INT16,
    "System.Int16",
    "short",
    number::INT16,
    Value::Short,
    i16,
    &["IComparable", "IComparable<short>", "IEquatable<short>"]
);
integer_type!(
    UINT16,
    "System.UInt16",
    "ushort",
    number::UINT16,
    Value::UShort,
    u16,
    &["IComparable", "IComparable<ushort>", "IEquatable<ushort>"]
);
integer_type!(
    INT32,
    "System.Int32",
    "int",
    number::INT32,
    Value::Int,
    i32,
    &["IComparable", "IComparable<int>", "IEquatable<int>"]
);
integer_type!(
    UINT32,
    "System.UInt32",
    "uint",
    number::UINT32,
    Value::UInt,
    u32,
    &["IComparable", "IComparable<uint>", "IEquatable<uint>"]
);
integer_type!(
    INT64,
    "System.Int64",
    "long",
    number::INT64,
    Value::Long,
    i64,
    &["IComparable", "IComparable<long>", "IEquatable<long>"]
);
integer_type!(
    UINT64,
    "System.UInt64",
    "ulong",
    number::UINT64,
    Value::ULong,
    u64,
    &["IComparable", "IComparable<ulong>", "IEquatable<ulong>"]
);

/// `System.Single`.
pub(crate) static SINGLE: TypeDef = structure("System.Single")
    .bases(&["IComparable", "IComparable<float>", "IEquatable<float>"])
    .members(&[
        static_property("float MaxValue", |_, _, _| Ok(Value::Single(f32::MAX))),
        static_property("float MinValue", |_, _, _| Ok(Value::Single(f32::MIN))),
        static_property("float Epsilon", |_, _, _| Ok(Value::Single(f32::from_bits(1)))),
        static_property("float NaN", |_, _, _| Ok(Value::Single(f32::NAN))),
        static_property("float PositiveInfinity", |_, _, _| {
            Ok(Value::Single(f32::INFINITY))
        }),
        static_property("float NegativeInfinity", |_, _, _| {
            Ok(Value::Single(f32::NEG_INFINITY))
        }),
        static_method("bool IsNaN(float f)", |_, a, _| Ok(a[0].double().is_nan().into())),
        static_method("bool IsInfinity(float f)", |_, a, _| {
            Ok(a[0].double().is_infinite().into())
        }),
        static_method("bool IsFinite(float f)", |_, a, _| {
            Ok(a[0].double().is_finite().into())
        }),
        static_method("bool IsNegative(float f)", |_, a, _| {
            Ok(a[0].double().is_sign_negative().into())
        }),
        static_method("bool IsNormal(float f)", |_, a, _| {
            Ok((a[0].double() as f32).is_normal().into())
        }),
        static_method("bool IsSubnormal(float f)", |_, a, _| {
            Ok((a[0].double() as f32).is_subnormal().into())
        }),
        static_method("bool IsPositiveInfinity(float f)", |_, a, _| {
            Ok((a[0].double() == f64::INFINITY).into())
        }),
        static_method("bool IsNegativeInfinity(float f)", |_, a, _| {
            Ok((a[0].double() == f64::NEG_INFINITY).into())
        }),
        static_method("float Parse(string s)", |_, a, _| {
            Ok(Value::Single(
                number::parse_double(&a[0].str("s")?.as_str())? as f32
            ))
        }),
        static_method("float Parse(string s, IFormatProvider provider)", |_, a, _| {
            Ok(Value::Single(
                number::parse_double(&a[0].str("s")?.as_str())? as f32
            ))
        })
        .not_in_azure(),
        static_method("bool TryParse(string s, out float result)", |_, a, _| {
            let parsed = a[0]
                .str_or_null()
                .and_then(|it| number::parse_double(&it.as_str()).ok());
            a[1] = Value::Single(parsed.unwrap_or_default() as f32);
            Ok(parsed.is_some().into())
        }),
        method("string ToString(string format)", format),
        method("string ToString(string format, IFormatProvider provider)", format).not_in_azure(),
        method("string ToString(IFormatProvider provider)", plain).not_in_azure(),
        method("bool Equals(float obj)", equal),
        method("int CompareTo(float value)", ordered),
        method("int CompareTo(object value)", |cx, a, t| {
            match same_kind(a, "Single")? {
                true => ordered(cx, a, t),
                false => Ok(1.into()),
            }
        }),
    ]);

/// `System.Double`.
pub(crate) static DOUBLE: TypeDef = structure("System.Double")
    .bases(&["IComparable", "IComparable<double>", "IEquatable<double>"])
    .members(&[
        static_property("double MaxValue", |_, _, _| Ok(f64::MAX.into())),
        static_property("double MinValue", |_, _, _| Ok(f64::MIN.into())),
        static_property("double Epsilon", |_, _, _| Ok(f64::from_bits(1).into())),
        static_property("double NaN", |_, _, _| Ok(f64::NAN.into())),
        static_property("double PositiveInfinity", |_, _, _| Ok(f64::INFINITY.into())),
        static_property("double NegativeInfinity", |_, _, _| Ok(f64::NEG_INFINITY.into())),
        static_method("bool IsNaN(double d)", |_, a, _| {
            Ok(a[0].double().is_nan().into())
        }),
        static_method("bool IsInfinity(double d)", |_, a, _| {
            Ok(a[0].double().is_infinite().into())
        }),
        static_method("bool IsPositiveInfinity(double d)", |_, a, _| {
            Ok((a[0].double() == f64::INFINITY).into())
        }),
        static_method("bool IsNegativeInfinity(double d)", |_, a, _| {
            Ok((a[0].double() == f64::NEG_INFINITY).into())
        }),
        static_method("bool IsFinite(double d)", |_, a, _| {
            Ok(a[0].double().is_finite().into())
        }),
        static_method("bool IsNegative(double d)", |_, a, _| {
            Ok(a[0].double().is_sign_negative().into())
        }),
        static_method("bool IsNormal(double d)", |_, a, _| {
            Ok(a[0].double().is_normal().into())
        }),
        static_method("bool IsSubnormal(double d)", |_, a, _| {
            Ok(a[0].double().is_subnormal().into())
        }),
        static_method("double Parse(string s)", |_, a, _| {
            Ok(number::parse_double(&a[0].str("s")?.as_str())?.into())
        }),
        static_method("double Parse(string s, IFormatProvider provider)", |_, a, _| {
            Ok(number::parse_double(&a[0].str("s")?.as_str())?.into())
        })
        .not_in_azure(),
        static_method("double Parse(string s, NumberStyles style)", |_, a, _| {
            styled_double(a)
        })
        .not_in_azure(),
        static_method(
            "double Parse(string s, NumberStyles style, IFormatProvider provider)",
            |_, a, _| styled_double(a),
        )
        .not_in_azure(),
        static_method("bool TryParse(string s, out double result)", |_, a, _| {
            try_double(a, Style::FLOAT, 1)
        }),
        static_method(
            "bool TryParse(string s, NumberStyles style, IFormatProvider provider, out double result)",
            |_, a, _| try_double(a, style(&a[1])?, 3),
        )
        .not_in_azure(),
        method("string ToString(string format)", format),
        method("string ToString(string format, IFormatProvider provider)", format).not_in_azure(),
        method("string ToString(IFormatProvider provider)", plain).not_in_azure(),
        method("bool Equals(double obj)", equal),
        method("int CompareTo(double value)", ordered),
        method("int CompareTo(object value)", |cx, a, t| {
            match same_kind(a, "Double")? {
                true => ordered(cx, a, t),
                false => Ok(1.into()),
            }
        }),
    ]);

/// `System.Globalization.NumberStyles`.
pub(crate) static NUMBER_STYLES: TypeDef = super::table::enumeration(
    "System.Globalization.NumberStyles",
    &[
        ("None", 0),
        ("AllowLeadingWhite", 1),
        ("AllowTrailingWhite", 2),
        ("AllowLeadingSign", 4),
        ("Integer", 7),
        ("AllowTrailingSign", 8),
        ("AllowParentheses", 16),
        ("AllowDecimalPoint", 32),
        ("AllowThousands", 64),
        ("Number", 111),
        ("AllowExponent", 128),
        ("Float", 167),
        ("AllowCurrencySymbol", 256),
        ("Currency", 383),
        ("Any", 511),
        ("AllowHexSpecifier", 512),
        ("HexNumber", 515),
    ],
)
.flags()
.not_in_azure();

/// Null comes before every number; what is of another type cannot be compared.
pub(super) fn same_kind(a: &[Value], name: &str) -> Eval<bool> {
    match (&a[1], a[0].ty() == a[1].ty()) {
        (Value::Null, _) => Ok(false),
        (_, true) => Ok(true),
        _ => Err(crate::Exception::argument(format!("Object must be of type {name}.")).into()),
    }
}

fn styled(text: &str, style: i64, kind: &IntType) -> Result<i128, crate::dotnet::DotnetError> {
    number::parse_integer_with(text, Style(style), kind)
}

/// A style without hexadecimal digits, which only whole numbers have.
pub(super) fn style(value: &Value) -> Result<Style, Exception> {
    let style = Style(value.long());
    match style.has(Style::HEX) {
        true => Err(Exception::argument(
            "The number style AllowHexSpecifier is not supported on floating point data types.",
        )),
        false => Ok(style),
    }
}

fn styled_double(a: &[Value]) -> Eval {
    Ok(number::parse_double_with(&a[0].str("s")?.as_str(), style(&a[1])?)?.into())
}

fn try_double(a: &mut [Value], style: Style, out: usize) -> Eval {
    let parsed = a[0]
        .str_or_null()
        .and_then(|it| number::parse_double_with(&it.as_str(), style).ok());
    a[out] = parsed.unwrap_or_default().into();
    Ok(parsed.is_some().into())
}

pub(super) fn format(_: &mut Cx<'_>, a: &mut [Value], _: &[Type]) -> Eval {
    let format = a[1]
        .str_or_null()
        .map(|it| it.as_str().into_owned())
        .unwrap_or_default();
    match a[0].number() {
        Some(number) => Ok(number_format::format(number, &format)?.into()),
        None => Ok(a[0].text().into()),
    }
}

pub(super) fn plain(_: &mut Cx<'_>, a: &mut [Value], _: &[Type]) -> Eval {
    Ok(a[0].text().into())
}

pub(super) fn equal(_: &mut Cx<'_>, a: &mut [Value], _: &[Type]) -> Eval {
    Ok(compare::equals(&a[0], &a[1]).into())
}

pub(super) fn ordered(_: &mut Cx<'_>, a: &mut [Value], _: &[Type]) -> Eval {
    Ok((compare::order(&a[0], &a[1])? as i32).into())
}

// The small types give the difference, the others only the order.
fn compared(cx: &mut Cx<'_>, a: &mut [Value], t: &[Type]) -> Eval {
    match (a[0].integer(), a[1].integer()) {
        (Some(one), Some(other))
            if matches!(
                a[0],
                Value::Byte(_) | Value::SByte(_) | Value::Short(_) | Value::UShort(_)
            ) =>
        {
            Ok(Value::Int((one - other) as i32))
        }
        _ => ordered(cx, a, t),
    }
}
