//! What .NET does with dates and encodings, for policies that transform bodies.

use crate::dotnet::datetime::DateTime;
use crate::dotnet::datetime_format;
use crate::dotnet::datetime_parse;
use crate::dotnet::json::date_of;
use crate::dotnet::web_utility;
use crate::library::date_time;
use crate::{Exception, Value};
use clock::Moment;

/// The `DateTime` that Json.NET sees in a string of JSON, if it sees one.
pub fn json_date(text: &str) -> Option<Value> {
    date_of(text).map(date_time::value)
}

/// `DateTime.Parse`, if the text is a date. `now` fills in what the text leaves out.
pub fn parse_date(text: &str, now: Moment) -> Option<Value> {
    let date = datetime_parse::parse(text, DateTime::from_moment(now), 0).ok()?;
    Some(date_time::value(date))
}

/// `DateTime.UtcNow` at a moment.
pub fn date(moment: Moment) -> Value {
    date_time::value(DateTime::from_moment(moment))
}

/// `date.ToString(format)`; an empty format is the general one.
pub fn format_date(date: &Value, format: &str) -> Result<String, Exception> {
    let date = date_time::it(date)?;
    Ok(datetime_format::format(
        date,
        format,
        datetime_format::Culture::EnUs,
    )?)
}

/// `WebUtility.UrlEncode`.
pub fn url_encode(text: &str) -> String {
    web_utility::url_encode(text)
}

/// `WebUtility.UrlDecode`.
pub fn url_decode(text: &str) -> String {
    web_utility::url_decode(text)
}

/// `WebUtility.HtmlEncode`.
pub fn html_encode(text: &str) -> String {
    web_utility::html_encode(text)
}
