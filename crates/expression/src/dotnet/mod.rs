//! Behaviour of .NET's base library and of Json.NET as plain functions: text, numbers and ticks in, the same out.
//!
//! Nothing here knows expressions, values or member tables; `library` puts rows over it. The culture is en-US
//! and the host's zone is UTC, as on a gateway. A failure is a [`DotnetError`]: the .NET exception that the
//! same call would throw.

pub(crate) mod error; // the exceptions, by name and message

pub(crate) mod bits;
pub(crate) mod composite;
pub(crate) mod convert;
pub(crate) mod math;
pub(crate) mod number;
pub(crate) mod number_buffer;
pub(crate) mod number_custom;
pub(crate) mod number_format;
pub(crate) mod strings;

pub(crate) mod calendar;
pub(crate) mod datetime;
pub(crate) mod datetime_exact;
pub(crate) mod datetime_format;
pub(crate) mod datetime_offset;
pub(crate) mod datetime_parse;
pub(crate) mod timespan;
pub(crate) mod timezone;
pub(crate) mod timezone_ids;

pub(crate) mod base64;
pub(crate) mod encoding;
pub(crate) mod guid;
pub(crate) mod hash;
pub(crate) mod ip_address;
pub(crate) mod random;
pub(crate) mod uri;
pub(crate) mod uri_escape;
pub(crate) mod web_utility;

pub(crate) mod json;
pub(crate) mod regex;

pub(crate) use error::DotnetError;
