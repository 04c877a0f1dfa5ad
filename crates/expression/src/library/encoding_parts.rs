//! `System.Text.Encoding`: parts of texts and arrays, sizes and properties.

use super::encoding::{bytes, it, text, value};
use super::string_builder::slice;
use super::table::{Member, method, property, static_method, static_property};
use super::{array, string_parts};
use crate::Value;
use crate::dotnet::encoding::Encoding;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::text::Text;
use crate::types::Type;

pub(super) static MEMBERS: &[Member] = &[
    static_property("Encoding UTF7", |_, _, _| Ok(value(Encoding::Utf7))),
    static_method(
        "byte[] Convert(Encoding srcEncoding, Encoding dstEncoding, byte[] bytes, int index, int count)",
        |_, a, _| {
            let text = it(&a[0])?.text(&part(&a[2], a[3].int(), a[4].int())?);
            Ok(array::from_bytes(&it(&a[1])?.bytes(&text)))
        },
    ),
    method(
        "byte[] GetBytes(char[] chars, int index, int count)",
        |cx, a, _| {
            a[1] = chars(&a[1], a[2].int(), a[3].int())?.into();
            bytes(cx, a)
        },
    ),
    method("byte[] GetBytes(string s, int index, int count)", |cx, a, _| {
        a[1] = within(a[1].str("s")?, a[2].int(), a[3].int())?.into();
        bytes(cx, a)
    }),
    method(
        "int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex)",
        |cx, a, _| {
            a[1] = chars(&a[1], a[2].int(), a[3].int())?.into();
            let made = bytes(cx, a)?;
            put(
                array::items(&made),
                &a[4],
                a[5].long(),
                &too_small(it(&a[0])?, true),
            )
        },
    ),
    method(
        "int GetBytes(string s, int charIndex, int charCount, byte[] bytes, int byteIndex)",
        |cx, a, _| {
            a[1] = within(a[1].str("s")?, a[2].int(), a[3].int())?.into();
            let made = bytes(cx, a)?;
            put(
                array::items(&made),
                &a[4],
                a[5].long(),
                &too_small(it(&a[0])?, true),
            )
        },
    ),
    method(
        "char[] GetChars(byte[] bytes, int index, int count)",
        |cx, a, _| {
            let part = part(&a[1], a[2].int(), a[3].int())?;
            let units = decoded(cx, &a[0], &part)?;
            Ok(array::new(Type::Char, units))
        },
    ),
    method(
        "int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)",
        |cx, a, _| {
            let part = part(&a[1], a[2].int(), a[3].int())?;
            let units = decoded(cx, &a[0], &part)?;
            put(units, &a[4], a[5].long(), &too_small(it(&a[0])?, false))
        },
    ),
    method("int GetByteCount(char[] chars)", |_, a, _| {
        let text = Text::from_units(&string_parts::units(&a[1]));
        Ok((it(&a[0])?.bytes(&text.as_str()).len() as i32).into())
    }),
    method(
        "int GetByteCount(char[] chars, int index, int count)",
        |_, a, _| {
            let text = chars(&a[1], a[2].int(), a[3].int())?;
            Ok((it(&a[0])?.bytes(&text.as_str()).len() as i32).into())
        },
    ),
    method("int GetByteCount(string s, int index, int count)", |_, a, _| {
        let text = within(a[1].str("s")?, a[2].int(), a[3].int())?;
        Ok((it(&a[0])?.bytes(&text.as_str()).len() as i32).into())
    }),
    method(
        "int GetCharCount(byte[] bytes, int index, int count)",
        |_, a, _| {
            let text = it(&a[0])?.text(&part(&a[1], a[2].int(), a[3].int())?);
            Ok((text.encode_utf16().count() as i32).into())
        },
    ),
    method("int GetMaxByteCount(int charCount)", |_, a, _| {
        Ok(it(&a[0])?.max_bytes(count(&a[1], "charCount")?).into())
    }),
    method("int GetMaxCharCount(int byteCount)", |_, a, _| {
        Ok(it(&a[0])?.max_chars(count(&a[1], "byteCount")?).into())
    }),
    method("bool IsAlwaysNormalized()", |_, _, _| Ok(false.into())),
    method("object Clone()", |_, a, _| Ok(value(it(&a[0])?))),
    property("bool IsReadOnly", |_, _, _| Ok(true.into())),
    property("bool IsSingleByte", |_, a, _| {
        Ok(matches!(it(&a[0])?, Encoding::Ascii | Encoding::Latin1).into())
    }),
    property("bool IsBrowserDisplay", |_, a, _| {
        Ok(matches!(it(&a[0])?, Encoding::Utf8 | Encoding::Latin1).into())
    }),
    property("bool IsBrowserSave", |_, a, _| {
        Ok(matches!(it(&a[0])?, Encoding::Utf8 | Encoding::Latin1 | Encoding::Unicode).into())
    }),
    property(
        "bool IsMailNewsDisplay",
        |_, a, _| Ok(for_mail(it(&a[0])?).into()),
    ),
    property("bool IsMailNewsSave", |_, a, _| Ok(for_mail(it(&a[0])?).into())),
    property("int WindowsCodePage", |_, a, _| {
        Ok(match it(&a[0])? {
            Encoding::Ascii | Encoding::Latin1 => 1252,
            _ => 1200,
        }
        .into())
    }),
];

fn within(text: &Text, index: i32, count: i32) -> Result<Text, Exception> {
    slice(text, index, count).map_err(|_| {
        let message = "Index and count must refer to a location within the string.";
        Exception::out_of_range(message, "index")
    })
}

fn for_mail(encoding: Encoding) -> bool {
    matches!(
        encoding,
        Encoding::Utf8 | Encoding::Ascii | Encoding::Latin1 | Encoding::Utf7
    )
}

fn count(value: &Value, name: &str) -> Result<i32, Exception> {
    match value.int() {
        count if count >= 0 => Ok(count),
        _ => Err(Exception::out_of_range("Non-negative number required.", name)),
    }
}

fn part(bytes: &Value, index: i32, count: i32) -> Result<Vec<u8>, Exception> {
    let bytes = array::bytes(bytes, "bytes")?;
    let range = usize::try_from(index).ok().zip(usize::try_from(count).ok());
    let part = range.and_then(|(from, count)| bytes.get(from..from.checked_add(count)?));
    part.map(<[u8]>::to_vec).ok_or_else(|| {
        let message = "Index and count must refer to a location within the buffer.";
        Exception::out_of_range(message, "bytes")
    })
}

fn chars(value: &Value, index: i32, count: i32) -> Result<Text, Exception> {
    if value.is_null() {
        return Err(Exception::argument_null("chars"));
    }
    slice(&Text::from_units(&string_parts::units(value)), index, count)
}

fn decoded(cx: &mut Cx<'_>, encoding: &Value, bytes: &[u8]) -> Eval<Vec<Value>> {
    let text = text(cx, it(encoding)?, bytes)?.it();
    cx.charge_values(text.len())?;
    Ok(text.units().iter().map(|it| Value::Char(*it)).collect())
}

fn too_small(encoding: Encoding, bytes: bool) -> String {
    let name = encoding.display_name();
    match bytes {
        true => format!(
            "The output byte buffer is too small to contain the encoded data, encoding '{name}' fallback 'System.Text.EncoderReplacementFallback'. (Parameter 'bytes')"
        ),
        false => format!(
            "The output char buffer is too small to contain the decoded characters, encoding '{name}' fallback 'System.Text.DecoderReplacementFallback'. (Parameter 'chars')"
        ),
    }
}

fn put(items: Vec<Value>, target: &Value, from: i64, message: &str) -> Eval {
    let room = array::len(target) as i64 - from;
    if from < 0 || room < items.len() as i64 {
        return Err(Exception::argument(message).into());
    }
    for (at, item) in items.iter().enumerate() {
        array::set(target, from + at as i64, item)?;
    }
    Ok((items.len() as i32).into())
}
