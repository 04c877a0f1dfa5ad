//! The function library of XPath 1.0.

use super::eval::{Focus, Walk};
use super::syntax::Expr;
use super::{XValue, failure};
use crate::dotnet::error::Result;
use crate::dotnet::number_buffer::Number;
use crate::dotnet::number_format;
use crate::dotnet::xml::XML;
use crate::dotnet::xml::node::{Body, Kind, XObject};
use crate::exception::Eval;

/// A function: its name, and how many arguments it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Function(usize);

const TABLE: [(&str, usize, usize); 27] = [
    ("last", 0, 0),
    ("position", 0, 0),
    ("count", 1, 1),
    ("id", 1, 1),
    ("local-name", 0, 1),
    ("namespace-uri", 0, 1),
    ("name", 0, 1),
    ("string", 0, 1),
    ("concat", 2, usize::MAX),
    ("starts-with", 2, 2),
    ("contains", 2, 2),
    ("substring-before", 2, 2),
    ("substring-after", 2, 2),
    ("substring", 2, 3),
    ("string-length", 0, 1),
    ("normalize-space", 0, 1),
    ("translate", 3, 3),
    ("boolean", 1, 1),
    ("not", 1, 1),
    ("true", 0, 0),
    ("false", 0, 0),
    ("lang", 1, 1),
    ("number", 0, 1),
    ("sum", 1, 1),
    ("floor", 1, 1),
    ("ceiling", 1, 1),
    ("round", 1, 1),
];

impl Function {
    pub(super) fn named(name: &str) -> Option<Function> {
        TABLE.iter().position(|(it, ..)| *it == name).map(Function)
    }

    fn row(self) -> (&'static str, usize, usize) {
        TABLE[self.0]
    }

    /// Refuses a wrong number of arguments.
    pub(super) fn check(self, given: usize, text: &str) -> Result<()> {
        let (name, least, most) = self.row();
        match (least..=most).contains(&given) {
            true => Ok(()),
            false => Err(failure(format!(
                "Function '{name}' in '{text}' has an invalid number of arguments."
            ))),
        }
    }

    /// Calls it.
    pub(super) fn call(self, walk: &mut Walk<'_>, args: &[Expr], focus: &Focus) -> Eval<XValue> {
        match self.row().0 {
            "last" => Ok(XValue::Number(focus.size as f64)),
            "position" => Ok(XValue::Number(focus.position as f64)),
            "true" => Ok(XValue::Bool(true)),
            "false" => Ok(XValue::Bool(false)),
            name @ ("count" | "sum" | "id" | "local-name" | "namespace-uri" | "name") => {
                of_nodes(name, walk, args, focus)
            }
            name => {
                let mut values = Vec::with_capacity(args.len());
                for arg in args {
                    values.push(walk.value(arg, focus)?);
                }
                Ok(of_values(name, values, focus))
            }
        }
    }
}

fn of_nodes(name: &str, walk: &mut Walk<'_>, args: &[Expr], focus: &Focus) -> Eval<XValue> {
    let nodes = match args.first() {
        None => vec![focus.node.clone()],
        Some(arg) => match (walk.value(arg, focus)?, name) {
            (XValue::Nodes(nodes), _) => nodes,
            // Without a document type no attribute is an identifier.
            (_, "id") => Vec::new(),
            _ => return Err(failure("Expression must evaluate to a node-set.").into()),
        },
    };
    let first = nodes.first();
    Ok(match name {
        "count" => XValue::Number(nodes.len() as f64),
        "sum" => XValue::Number(nodes.iter().map(|it| to_number(&text_of(it))).sum()),
        "id" => XValue::Nodes(Vec::new()),
        "local-name" => XValue::Text(first.map_or_else(String::new, local_name)),
        "namespace-uri" => XValue::Text(
            first
                .and_then(XObject::name)
                .map_or_else(String::new, |it| it.namespace.to_string()),
        ),
        _ => XValue::Text(first.map_or_else(String::new, qualified_name)),
    })
}

fn of_values(name: &str, mut values: Vec<XValue>, focus: &Focus) -> XValue {
    if values.is_empty() {
        values.push(XValue::Nodes(vec![focus.node.clone()]));
    }
    let text = |at: usize| values.get(at).map_or_else(String::new, XValue::text);
    let number = |at: usize| values.get(at).map_or(f64::NAN, XValue::number);
    match name {
        "string" => XValue::Text(text(0)),
        "concat" => XValue::Text(values.iter().map(XValue::text).collect()),
        "starts-with" => XValue::Bool(text(0).starts_with(&text(1))),
        "contains" => XValue::Bool(text(0).contains(&text(1))),
        "substring-before" => XValue::Text(text(0).split_once(&text(1)).map_or("", |it| it.0).to_owned()),
        "substring-after" => XValue::Text(text(0).split_once(&text(1)).map_or("", |it| it.1).to_owned()),
        "substring" => XValue::Text(substring(&text(0), number(1), values.get(2).map(XValue::number))),
        "string-length" => XValue::Number(text(0).encode_utf16().count() as f64),
        "normalize-space" => {
            let text = text(0);
            let words = text.split([' ', '\t', '\r', '\n']).filter(|it| !it.is_empty());
            XValue::Text(words.collect::<Vec<_>>().join(" "))
        }
        "translate" => XValue::Text(translate(&text(0), &text(1), &text(2))),
        "boolean" => XValue::Bool(values[0].bool()),
        "not" => XValue::Bool(!values[0].bool()),
        "lang" => XValue::Bool(speaks(&focus.node, &text(0))),
        "floor" => XValue::Number(number(0).floor()),
        "ceiling" => XValue::Number(number(0).ceil()),
        // Halves go up, also below zero.
        "round" => XValue::Number((number(0) + 0.5).floor()),
        _ => XValue::Number(number(0)),
    }
}

// Characters are counted from 1, in UTF-16 units; both numbers are rounded.
fn substring(text: &str, from: f64, count: Option<f64>) -> String {
    let round = |it: f64| (it + 0.5).floor();
    let from = round(from);
    let to = count.map_or(f64::INFINITY, |it| from + round(it));
    let units: Vec<u16> = text
        .encode_utf16()
        .enumerate()
        .filter(|(at, _)| {
            let place = *at as f64 + 1.0;
            place >= from && place < to
        })
        .map(|(_, unit)| unit)
        .collect();
    String::from_utf16_lossy(&units)
}

fn translate(text: &str, from: &str, to: &str) -> String {
    let to: Vec<char> = to.chars().collect();
    text.chars()
        .filter_map(|c| match from.chars().position(|it| it == c) {
            None => Some(c),
            Some(at) => to.get(at).copied(),
        })
        .collect()
}

fn speaks(node: &XObject, language: &str) -> bool {
    let own = node.ancestors(true).into_iter().find_map(|element| {
        let attributes = element.attributes().into_iter();
        let is_lang = |it: &XObject| {
            it.name()
                .is_some_and(|it| &*it.local == "lang" && &*it.namespace == XML)
        };
        attributes.filter(is_lang).map(|it| it.value()).next()
    });
    own.is_some_and(|own| {
        let own = own.to_ascii_lowercase();
        let wanted = language.to_ascii_lowercase();
        own == wanted
            || own
                .strip_prefix(&wanted)
                .is_some_and(|rest| rest.starts_with('-'))
    })
}

/// `local-name()`.
fn local_name(node: &XObject) -> String {
    node.with(|body| match body {
        Body::Element { name, .. } | Body::Attribute { name, .. } => name.local.to_string(),
        Body::Instruction { target, .. } => target.to_string(),
        _ => String::new(),
    })
}

/// `name()`: with the prefix that is in scope.
pub(crate) fn qualified_name(node: &XObject) -> String {
    let Some(name) = node.name() else {
        return local_name(node);
    };
    if name.namespace.is_empty() {
        return name.local.to_string();
    }
    let is_attribute = node.kind() == Kind::Attribute;
    let is_default = !is_attribute
        && node
            .namespace_of_prefix("")
            .is_some_and(|it| it == name.namespace);
    let holder = node
        .parent()
        .filter(|_| is_attribute)
        .unwrap_or_else(|| node.clone());
    match holder.prefix_of_namespace(&name.namespace) {
        Some(prefix) if !is_default => format!("{prefix}:{}", name.local),
        _ => name.local.to_string(),
    }
}

/// The string value of a node; a text reaches over the texts behind it.
pub(super) fn text_of(node: &XObject) -> String {
    if !is_text(node) {
        return node.value();
    }
    let behind = node.siblings().1;
    let run = behind.iter().take_while(|it| is_text(it)).map(XObject::value);
    std::iter::once(node.value()).chain(run).collect()
}

/// Whether it is text, in a CDATA section or not.
pub(super) fn is_text(node: &XObject) -> bool {
    node.with(|body| matches!(body, Body::Text(_) | Body::CData(_)))
}

fn to_number(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let plain = text.strip_prefix('-').unwrap_or(text);
    match !plain.is_empty() && plain.chars().all(|c| c.is_ascii_digit() || c == '.') {
        true => text.parse().unwrap_or(f64::NAN),
        false => f64::NAN,
    }
}

impl XValue {
    /// `string(value)`.
    pub(crate) fn text(&self) -> String {
        match self {
            XValue::Nodes(nodes) => nodes.first().map_or_else(String::new, text_of),
            XValue::Text(text) => text.clone(),
            XValue::Bool(value) => value.to_string(),
            XValue::Number(value) if value.is_nan() => "NaN".to_owned(),
            XValue::Number(value) if value.is_infinite() => {
                if *value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
            }
            XValue::Number(value) => number_format::default_text(Number::Double(*value)),
        }
    }

    /// `number(value)`.
    pub(super) fn number(&self) -> f64 {
        match self {
            XValue::Number(value) => *value,
            XValue::Bool(value) => f64::from(u8::from(*value)),
            other => to_number(&other.text()),
        }
    }

    /// `boolean(value)`.
    pub(super) fn bool(&self) -> bool {
        match self {
            XValue::Nodes(nodes) => !nodes.is_empty(),
            XValue::Text(text) => !text.is_empty(),
            XValue::Bool(value) => *value,
            XValue::Number(value) => *value != 0.0 && !value.is_nan(),
        }
    }
}
