//! What a `JValue` holds.

use super::super::datetime::DateTime;
use super::super::datetime_format::{self, Culture};
use super::super::datetime_offset::DateTimeOffset;
use super::super::number_buffer::{decimal_text, double_text};
use super::super::{base64, timespan};
use super::token_type::TokenType;
use rust_decimal::Decimal;
use std::sync::Arc;
use uuid::Uuid;

/// The value of a `JValue`, of a `JRaw` or of a comment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Undefined,
    Boolean(bool),
    Integer(i64),
    /// Digits beyond `long`, with a `-` where negative.
    BigInteger(Arc<str>),
    Float(f64),
    Decimal(Decimal),
    String(Arc<str>),
    Date(DateTime),
    DateOffset(DateTimeOffset),
    Bytes(Arc<[u8]>),
    Guid(Uuid),
    Uri(Arc<str>),
    TimeSpan(i64),
    Raw(Arc<str>),
    Comment(Arc<str>),
}

impl Scalar {
    /// `JToken.Type`.
    pub(crate) fn kind(&self) -> TokenType {
        match self {
            Scalar::Null => TokenType::Null,
            Scalar::Undefined => TokenType::Undefined,
            Scalar::Boolean(_) => TokenType::Boolean,
            Scalar::Integer(_) | Scalar::BigInteger(_) => TokenType::Integer,
            Scalar::Float(_) | Scalar::Decimal(_) => TokenType::Float,
            Scalar::String(_) => TokenType::String,
            Scalar::Date(_) | Scalar::DateOffset(_) => TokenType::Date,
            Scalar::Bytes(_) => TokenType::Bytes,
            Scalar::Guid(_) => TokenType::Guid,
            Scalar::Uri(_) => TokenType::Uri,
            Scalar::TimeSpan(_) => TokenType::TimeSpan,
            Scalar::Raw(_) => TokenType::Raw,
            Scalar::Comment(_) => TokenType::Comment,
        }
    }

    /// `Convert.ToString(value, culture)`; null is empty.
    pub(crate) fn text(&self, culture: Culture) -> String {
        match self {
            Scalar::Null | Scalar::Undefined => String::new(),
            Scalar::Boolean(it) => if *it { "True" } else { "False" }.to_owned(),
            Scalar::Integer(it) => it.to_string(),
            Scalar::Float(it) => double_text(*it),
            Scalar::Decimal(it) => decimal_text(*it),
            Scalar::Date(it) => datetime_format::format(*it, "", culture).unwrap_or_default(),
            Scalar::DateOffset(it) => datetime_format::format_offset(*it, "", culture).unwrap_or_default(),
            // `JValue.ToString()` of bytes is the type's name; only `(string)` gives base 64.
            Scalar::Bytes(_) => "System.Byte[]".to_owned(),
            Scalar::Guid(it) => it.hyphenated().to_string(),
            Scalar::TimeSpan(it) => timespan::format(*it, "").unwrap_or_default(),
            Scalar::BigInteger(it)
            | Scalar::String(it)
            | Scalar::Uri(it)
            | Scalar::Raw(it)
            | Scalar::Comment(it) => it.to_string(),
        }
    }

    /// The base 64 of bytes.
    pub(crate) fn base64(bytes: &[u8]) -> String {
        base64::encode(bytes, false)
    }

    /// Whether it is null or undefined.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Scalar::Null | Scalar::Undefined)
    }

    /// Name of the .NET type of the value, for messages.
    pub(crate) fn clr_name(&self) -> &'static str {
        match self {
            Scalar::Null | Scalar::Undefined => "System.Object",
            Scalar::Boolean(_) => "System.Boolean",
            Scalar::Integer(_) => "System.Int64",
            Scalar::BigInteger(_) => "System.Numerics.BigInteger",
            Scalar::Float(_) => "System.Double",
            Scalar::Decimal(_) => "System.Decimal",
            Scalar::Date(_) => "System.DateTime",
            Scalar::DateOffset(_) => "System.DateTimeOffset",
            Scalar::Bytes(_) => "System.Byte[]",
            Scalar::Guid(_) => "System.Guid",
            Scalar::Uri(_) => "System.Uri",
            Scalar::TimeSpan(_) => "System.TimeSpan",
            Scalar::String(_) | Scalar::Raw(_) | Scalar::Comment(_) => "System.String",
        }
    }
}
