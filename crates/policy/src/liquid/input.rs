//! The body of a message, and `context`, as values of a template.

use super::data::Data;
use super::{Rules, failed};
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::statements::{is_json, is_xml, media_type_of};
use crate::url;
use expression::{Url, Value};
use http::HeaderMap;
use serde_json::Value as Json;
use uppsala::{Document, NodeId, NodeKind};

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// `body`: JSON or XML, as the message's own `Content-Type` says; nothing for any other type (documented).
pub(super) fn body(exchange: &mut Exchange, rules: Rules) -> Result<Data, Fault> {
    let media_type = media_type_of(exchange.headers());
    let (json, xml) = (is_json(&media_type), is_xml(&media_type));
    if !json && !xml {
        return Ok(Data::Null);
    }
    let Some(bytes) = exchange.content().filter(|it| !it.is_empty()) else {
        return Ok(Data::Null);
    };
    let text = std::str::from_utf8(&bytes)
        .map_err(failed)?
        .trim_start_matches('\u{feff}');
    if json {
        let json: Json = serde_json::from_str(text).map_err(failed)?;
        return Ok(from_json(&json, rules.parse_date));
    }
    let document = uppsala::parse(text).map_err(failed)?;
    let Some(root) = document.document_element() else {
        return Ok(Data::Null);
    };
    let mut members = Vec::new();
    add(
        &mut members,
        local_name(&document, root),
        element(&document, root, rules),
    );
    Ok(Data::Object(members, None))
}

fn from_json(json: &Json, parse_date: bool) -> Data {
    match json {
        Json::Null => Data::Null,
        Json::Bool(value) => Data::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(int) => Data::Int(int),
            None => Data::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => match parse_date.then(|| expression::json_date(text)).flatten() {
            Some(date) => Data::Date(date),
            None => Data::text(text),
        },
        Json::Array(items) => Data::Array(items.iter().map(|it| from_json(it, parse_date)).collect()),
        Json::Object(members) => {
            let member = |(name, value): (&String, &Json)| (name.clone(), from_json(value, parse_date));
            Data::Object(members.iter().map(member).collect(), None)
        }
    }
}

// Prefixes are dropped (observed in generated policies); attributes are members like child elements (inferred).
fn element(document: &Document<'_>, id: NodeId, rules: Rules) -> Data {
    let mut members = Vec::new();
    let mut text = String::new();
    if let Some(element) = document.element(id) {
        if element
            .get_attribute_ns(XSI, "nil")
            .is_some_and(|it| matches!(it.trim(), "true" | "1"))
        {
            return match rules.nil_is_null {
                true => Data::Null,
                false => Data::text(""),
            };
        }
        for attribute in &element.attributes {
            if attribute.name.namespace_uri.as_deref() != Some(XSI) {
                let name = attribute.name.local_name.as_ref().to_owned();
                members.push((name, Data::text(attribute.value.as_ref())));
            }
        }
    }
    for child in document.children_iter(id) {
        match document.node_kind(child) {
            Some(NodeKind::Element(_)) => {
                add(
                    &mut members,
                    local_name(document, child),
                    self::element(document, child, rules),
                );
            }
            Some(NodeKind::Text(part) | NodeKind::CData(part)) => text.push_str(part),
            _ => (),
        }
    }
    if members.is_empty() {
        return Data::Text(text);
    }
    let text = Some(text).filter(|it| !it.trim().is_empty());
    Data::Object(members, text)
}

fn local_name(document: &Document<'_>, id: NodeId) -> String {
    document
        .element(id)
        .map(|it| it.name.local_name.as_ref().to_owned())
        .unwrap_or_default()
}

fn add(members: &mut Vec<(String, Data)>, name: String, value: Data) {
    match members.iter_mut().find(|(it, _)| *it == name) {
        Some((_, Data::Array(items))) => items.push(value),
        Some((_, single)) => *single = Data::Array(vec![std::mem::replace(single, Data::Null), value]),
        None => members.push((name, value)),
    }
}

/// `context`: what the reference lists, and the variables, which published policies use (observed).
pub(super) fn context(exchange: &Exchange) -> Data {
    let request = &exchange.request;
    let pairs = |items: &[(std::sync::Arc<str>, std::sync::Arc<str>)]| {
        let pair = |(name, value): &(std::sync::Arc<str>, std::sync::Arc<str>)| {
            (name.to_string(), Data::text(&**value))
        };
        Data::Object(items.iter().map(pair).collect(), None)
    };
    let mut members = vec![
        (
            "Request",
            Data::object(vec![
                ("Url", from_url(&request.url)),
                ("OriginalUrl", from_url(&request.original_url)),
                ("Method", Data::text(request.method.as_str())),
                ("OriginalMethod", Data::text(request.original_method.as_str())),
                ("IpAddress", Data::text(&*request.ip_address)),
                ("MatchedParameters", pairs(&request.matched)),
                ("HasBody", Data::Bool(request.body.is_present())),
                ("Headers", from_headers(&request.headers)),
            ]),
        ),
        ("Variables", variables(exchange)),
    ];
    if let Some(response) = &exchange.response {
        members.push((
            "Response",
            Data::object(vec![
                ("StatusCode", Data::Int(i64::from(response.status.as_u16()))),
                ("StatusReason", Data::text(response.reason())),
                ("Method", Data::text(request.method.as_str())),
                ("Headers", from_headers(&response.headers)),
            ]),
        ));
    }
    Data::object(members)
}

fn variables(exchange: &Exchange) -> Data {
    let all = exchange.variables.all().iter();
    let named = all.map(|(symbol, value)| (exchange.variable_name(*symbol), from_value(value)));
    Data::Object(named.collect(), None)
}

fn from_value(value: &Value) -> Data {
    match value {
        Value::Object(_) => match value.to_json() {
            Json::String(text) => Data::Text(text),
            json => from_json(&json, false),
        },
        other => from_json(&other.to_json(), false),
    }
}

fn from_url(url: &Url) -> Data {
    let query = url::pieces(&url.query).map(|(name, piece)| {
        let value = piece.split_once('=').map_or("", |(_, value)| value);
        (name, Data::Text(url::decode(value)))
    });
    let whole = url::text(url);
    Data::object(vec![
        ("Scheme", Data::text(&*url.scheme)),
        ("Host", Data::text(&*url.host)),
        ("Port", Data::Int(i64::from(url.port))),
        ("Path", Data::text(&*url.path)),
        ("Query", Data::Object(query.collect(), None)),
        ("QueryString", Data::text(&*url.query)),
        ("ToUri", Data::text(&whole)),
        ("ToString", Data::Text(whole)),
    ])
}

fn from_headers(headers: &HeaderMap) -> Data {
    let name = |name: &http::HeaderName| {
        let values: Vec<String> = headers
            .get_all(name)
            .iter()
            .map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned())
            .collect();
        (spelled(name.as_str()), Data::Text(values.join(",")))
    };
    Data::Object(headers.keys().map(name).collect(), None)
}

// The spelling that .NET's headers are listed in; they are found in any case.
fn spelled(name: &str) -> String {
    let mut upper = true;
    let spell = |c: char| {
        let c = if upper { c.to_ascii_uppercase() } else { c };
        upper = c == '-';
        c
    };
    name.chars().map(spell).collect()
}
