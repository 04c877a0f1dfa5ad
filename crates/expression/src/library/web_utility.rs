//! `System.Net.WebUtility`.

use super::array;
use super::table::{TypeDef, static_class, static_method};
use crate::Value;
use crate::dotnet::web_utility;
use crate::eval::Cx;
use crate::exception::Eval;

pub(crate) static TYPES: &[&TypeDef] = &[&WEB_UTILITY];

/// `System.Net.WebUtility`. Null stays null.
pub(crate) static WEB_UTILITY: TypeDef = static_class("System.Net.WebUtility").members(&[
    static_method("string UrlEncode(string value)", |cx, a, _| {
        mapped(cx, &a[0], web_utility::url_encode)
    }),
    static_method("string UrlDecode(string encodedValue)", |cx, a, _| {
        mapped(cx, &a[0], web_utility::url_decode)
    }),
    static_method("string HtmlEncode(string value)", |cx, a, _| {
        mapped(cx, &a[0], web_utility::html_encode)
    }),
    static_method("string HtmlDecode(string value)", |cx, a, _| {
        mapped(cx, &a[0], web_utility::html_decode)
    }),
    static_method(
        "byte[] UrlEncodeToBytes(byte[] value, int offset, int count)",
        |_, a, _| {
            let bytes = array::bytes(&a[0], "value")?;
            let from = usize::try_from(a[1].int()).unwrap_or(0).min(bytes.len());
            let until = from
                .saturating_add(usize::try_from(a[2].int()).unwrap_or(0))
                .min(bytes.len());
            let text = web_utility::url_encode(&String::from_utf8_lossy(&bytes[from..until]));
            Ok(array::from_bytes(text.as_bytes()))
        },
    ),
    static_method(
        "byte[] UrlDecodeToBytes(byte[] encodedValue, int offset, int count)",
        |_, a, _| {
            let Some(bytes) = array::to_bytes(&a[0]) else {
                return Ok(Value::Null);
            };
            let part = usize::try_from(a[1].int())
                .ok()
                .zip(usize::try_from(a[2].int()).ok())
                .and_then(|(from, count)| bytes.get(from..from.checked_add(count)?));
            match part {
                Some(part) => Ok(array::from_bytes(&web_utility::url_decode_bytes(part))),
                None => {
                    let message = "Specified argument was out of the range of valid values.";
                    Err(crate::Exception::out_of_range(message, "offset").into())
                }
            }
        },
    ),
]);

fn mapped(cx: &mut Cx<'_>, value: &Value, map: fn(&str) -> String) -> Eval {
    let Some(text) = value.str_or_null() else {
        return Ok(Value::Null);
    };
    cx.charge(text.bytes().saturating_mul(3))?;
    Ok(map(&text.as_str()).into())
}
