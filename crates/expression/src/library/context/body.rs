//! `IMessageBody`: reading a message's content.

use crate::Value;
use crate::dotnet::json::Root;
use crate::dotnet::web_utility;
use crate::eval::{Cx, cast};
use crate::exception::{Eval, Exception};
use crate::host::{BodyRead, Message, StoredResponse};
use crate::library::table::{Member, TypeDef, extension, interface, method, static_class};
use crate::library::{array, comparers, dictionary, linq_xml, list, token};
use crate::object::Object;
use crate::types::Type;
use crate::value::Part;
use bytes::Bytes;
use http::HeaderMap;
use std::borrow::Cow;
use std::sync::Arc;

/// `IMessageBody`.
pub(crate) static BODY: TypeDef = interface("IMessageBody").members(MEMBERS);

static MEMBERS: &[Member] = &[
    method("T As<T>(bool preserveContent = false)", |cx, a, t| {
        read_as(cx, &a[0], a[1].bool(), &t[0])
    }),
    method(
        "IDictionary<string, IList<string>> AsFormUrlEncodedContent(bool preserveContent = false)",
        |cx, a, _| match read(cx, &a[0], a[1].bool()) {
            Some((bytes, charset)) => Ok(form(&decode(&bytes, charset.as_deref()))),
            None => Ok(Value::Null),
        },
    ),
];

/// What the result of `AsFormUrlEncodedContent` can do beside being a dictionary.
pub(crate) static FORMS: TypeDef = static_class("FormUrlEncodedExtensions").members(&[
    extension(
        "string ToQueryString(this IDictionary<string, IList<string>> form)",
        |cx, a, _| {
            let text = encoded(cx, &a[0])?;
            Ok(if text.is_empty() {
                Value::Null
            } else {
                format!("?{text}").into()
            })
        },
    ),
    extension(
        "string ToFormUrlEncodedContent(this IDictionary<string, IList<string>> form)",
        |cx, a, _| Ok(encoded(cx, &a[0])?.into()),
    ),
]);

/// The body of a response that a variable holds.
#[derive(Debug)]
pub(super) struct Stored(pub(super) Arc<StoredResponse>);

impl Object for Stored {
    fn ty(&self) -> Type {
        Type::class(&BODY)
    }
}

// The content and its charset; `None` once it was read without being preserved.
fn read(cx: &mut Cx<'_>, body: &Value, preserve: bool) -> Option<(Bytes, Option<String>)> {
    match body {
        Value::Part(Part::Body(of)) => {
            let charset = match of {
                Message::Request => charset(cx.host.request().headers),
                Message::Response => cx.host.response().and_then(|it| charset(it.headers)),
            };
            match cx.host.body(*of, preserve) {
                BodyRead::Content(bytes) => Some((bytes, charset)),
                BodyRead::Absent | BodyRead::Consumed => None,
            }
        }
        other => {
            let stored = &other.as_object::<Stored>()?.0;
            let mut content = stored.body.lock();
            let bytes = if preserve { content.clone() } else { content.take() };
            bytes.map(|it| (it, charset(&stored.headers)))
        }
    }
}

fn charset(headers: &HeaderMap) -> Option<String> {
    let value = super::header_text(headers.get(http::header::CONTENT_TYPE)?.as_bytes());
    value.split(';').skip(1).find_map(|it| {
        let (name, value) = it.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"').to_owned())
    })
}

// By the charset of the content type; UTF-8 when there is none or it is not known (inferred).
fn decode<'b>(bytes: &'b [u8], charset: Option<&str>) -> Cow<'b, str> {
    use crate::dotnet::encoding;
    let text = match charset.and_then(|it| encoding::by_name(it).ok()) {
        Some(encoding) => encoding.text(bytes).into(),
        // Right text is checked faster than wrong text is mended.
        None => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        },
    };
    match text {
        Cow::Borrowed(text) => text.strip_prefix('\u{feff}').unwrap_or(text).into(),
        Cow::Owned(text) => match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned().into(),
            None => text.into(),
        },
    }
}

fn read_as(cx: &mut Cx<'_>, body: &Value, preserve: bool, ty: &Type) -> Eval {
    // A consumed body gives null, and what the policy does with it then fails (inferred from field reports).
    let Some((bytes, charset)) = read(cx, body, preserve) else {
        return Ok(cast::default_of(ty));
    };
    cx.work(bytes.len())?;
    cx.charge(bytes.len().saturating_mul(2))?;
    match ty {
        Type::Array(element) if **element == Type::Byte => Ok(array::from_bytes(&bytes)),
        Type::String | Type::Object | Type::Dynamic => Ok(decode(&bytes, charset.as_deref()).as_ref().into()),
        other => match token::body_root(other) {
            Some(root) => read_json(cx, bytes, charset.as_deref(), root),
            None => {
                let text = decode(&bytes, charset.as_deref());
                cx.charge(text.len().saturating_mul(8))?;
                linq_xml::parse_body(&text, other).unwrap_or_else(|| {
                    Err(Exception::not_supported(format!("A message body cannot be read as '{ty}'.")).into())
                })
            }
        },
    }
}

// Parsed once for each buffer; each read gives a tree of its own.
fn read_json(cx: &mut Cx<'_>, bytes: Bytes, charset: Option<&str>, root: Root) -> Eval {
    let usual = charset.is_none_or(|it| it.eq_ignore_ascii_case("utf-8"));
    let known = cx.host.parsed().filter(|_| usual).and_then(|it| it.find(&bytes));
    if let Some(read) = known.filter(|it| it.is(root)) {
        return Ok(token::value(read.thaw()));
    }
    let text = decode(&bytes, charset);
    cx.charge(text.len().saturating_mul(8))?;
    let read = token::read_body(&text, root)?;
    if let Some(parsed) = cx.host.parsed().filter(|_| usual) {
        parsed.keep(bytes, read.clone());
    }
    Ok(token::value(read.thaw()))
}

fn form(text: &str) -> Value {
    let values = Type::generic(&crate::library::interfaces::ILIST, [Type::String]);
    let form = dictionary::new(Type::String, values, comparers::ignoring_case());
    for pair in text.split('&').filter(|it| !it.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (
            Value::from(web_utility::url_decode(name)),
            Value::from(web_utility::url_decode(value)),
        );
        match form.find(&name).ok().flatten() {
            Some(known) => {
                if let Some(known) = known.as_object::<list::List>() {
                    let _ = known.edit(|items| items.push(value));
                }
            }
            None => drop(form.set(&name, list::new(Type::String, vec![value]))),
        }
    }
    Value::object(form)
}

fn encoded(cx: &mut Cx<'_>, form: &Value) -> Eval<String> {
    let mut pairs = Vec::new();
    for entry in cx.collect(form)? {
        let (name, values) = dictionary::pair(&entry);
        for value in cx.collect(&values)? {
            let (name, value) = (name.to_text(), value.to_text());
            pairs.push(format!(
                "{}={}",
                web_utility::url_encode(&name),
                web_utility::url_encode(&value)
            ));
        }
    }
    Ok(pairs.join("&"))
}
