//! Casts of elements and attributes: the text inside, read as XML spells values.

use super::of;
use crate::Value;
use crate::dotnet::datetime::{DateTime, Kind};
use crate::dotnet::{datetime_parse, number, xml};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::library::{date_time, date_time_offset, guid, time_span};
use crate::types::Type;

/// The rows of a class that can be cast, and the casts behind them: `with_casts!("XElement element"; rows)`.
macro_rules! with_casts {
    ($source:literal; $($row:expr),* $(,)?) => {
        &[
            $($row,)*
            with_casts!(@row "string", $source, crate::types::Type::String),
            with_casts!(@row "bool", $source, crate::types::Type::Bool),
            with_casts!(@row "bool?", $source, crate::types::Type::Bool),
            with_casts!(@row "int", $source, crate::types::Type::Int),
            with_casts!(@row "int?", $source, crate::types::Type::Int),
            with_casts!(@row "uint", $source, crate::types::Type::UInt),
            with_casts!(@row "uint?", $source, crate::types::Type::UInt),
            with_casts!(@row "long", $source, crate::types::Type::Long),
            with_casts!(@row "long?", $source, crate::types::Type::Long),
            with_casts!(@row "ulong", $source, crate::types::Type::ULong),
            with_casts!(@row "ulong?", $source, crate::types::Type::ULong),
            with_casts!(@row "float", $source, crate::types::Type::Single),
            with_casts!(@row "float?", $source, crate::types::Type::Single),
            with_casts!(@row "double", $source, crate::types::Type::Double),
            with_casts!(@row "double?", $source, crate::types::Type::Double),
            with_casts!(@row "decimal", $source, crate::types::Type::Decimal),
            with_casts!(@row "decimal?", $source, crate::types::Type::Decimal),
            with_casts!(@row "DateTime", $source, crate::types::Type::class(&crate::library::date_time::DATE_TIME)),
            with_casts!(@row "DateTime?", $source, crate::types::Type::class(&crate::library::date_time::DATE_TIME)),
            with_casts!(@row "DateTimeOffset", $source, crate::types::Type::class(&crate::library::date_time_offset::DATE_TIME_OFFSET)),
            with_casts!(@row "DateTimeOffset?", $source, crate::types::Type::class(&crate::library::date_time_offset::DATE_TIME_OFFSET)),
            with_casts!(@row "TimeSpan", $source, crate::types::Type::class(&crate::library::time_span::TIME_SPAN)),
            with_casts!(@row "TimeSpan?", $source, crate::types::Type::class(&crate::library::time_span::TIME_SPAN)),
            with_casts!(@row "Guid", $source, crate::types::Type::class(&crate::library::guid::GUID)),
            with_casts!(@row "Guid?", $source, crate::types::Type::class(&crate::library::guid::GUID)),
        ]
    };
    (@row $to:literal, $source:literal, $ty:expr) => {
        crate::library::table::explicit(concat!($to, " (", $source, ")"), |cx, a, _| {
            crate::library::linq_xml::casts::cast(cx, &a[0], &$ty, $to == "string" || $to.ends_with('?'), $source)
        })
    };
}
pub(super) use with_casts;

/// The value of a node as a type. `source` is the parameter, such as `XElement element`.
pub(super) fn cast(cx: &mut Cx<'_>, value: &Value, ty: &Type, takes_null: bool, source: &str) -> Eval {
    let Some(node) = of(value) else {
        let parameter = source.rsplit(' ').next().unwrap_or_default();
        return match takes_null {
            true => Ok(Value::Null),
            false => Err(Exception::argument_null(parameter).into()),
        };
    };
    let text = node.value();
    let integer = |kind: &number::IntType| number::parse_integer(text.trim(), kind);
    Ok(match ty {
        Type::String => text.into(),
        Type::Bool => xml::boolean(&text)?.into(),
        Type::Int => Value::Int(integer(&number::INT32)? as i32),
        Type::UInt => Value::UInt(integer(&number::UINT32)? as u32),
        Type::Long => Value::Long(integer(&number::INT64)? as i64),
        Type::ULong => Value::ULong(integer(&number::UINT64)? as u64),
        Type::Single => Value::Single(xml::double(&text)? as f32),
        Type::Double => xml::double(&text)?.into(),
        Type::Decimal => xml::decimal(&text)?.into(),
        it if it.is(&date_time::DATE_TIME) => date_time::value(date(cx, &text)?),
        it if it.is(&date_time_offset::DATE_TIME_OFFSET) => {
            let today = date_time::now(cx).date();
            date_time_offset::value(datetime_parse::parse_offset(&text, today, 0)?)
        }
        it if it.is(&time_span::TIME_SPAN) => time_span::value(xml::duration(&text)?),
        _ => guid::value(crate::dotnet::guid::parse(text.trim())?),
    })
}

// `DateTimeStyles.RoundtripKind`: `Z` stays UTC.
fn date(cx: &mut Cx<'_>, text: &str) -> Eval<DateTime> {
    const ROUNDTRIP_KIND: i64 = 128;
    let today = date_time::now(cx).date().with_kind(Kind::Unspecified);
    Ok(datetime_parse::parse(text, today, ROUNDTRIP_KIND)?)
}
