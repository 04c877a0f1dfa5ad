//! What `context` offers. Parts of the live request are [`Part`]s, answered by the host of the evaluation that asks.

pub(crate) mod authorization; // Authorization
mod basic; // BasicAuthCredentials
mod body; // IMessageBody
mod configuration; // IApi, IOperation, IProduct and what else the service says about the request
pub(crate) mod exchange; // context itself
mod graphql; // IGraphQLContext
pub(crate) mod jwt; // Jwt
mod last_error; // ILastError
pub(crate) mod request; // IRequest
pub(crate) mod response; // IResponse
pub(crate) mod url; // IUrl

use super::interfaces;
use super::key_value_pair;
use super::table::TypeDef;
use crate::Value;
use crate::eval::Cx;
use crate::exception::Eval;
use crate::host::Message;
use crate::text::Text;
use crate::types::Type;
use crate::value::Part;
use http::HeaderMap;

pub(crate) static TYPES: &[&TypeDef] = &[
    &exchange::CONTEXT,
    &request::REQUEST,
    &request::FOUNDRY,
    &response::RESPONSE,
    &url::URL,
    &body::BODY,
    &body::FORMS,
    &graphql::GRAPHQL,
    &last_error::LAST_ERROR,
    &configuration::API,
    &configuration::KEY_NAMES,
    &configuration::OPERATION,
    &configuration::PRODUCT,
    &configuration::PRODUCT_STATE,
    &configuration::GROUP,
    &configuration::SUBSCRIPTION,
    &configuration::USER,
    &configuration::IDENTITY,
    &configuration::DEPLOYMENT,
    &configuration::GATEWAY,
    &configuration::BACKEND,
    &configuration::BACKEND_TYPE,
    &configuration::WORKSPACE,
    &configuration::SUSTAINABILITY,
    &configuration::CARBON_INTENSITY,
    &request::PRIVATE_ENDPOINT,
    &authorization::AUTHORIZATION,
    &jwt::JWT,
    &jwt::STRINGS,
    &basic::BASIC,
    &basic::STRINGS,
];

/// The type of a part.
pub(crate) fn type_of(part: Part) -> Type {
    let map = |value: Type| Type::generic(&interfaces::IREADONLY_DICTIONARY, [Type::String, value]);
    match part {
        Part::Context => Type::class(&exchange::CONTEXT),
        Part::Request => Type::class(&request::REQUEST),
        Part::Response => Type::class(&response::RESPONSE),
        Part::Headers(_) | Part::Query | Part::OriginalQuery => map(Type::array(Type::String)),
        Part::Body(_) => Type::class(&body::BODY),
        Part::Url | Part::OriginalUrl => Type::class(&url::URL),
        Part::MatchedParameters => map(Type::String),
        Part::Foundry => Type::class(&request::FOUNDRY),
        Part::Variables => map(Type::Object),
        Part::LastError => Type::class(&last_error::LAST_ERROR),
    }
}

/// `ToString()` of a part.
pub(crate) fn text(cx: &mut Cx<'_>, part: Part) -> Eval<Text> {
    Ok(match url::of(cx, &Value::Part(part)) {
        Some(url) => url::text(&url).into(),
        None => type_of(part).clr_name().into(),
    })
}

/// A result that outlives the evaluation: a URL is kept as it is now.
pub(crate) fn settle(cx: &mut Cx<'_>, value: Value) -> Eval {
    match &value {
        Value::Part(Part::Url | Part::OriginalUrl) => Ok(url::of(cx, &value).map_or(Value::Null, url::value)),
        _ => Ok(value),
    }
}

fn headers<'a>(cx: &'a Cx<'_>, of: Message) -> Option<&'a HeaderMap> {
    match of {
        Message::Request => Some(cx.host.request().headers),
        Message::Response => cx.host.response().map(|it| it.headers),
    }
}

// The lines of a header, each cut at nothing: what arrived as one line stays one value.
fn header_values(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers
        .get_all(name)
        .iter()
        .map(|it| header_text(it.as_bytes()))
        .collect()
}

// Header bytes are Latin-1 where they are no UTF-8.
pub(super) fn header_text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|it| char::from(*it)).collect(),
    }
}

/// The value of a key in a part that is a dictionary.
pub(crate) fn lookup(cx: &mut Cx<'_>, part: Part, key: &str) -> Option<Value> {
    match part {
        Part::Headers(of) => {
            let values = header_values(headers(cx, of)?, key);
            (!values.is_empty()).then(|| Value::strings(values))
        }
        Part::Query | Part::OriginalQuery => {
            let url = url::of_query(cx, part)?;
            url::query_values(&url, key).map(Value::strings)
        }
        Part::MatchedParameters => {
            let found = cx
                .host
                .request()
                .matched_parameters
                .iter()
                .find(|(name, _)| **name == *key);
            found.map(|(_, value)| Value::Text(value.clone().into()))
        }
        Part::Variables => {
            let symbol = cx.symbols.find(key)?;
            cx.host.variable(symbol).cloned()
        }
        _ => None,
    }
}

/// `GetValueOrDefault` of headers and query parameters: the values joined with commas, null when absent. `None` for other parts.
pub(crate) fn joined(cx: &mut Cx<'_>, part: Part, key: &Value) -> Eval<Option<Value>> {
    match part {
        Part::Headers(of) => {
            let key = key.str("key")?;
            let Some(headers) = headers(cx, of) else {
                return Ok(Some(Value::Null));
            };
            let mut lines = headers.get_all(&*key.as_str()).iter();
            let Some(first) = lines.next() else {
                return Ok(Some(Value::Null));
            };
            let mut text = header_text(first.as_bytes());
            for line in lines {
                text.push(',');
                text.push_str(&header_text(line.as_bytes()));
            }
            Ok(Some(text.into()))
        }
        Part::Query | Part::OriginalQuery => {
            let key = key.str("key")?.as_str().into_owned();
            let values = url::of_query(cx, part).and_then(|url| url::query_values(&url, &key));
            Ok(Some(values.map(|it| it.join(",")).into()))
        }
        _ => Ok(None),
    }
}

/// The pairs of a part that is a dictionary.
pub(crate) fn entries(cx: &mut Cx<'_>, part: Part) -> Vec<Value> {
    let strings = |entries: Vec<(String, Vec<String>)>| {
        let array = Type::array(Type::String);
        let pair = |(key, values): (String, Vec<String>)| {
            key_value_pair::new(Type::String, array.clone(), key.into(), Value::strings(values))
        };
        entries.into_iter().map(pair).collect()
    };
    match part {
        Part::Headers(of) => {
            let Some(headers) = headers(cx, of) else {
                return Vec::new();
            };
            let entries = headers
                .keys()
                .map(|name| (display_name(name.as_str()), header_values(headers, name.as_str())));
            strings(entries.collect())
        }
        Part::Query | Part::OriginalQuery => strings(
            url::of_query(cx, part)
                .map(|url| url::query(&url))
                .unwrap_or_default(),
        ),
        Part::MatchedParameters => {
            let pairs = cx.host.request().matched_parameters.iter();
            let pair = |(key, value): &(std::sync::Arc<str>, std::sync::Arc<str>)| {
                let (key, value) = (Value::Text(key.clone().into()), Value::Text(value.clone().into()));
                key_value_pair::new(Type::String, Type::String, key, value)
            };
            pairs.map(pair).collect()
        }
        Part::Variables => {
            let symbols = cx.symbols;
            let pair = |(symbol, value)| {
                let name = Value::Text(symbols.name(symbol).into());
                key_value_pair::new(Type::String, Type::Object, name, value)
            };
            cx.host.variables().into_iter().map(pair).collect()
        }
        _ => Vec::new(),
    }
}

// Names arrive in lower case over HTTP/2 and from the header map; a policy that prints them expects `Content-Type`.
fn display_name(name: &str) -> String {
    let mut start = true;
    let letter = |c: char| {
        let shown = if start { c.to_ascii_uppercase() } else { c };
        start = c == '-';
        shown
    };
    name.chars().map(letter).collect()
}
