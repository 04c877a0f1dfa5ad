//! Casts of tokens: `(int)token`, `(string)token`, ..., by way of `Convert` and in the invariant culture.

use super::super::convert;
use super::super::datetime::{DateTime, Kind};
use super::super::datetime_format::Culture;
use super::super::datetime_offset::DateTimeOffset;
use super::super::error::{DotnetError, Result};
use super::super::number::{self, IntType};
use super::super::{base64, datetime_parse, guid, timespan};
use super::scalar::Scalar;
use super::token::JToken;
use rust_decimal::Decimal;
use std::sync::Arc;
use uuid::Uuid;

/// Whether a cast to a nullable type gives null.
pub(crate) fn is_null(token: &JToken) -> bool {
    value_of(token).is_some_and(|it| it.is_null())
}

/// `(string)token`: null for a null token.
pub(crate) fn to_text(token: &JToken) -> Result<Option<Arc<str>>> {
    match value_of(token) {
        None => Err(cannot(token, "String")),
        Some(Scalar::Null) => Ok(None),
        Some(Scalar::Undefined) => Err(cannot(token, "String")),
        Some(Scalar::String(text) | Scalar::Uri(text) | Scalar::Raw(text) | Scalar::Comment(text)) => {
            Ok(Some(text))
        }
        Some(Scalar::Bytes(bytes)) => Ok(Some(Scalar::base64(&bytes).into())),
        Some(other) => Ok(Some(other.text(Culture::Invariant).into())),
    }
}

/// `(int)token` and its like; `target` is the name in the message, such as `Int32`.
pub(crate) fn to_integer(token: &JToken, kind: &IntType, target: &str) -> Result<i128> {
    match value_of(token) {
        Some(Scalar::Integer(it)) => kind.check(i128::from(it)),
        Some(Scalar::BigInteger(it)) => it
            .parse::<i128>()
            .map_err(|_| DotnetError::too_large(kind.article_name))
            .and_then(|it| kind.check(it)),
        Some(Scalar::Float(it)) => convert::integer_from_double(it, kind),
        Some(Scalar::Decimal(it)) => convert::integer_from_decimal(it, kind),
        Some(Scalar::Boolean(it)) => Ok(i128::from(it)),
        Some(Scalar::String(it) | Scalar::Raw(it) | Scalar::Comment(it)) => number::parse_integer(&it, kind),
        _ => Err(cannot(token, target)),
    }
}

/// `(double)token`.
pub(crate) fn to_double(token: &JToken, target: &str) -> Result<f64> {
    match value_of(token) {
        Some(Scalar::Integer(it)) => Ok(it as f64),
        Some(Scalar::BigInteger(it)) => Ok(it.parse().unwrap_or(f64::INFINITY)),
        Some(Scalar::Float(it)) => Ok(it),
        Some(Scalar::Decimal(it)) => Ok(convert::double_from_decimal(it)),
        Some(Scalar::Boolean(it)) => Ok(f64::from(u8::from(it))),
        Some(Scalar::String(it) | Scalar::Raw(it) | Scalar::Comment(it)) => number::parse_double(&it),
        _ => Err(cannot(token, target)),
    }
}

/// `(decimal)token`.
pub(crate) fn to_decimal(token: &JToken) -> Result<Decimal> {
    match value_of(token) {
        Some(Scalar::Integer(it)) => Ok(Decimal::from(it)),
        Some(Scalar::BigInteger(it)) => it.parse().map_err(|_| DotnetError::too_large("a Decimal")),
        Some(Scalar::Float(it)) => convert::decimal_from_double(it),
        Some(Scalar::Decimal(it)) => Ok(it),
        Some(Scalar::Boolean(it)) => Ok(Decimal::from(u8::from(it))),
        Some(Scalar::String(it) | Scalar::Raw(it) | Scalar::Comment(it)) => number::parse_decimal(&it),
        _ => Err(cannot(token, "Decimal")),
    }
}

/// `(bool)token`.
pub(crate) fn to_bool(token: &JToken) -> Result<bool> {
    match value_of(token) {
        Some(Scalar::Boolean(it)) => Ok(it),
        Some(Scalar::Integer(it)) => Ok(it != 0),
        Some(Scalar::BigInteger(_)) => Ok(true),
        Some(Scalar::Float(it)) => Ok(it != 0.0),
        Some(Scalar::Decimal(it)) => Ok(!it.is_zero()),
        Some(Scalar::String(it) | Scalar::Raw(it) | Scalar::Comment(it)) => number::parse_bool(&it),
        _ => Err(cannot(token, "Boolean")),
    }
}

/// `(char)token`.
pub(crate) fn to_char(token: &JToken) -> Result<u16> {
    match value_of(token) {
        Some(Scalar::Integer(it)) => convert::char_from_integer(it),
        Some(Scalar::Float(_) | Scalar::Decimal(_)) => {
            Err(DotnetError::invalid_cast("Invalid cast from 'Double' to 'Char'."))
        }
        Some(Scalar::String(it) | Scalar::Raw(it) | Scalar::Comment(it)) => number::parse_char(&it),
        _ => Err(cannot(token, "Char")),
    }
}

/// `(DateTime)token`.
pub(crate) fn to_date(token: &JToken, today: DateTime) -> Result<DateTime> {
    match value_of(token) {
        Some(Scalar::Date(it)) => Ok(it),
        Some(Scalar::DateOffset(it)) => Ok(it.local),
        Some(Scalar::String(it) | Scalar::Raw(it) | Scalar::Comment(it)) => {
            datetime_parse::parse(&it, today, 0)
        }
        _ => Err(cannot(token, "DateTime")),
    }
}

/// `(DateTimeOffset)token`.
pub(crate) fn to_date_offset(token: &JToken, today: DateTime) -> Result<DateTimeOffset> {
    match value_of(token) {
        Some(Scalar::Date(it)) => Ok(DateTimeOffset::from_date(it.with_kind(Kind::Utc))),
        Some(Scalar::DateOffset(it)) => Ok(it),
        Some(Scalar::String(it) | Scalar::Raw(it) | Scalar::Comment(it)) => {
            datetime_parse::parse_offset(&it, today, 0)
        }
        _ => Err(cannot(token, "DateTimeOffset")),
    }
}

/// `(Guid)token`.
pub(crate) fn to_guid(token: &JToken) -> Result<Uuid> {
    match value_of(token) {
        Some(Scalar::Guid(it)) => Ok(it),
        Some(Scalar::Bytes(it)) => guid::from_bytes(&it),
        Some(Scalar::String(it) | Scalar::Raw(it) | Scalar::Comment(it)) => guid::parse(&it),
        _ => Err(cannot(token, "Guid")),
    }
}

/// `(TimeSpan)token`, in ticks.
pub(crate) fn to_timespan(token: &JToken) -> Result<i64> {
    match value_of(token) {
        Some(Scalar::TimeSpan(it)) => Ok(it),
        Some(Scalar::String(it) | Scalar::Raw(it) | Scalar::Comment(it)) => timespan::parse(&it),
        _ => Err(cannot(token, "TimeSpan")),
    }
}

/// `(byte[])token`; null for a null token.
pub(crate) fn to_bytes(token: &JToken) -> Result<Option<Arc<[u8]>>> {
    match value_of(token) {
        Some(Scalar::Null) => Ok(None),
        Some(Scalar::Bytes(it)) => Ok(Some(it)),
        Some(Scalar::String(it) | Scalar::Raw(it) | Scalar::Comment(it)) => {
            Ok(Some(base64::decode(&it)?.into()))
        }
        _ => Err(cannot(token, "byte array")),
    }
}

/// The text of `(Uri)token`; null for a null token.
pub(crate) fn to_uri(token: &JToken) -> Result<Option<Arc<str>>> {
    match value_of(token) {
        Some(Scalar::Null) => Ok(None),
        Some(Scalar::Uri(it) | Scalar::String(it) | Scalar::Raw(it) | Scalar::Comment(it)) => Ok(Some(it)),
        _ => Err(cannot(token, "Uri")),
    }
}

/// The value of a `JValue`, or of the property that holds one.
fn value_of(token: &JToken) -> Option<Scalar> {
    token.scalar().or_else(|| token.property_value()?.scalar())
}

fn cannot(token: &JToken, target: &str) -> DotnetError {
    let kind = token.property_value().unwrap_or_else(|| token.clone()).kind();
    DotnetError::argument(format!("Can not convert {} to {target}.", kind.name()))
}

#[cfg(test)]
mod tests {
    use super::super::super::number::INT32;
    use super::super::{ParseOptions, Root, parse};
    use super::*;

    fn read(text: &str) -> JToken {
        parse(text, Root::Any, &ParseOptions::default()).unwrap()
    }

    #[test]
    fn casts_convert() {
        let int = |text| to_integer(&read(text), &INT32, "Int32");
        assert_eq!(int("'5'"), Ok(5));
        assert_eq!(int("1.5"), Ok(2));
        assert_eq!(int("2.5"), Ok(2));
        assert_eq!(int("true"), Ok(1));
        assert_eq!(int("null").unwrap_err().message, "Can not convert Null to Int32.");
        assert_eq!(int("{}").unwrap_err().message, "Can not convert Object to Int32.");
        assert_eq!(int("'x'").unwrap_err().type_name, "System.FormatException");
        assert_eq!(
            int("12345678901234567890123").unwrap_err().type_name,
            "System.OverflowException"
        );
        assert_eq!(to_bool(&read("'true'")), Ok(true));
        let text = |text| to_text(&read(text)).unwrap().unwrap_or("null".into()).to_string();
        assert_eq!(text("1"), "1");
        assert_eq!(text("true"), "True");
        assert_eq!(text("1.0"), "1");
        assert_eq!(text("null"), "null");
        assert_eq!(text("'2024-03-05T07:08:09Z'"), "03/05/2024 07:08:09");
        assert_eq!(
            to_text(&read("{}")).unwrap_err().message,
            "Can not convert Object to String."
        );
        assert_eq!(
            to_text(&read("[]")).unwrap_err().message,
            "Can not convert Array to String."
        );
        let property = read("{a:7}").property_named("a").unwrap();
        assert_eq!(to_integer(&property, &INT32, "Int32"), Ok(7));
    }
}
