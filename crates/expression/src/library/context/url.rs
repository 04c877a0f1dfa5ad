//! `IUrl`.

use crate::Value;
use crate::dotnet::web_utility;
use crate::eval::Cx;
use crate::host::Url;
use crate::library::table::{Member, TypeDef, interface, method, property};
use crate::library::{dictionary, uri};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use crate::value::Part;

/// `IUrl`.
pub(crate) static URL: TypeDef = interface("IUrl").members(MEMBERS);

static MEMBERS: &[Member] = &[
    property("string Scheme", |cx, a, _| {
        Ok(part(cx, &a[0], |url| url.scheme.clone()))
    }),
    property("string Host", |cx, a, _| {
        Ok(part(cx, &a[0], |url| url.host.clone()))
    }),
    property("string Path", |cx, a, _| {
        Ok(part(cx, &a[0], |url| url.path.clone()))
    }),
    property("string QueryString", |cx, a, _| {
        Ok(part(cx, &a[0], |url| url.query.clone()))
    }),
    property("int Port", |cx, a, _| {
        Ok(of(cx, &a[0]).map_or(0, |url| i32::from(url.port)).into())
    }),
    property("IReadOnlyDictionary<string, string[]> Query", |_, a, _| {
        Ok(match &a[0] {
            Value::Part(Part::Url) => Value::Part(Part::Query),
            Value::Part(Part::OriginalUrl) => Value::Part(Part::OriginalQuery),
            other => match other.as_object::<Kept>() {
                Some(kept) => dictionary::of_strings(query(&kept.0), true),
                None => Value::Null,
            },
        })
    }),
    method("Uri ToUri()", |cx, a, _| {
        let text = of(cx, &a[0]).map(|url| text(&url)).unwrap_or_default();
        uri::value(&text)
    }),
    method("string ToString()", |cx, a, _| {
        Ok(of(cx, &a[0]).map(|url| text(&url)).into())
    }),
];

/// A URL that is not one of the live request.
#[derive(Debug)]
struct Kept(Url);

impl Object for Kept {
    fn ty(&self) -> Type {
        Type::class(&URL)
    }

    fn text(&self) -> Text {
        text(&self.0).into()
    }
}

/// A URL as a value.
pub(super) fn value(url: Url) -> Value {
    Value::object(Kept(url))
}

fn part(cx: &Cx<'_>, value: &Value, of: impl Fn(&Url) -> std::sync::Arc<str>) -> Value {
    let text = match value {
        Value::Part(Part::Url) => of(cx.host.request().url),
        Value::Part(Part::OriginalUrl) => of(cx.host.request().original_url),
        other => match other.as_object::<Kept>() {
            Some(kept) => of(&kept.0),
            None => return Value::Null,
        },
    };
    Value::Text(text.into())
}

/// The URL that a value stands for.
pub(super) fn of(cx: &Cx<'_>, value: &Value) -> Option<Url> {
    match value {
        Value::Part(Part::Url) => Some(cx.host.request().url.clone()),
        Value::Part(Part::OriginalUrl) => Some(cx.host.request().original_url.clone()),
        other => other.as_object::<Kept>().map(|it| it.0.clone()),
    }
}

pub(super) fn of_query(cx: &Cx<'_>, part: Part) -> Option<Url> {
    match part {
        Part::Query => Some(cx.host.request().url.clone()),
        Part::OriginalQuery => Some(cx.host.request().original_url.clone()),
        _ => None,
    }
}

/// The whole URL; a default port is left out.
pub(super) fn text(url: &Url) -> String {
    let default = match &*url.scheme {
        "https" => 443,
        _ => 80,
    };
    let port = if url.port == default {
        String::new()
    } else {
        format!(":{}", url.port)
    };
    format!("{}://{}{port}{}{}", url.scheme, url.host, url.path, url.query)
}

/// Names and values, decoded, in order of first appearance. Names that differ in case only are one (inferred).
pub(super) fn query(url: &Url) -> Vec<(String, Vec<String>)> {
    let mut entries: Vec<(String, Vec<String>)> = Vec::new();
    let text = url.query.strip_prefix('?').unwrap_or(&url.query);
    for pair in text.split('&').filter(|it| !it.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (web_utility::url_decode(name), web_utility::url_decode(value));
        match entries
            .iter_mut()
            .find(|(known, _)| known.eq_ignore_ascii_case(&name))
        {
            Some((_, values)) => values.push(value),
            None => entries.push((name, vec![value])),
        }
    }
    entries
}

pub(super) fn query_values(url: &Url, name: &str) -> Option<Vec<String>> {
    query(url)
        .into_iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|it| it.1)
}
