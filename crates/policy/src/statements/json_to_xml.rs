//! `<json-to-xml>`: the body from JSON to XML.
//!
//! ```xml
//! <json-to-xml apply="always" consider-accept-header="false" namespace-separator=":" namespace-prefix="xmlns"
//!              attribute-block-name="#attrs" />
//! ```
//! A property becomes an element, an array as many elements of its name. A JSON text with one property has it for its root;
//! any other stands in a root `Document` (inferred).

use super::content::{Apply, CONSIDER_ACCEPT, apply, failed, is_json, is_xml, text};
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional};
use crate::template::Template;
use crate::world::World;
use serde_json::{Map, Value};
use std::fmt::Write;

pub(super) static SHAPE: Shape = Shape {
    name: "json-to-xml",
    attributes: &[
        apply(&["always", "content-type-json"]),
        CONSIDER_ACCEPT,
        optional("parse-date").or("true").literal().bool(),
        optional("namespace-separator").or("_"),
        optional("namespace-prefix"),
        optional("attribute-block-name"),
    ],
    content: Content::Empty,
};

struct JsonToXml {
    apply: Apply,
    parse_date: bool,
    separator: Option<Template>,
    prefix: Option<Template>,
    attributes: Option<Template>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let parse_date = element.choice("parse-date", &[("true", true), ("false", false)]);
    Action::now(JsonToXml {
        apply: Apply::parse(element, "content-type-json"),
        parse_date: parse_date.unwrap_or(true),
        separator: element.optional("namespace-separator"),
        prefix: element.optional("namespace-prefix"),
        attributes: element.optional("attribute-block-name"),
    })
}

impl Now for JsonToXml {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let mut given = |template: &Option<Template>| match template {
            Some(template) => Ok(Some(template.text(exchange)?.into_owned()).filter(|it| !it.is_empty())),
            None => Ok(None),
        };
        let rules = Rules {
            parse_date: self.parse_date,
            separator: given(&self.separator)?.unwrap_or_else(|| "_".to_owned()),
            prefix: given(&self.prefix)?,
            attributes: given(&self.attributes)?,
        };
        if !self.apply.holds(exchange, is_json, is_xml)? {
            return Ok(Flow::Next);
        }
        let Some(body) = exchange.content().filter(|it| !it.is_empty()) else {
            return Ok(Flow::Next);
        };
        let json: Value = serde_json::from_str(text(&body)?).map_err(failed)?;
        exchange.put_content(rules.convert(&json).into(), Some("application/xml"));
        Ok(Flow::Next)
    }
}

struct Rules {
    parse_date: bool,
    separator: String,
    prefix: Option<String>,
    attributes: Option<String>,
}

impl Rules {
    fn convert(&self, json: &Value) -> String {
        let (mut out, mut scope) = (String::new(), Vec::new());
        match json {
            Value::Object(members) if self.has_one_root(members) => {
                members
                    .iter()
                    .for_each(|(name, value)| self.element(name, value, &mut scope, &mut out));
            }
            Value::Array(items) => {
                out.push_str("<Document>");
                items
                    .iter()
                    .for_each(|item| self.element("item", item, &mut scope, &mut out));
                out.push_str("</Document>");
            }
            other => self.element("Document", other, &mut scope, &mut out),
        }
        out
    }

    fn has_one_root(&self, members: &Map<String, Value>) -> bool {
        let mut all = members.iter();
        match (all.next(), all.next()) {
            (Some((name, value)), None) => {
                !value.is_array() && !self.is_block(name) && !self.is_namespace(name)
            }
            _ => false,
        }
    }

    // serde_json bounds the depth of what it reads, so recursion is bounded too.
    fn element(&self, name: &str, value: &Value, scope: &mut Vec<String>, out: &mut String) {
        if let Value::Array(items) = value {
            return items.iter().for_each(|item| self.element(name, item, scope, out));
        }
        let outer = scope.len();
        if let Value::Object(members) = value {
            scope.extend(members.keys().filter_map(|name| self.declared(name)));
        }
        let tag = self.name(name, scope);
        let _ = write!(out, "<{tag}");
        let mut inner = String::new();
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::Object(block) if self.is_block(name) => {
                            block
                                .iter()
                                .for_each(|(name, value)| self.attribute(name, value, scope, out));
                        }
                        value if self.is_namespace(name) => self.attribute(name, value, scope, out),
                        value => self.element(name, value, scope, &mut inner),
                    }
                }
            }
            scalar => escape(&self.scalar(scalar), &mut inner),
        }
        let _ = match inner.is_empty() {
            true => write!(out, " />"),
            false => write!(out, ">{inner}</{tag}>"),
        };
        scope.truncate(outer);
    }

    fn attribute(&self, name: &str, value: &Value, scope: &[String], out: &mut String) {
        let _ = write!(out, " {}=\"", self.name(name, scope));
        escape(&self.scalar(value), out);
        out.push('"');
    }

    fn is_block(&self, name: &str) -> bool {
        self.attributes.as_deref() == Some(name)
    }

    fn is_namespace(&self, name: &str) -> bool {
        self.prefix.as_deref().is_some_and(|it| name.starts_with(it))
    }

    // The prefix that `xmlns:prefix` declares.
    fn declared(&self, name: &str) -> Option<String> {
        let rest = name.strip_prefix(self.prefix.as_deref()?)?;
        rest.strip_prefix(self.separator.as_str()).map(str::to_owned)
    }

    // The separator is the colon of XML where what stands before it is a declared prefix: `first_name` stays whole (inferred).
    // What cannot stand in a name is encoded as .NET's `XmlConvert` does.
    fn name(&self, name: &str, scope: &[String]) -> String {
        let known = |prefix: &str| {
            prefix == "xml" || self.prefix.as_deref() == Some(prefix) || scope.iter().any(|it| it == prefix)
        };
        match name.split_once(self.separator.as_str()) {
            Some((prefix, local)) if known(prefix) && !local.is_empty() => {
                format!("{}:{}", encode(prefix), encode(local))
            }
            _ if name.is_empty() => "_".to_owned(),
            _ => encode(name),
        }
    }

    fn scalar(&self, value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::String(text) => match self.parse_date.then(|| expression::json_date(text)).flatten() {
                Some(date) => expression::format_date(&date, "yyyy-MM-ddTHH:mm:ss.FFFFFFFK")
                    .unwrap_or_else(|_| text.clone()),
                None => text.clone(),
            },
            Value::Number(number) => match number.as_f64() {
                // A whole double has no fraction in XML.
                Some(double) if !number.is_i64() && !number.is_u64() && double.fract() == 0.0 => {
                    double.to_string()
                }
                _ => number.to_string(),
            },
            other => other.to_string(),
        }
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            // XML 1.0 has no place for other control characters.
            c if c < ' ' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (at, c) in name.chars().enumerate() {
        let starts = c.is_alphabetic() || c == '_';
        match starts || at > 0 && (c.is_numeric() || matches!(c, '-' | '.')) {
            true => out.push(c),
            false => drop(write!(out, "_x{:04X}_", u32::from(c))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(json: &str, parse_date: bool) -> String {
        let rules = Rules {
            parse_date,
            separator: ":".to_owned(),
            prefix: Some("xmlns".to_owned()),
            attributes: Some("#attrs".to_owned()),
        };
        rules.convert(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn namespaces_and_attribute_blocks() {
        let json = r##"{"e:Envelope":{"xmlns:e":"urn:e","e:Header":{},"e:Body":{"Query":{"#attrs":{"name":"a<b"},"Item":["x","y"]}}}}"##;
        assert_eq!(
            convert(json, false),
            r#"<e:Envelope xmlns:e="urn:e"><e:Header /><e:Body><Query name="a&lt;b"><Item>x</Item><Item>y</Item></Query></e:Body></e:Envelope>"#
        );
    }

    #[test]
    fn scalars_dates_and_odd_names() {
        assert_eq!(
            convert(r#"{"a":1,"b":1.0,"c":true,"d":null,"e_f g":"x","1":2}"#, true),
            "<Document><a>1</a><b>1</b><c>true</c><d /><e_f_x0020_g>x</e_f_x0020_g><_x0031_>2</_x0031_></Document>"
        );
        assert_eq!(
            convert(r#"{"d":"2024-05-01T12:00:00.000Z"}"#, true),
            "<d>2024-05-01T12:00:00Z</d>"
        );
        assert_eq!(
            convert(r#"{"d":"2024-05-01T12:00:00.000Z"}"#, false),
            "<d>2024-05-01T12:00:00.000Z</d>"
        );
        assert_eq!(
            convert("[1,2]", true),
            "<Document><item>1</item><item>2</item></Document>"
        );
    }
}
