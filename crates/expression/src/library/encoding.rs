//! `System.Text.Encoding`.

use super::table::{Member, TypeDef, class, constructor, method, property, static_method, static_property};
use super::{array, compare};
use crate::Value;
use crate::dotnet::encoding::{self, Encoding};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&ENCODING, &UTF8_ENCODING, &ASCII_ENCODING, &UNICODE_ENCODING];

/// `System.Text.Encoding`.
pub(crate) static ENCODING: TypeDef = class("System.Text.Encoding")
    .members(MEMBERS)
    .also(super::encoding_parts::MEMBERS);

/// `System.Text.UTF8Encoding`.
pub(crate) static UTF8_ENCODING: TypeDef = class("System.Text.UTF8Encoding")
    .bases(&["Encoding"])
    .members(&[
        constructor("()", |_, _, _| Ok(value(Encoding::Utf8))),
        constructor("(bool encoderShouldEmitUTF8Identifier)", |_, _, _| {
            Ok(value(Encoding::Utf8))
        }),
        constructor(
            "(bool encoderShouldEmitUTF8Identifier, bool throwOnInvalidBytes)",
            |_, _, _| Ok(value(Encoding::Utf8)),
        ),
    ])
    .not_in_azure();

/// `System.Text.ASCIIEncoding`.
pub(crate) static ASCII_ENCODING: TypeDef = class("System.Text.ASCIIEncoding")
    .bases(&["Encoding"])
    .members(&[constructor("()", |_, _, _| Ok(value(Encoding::Ascii)))])
    .not_in_azure();

/// `System.Text.UnicodeEncoding`.
pub(crate) static UNICODE_ENCODING: TypeDef = class("System.Text.UnicodeEncoding")
    .bases(&["Encoding"])
    .members(&[constructor("()", |_, _, _| Ok(value(Encoding::Unicode)))])
    .not_in_azure();

static MEMBERS: &[Member] = &[
    static_property("Encoding UTF8", |_, _, _| Ok(value(Encoding::Utf8))),
    static_property("Encoding ASCII", |_, _, _| Ok(value(Encoding::Ascii))),
    static_property("Encoding Unicode", |_, _, _| Ok(value(Encoding::Unicode))),
    static_property("Encoding BigEndianUnicode", |_, _, _| {
        Ok(value(Encoding::BigEndianUnicode))
    }),
    static_property("Encoding UTF32", |_, _, _| Ok(value(Encoding::Utf32))),
    static_property("Encoding Latin1", |_, _, _| Ok(value(Encoding::Latin1))),
    static_property("Encoding Default", |_, _, _| Ok(value(Encoding::Utf8))),
    static_method("Encoding GetEncoding(string name)", |_, a, _| {
        Ok(value(encoding::by_name(&a[0].str("name")?.as_str())?))
    }),
    static_method("Encoding GetEncoding(int codepage)", |_, a, _| {
        Ok(value(encoding::by_page(a[0].long())?))
    }),
    static_method(
        "byte[] Convert(Encoding srcEncoding, Encoding dstEncoding, byte[] bytes)",
        |_, a, _| {
            let text = it(&a[0])?.text(&array::bytes(&a[2], "bytes")?);
            Ok(array::from_bytes(&it(&a[1])?.bytes(&text)))
        },
    ),
    method("byte[] GetBytes(string s)", |cx, a, _| bytes(cx, a)),
    method("byte[] GetBytes(char[] chars)", |cx, a, _| {
        let units: Vec<u16> = array::items(&a[1]).iter().map(Value::char).collect();
        a[1] = Text::from_units(&units).into();
        bytes(cx, a)
    }),
    method("string GetString(byte[] bytes)", |cx, a, _| {
        text(cx, it(&a[0])?, &array::bytes(&a[1], "bytes")?)
    }),
    method(
        "string GetString(byte[] bytes, int index, int count)",
        |cx, a, _| {
            let bytes = array::bytes(&a[1], "bytes")?;
            let part = usize::try_from(a[2].int())
                .ok()
                .zip(usize::try_from(a[3].int()).ok());
            let part = part.and_then(|(from, count)| bytes.get(from..from.checked_add(count)?));
            let part = part.ok_or_else(|| {
                let message = "Index and count must refer to a location within the buffer.";
                Exception::out_of_range(message, "bytes")
            })?;
            text(cx, it(&a[0])?, part)
        },
    ),
    method("char[] GetChars(byte[] bytes)", |cx, a, _| {
        let text = text(cx, it(&a[0])?, &array::bytes(&a[1], "bytes")?)?.it();
        cx.charge_values(text.len())?;
        Ok(array::new(
            Type::Char,
            text.units().iter().map(|it| Value::Char(*it)).collect(),
        ))
    }),
    method("int GetByteCount(string s)", |_, a, _| {
        Ok((it(&a[0])?.bytes(&a[1].str("s")?.as_str()).len() as i32).into())
    }),
    method("int GetCharCount(byte[] bytes)", |_, a, _| {
        let text = it(&a[0])?.text(&array::bytes(&a[1], "bytes")?);
        Ok((text.encode_utf16().count() as i32).into())
    }),
    method("byte[] GetPreamble()", |_, a, _| {
        Ok(array::from_bytes(preamble(it(&a[0])?)))
    }),
    property("string WebName", |_, a, _| Ok(it(&a[0])?.web_name().into())),
    property("string BodyName", |_, a, _| Ok(it(&a[0])?.web_name().into())),
    property("string HeaderName", |_, a, _| Ok(it(&a[0])?.web_name().into())),
    property("string EncodingName", |_, a, _| {
        Ok(it(&a[0])?.display_name().into())
    }),
    property("int CodePage", |_, a, _| Ok(it(&a[0])?.page().into())),
];

#[derive(Debug)]
struct EncodingObject(Encoding);

/// An `Encoding`.
pub(crate) fn value(encoding: Encoding) -> Value {
    Value::object(EncodingObject(encoding))
}

/// The encoding that a value is.
pub(super) fn it(value: &Value) -> Result<Encoding, Exception> {
    Ok(value.of::<EncodingObject>()?.0)
}

/// `GetBytes(s)`.
pub(super) fn bytes(cx: &mut Cx<'_>, a: &[Value]) -> Eval {
    let Some(text) = a[1].str_or_null() else {
        let message = "String reference not set to an instance of a String. (Parameter 's')";
        return Err(Exception::new("System.ArgumentNullException", message).into());
    };
    cx.charge(text.bytes().saturating_mul(2))?;
    Ok(array::from_bytes(&it(&a[0])?.bytes(&text.as_str())))
}

/// `GetString(bytes)`.
pub(super) fn text(cx: &mut Cx<'_>, encoding: Encoding, bytes: &[u8]) -> Eval {
    cx.charge(bytes.len().saturating_mul(2))?;
    Ok(encoding.text(bytes).into())
}

fn preamble(encoding: Encoding) -> &'static [u8] {
    match encoding {
        Encoding::Utf8 => &[0xef, 0xbb, 0xbf],
        Encoding::Unicode => &[0xff, 0xfe],
        Encoding::BigEndianUnicode => &[0xfe, 0xff],
        Encoding::Utf32 => &[0xff, 0xfe, 0, 0],
        _ => &[],
    }
}

impl Object for EncodingObject {
    fn ty(&self) -> Type {
        Type::class(match self.0 {
            Encoding::Utf8 => &UTF8_ENCODING,
            Encoding::Ascii => &ASCII_ENCODING,
            Encoding::Unicode => &UNICODE_ENCODING,
            _ => &ENCODING,
        })
    }

    fn equals(&self, other: &Value) -> bool {
        other
            .as_object::<EncodingObject>()
            .is_some_and(|it| it.0 == self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(compare::hash(&Value::Int(self.0.page())))
    }
}
