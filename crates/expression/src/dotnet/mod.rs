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
pub(crate) mod number_scan;
pub(crate) mod strings;

pub(crate) mod calendar;
pub(crate) mod datetime;
pub(crate) mod datetime_exact;
pub(crate) mod datetime_format;
pub(crate) mod datetime_offset;
pub(crate) mod datetime_parse;
pub(crate) mod timespan;
pub(crate) mod timespan_exact; // ParseExact
pub(crate) mod timezone;
mod timezone_history; // rules of a zone of the database
pub(crate) mod timezone_ids;
pub(crate) mod timezone_rules; // AdjustmentRule, TransitionTime
pub(crate) mod timezone_text; // zones as text

pub(crate) mod base64;
pub(crate) mod crypto;
pub(crate) mod encoding;
pub(crate) mod guid;
pub(crate) mod ip_address;
pub(crate) mod random;
pub(crate) mod uri;
pub(crate) mod uri_escape;
mod utf7; // Encoding.UTF7
pub(crate) mod web_utility;

pub(crate) mod json;
pub(crate) mod regex;
pub(crate) mod xml;

pub(crate) use error::DotnetError;

/// What a caller attached to a node of a tree; only the caller knows what it is.
pub(crate) type Annotation = std::sync::Arc<dyn std::any::Any + Send + Sync>;
