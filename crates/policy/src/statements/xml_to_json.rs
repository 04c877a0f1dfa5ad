//! `<xml-to-json>`: the body from XML to JSON.
//!
//! ```xml
//! <xml-to-json kind="direct" apply="content-type-xml" consider-accept-header="false" />
//! ```
//! `direct` keeps what XML has: attributes as `@name`, text beside attributes as `#text`, prefixes joined by `$` (observed:
//! `soap$Envelope`), the declaration as members of the root (observed). `javascript-friendly` is not described by the
//! reference: attributes have plain names, text beside them is `value`, namespace declarations are left out (inferred).

use super::content::{Apply, CONSIDER_ACCEPT, apply, failed, is_json, is_xml, text};
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional, required};
use crate::template::{Setting, Template};
use crate::world::World;
use serde_json::{Map, Value};
use uppsala::{Document, NodeId, NodeKind, QName};

const KINDS: [&str; 2] = ["javascript-friendly", "direct"];

pub(super) static SHAPE: Shape = Shape {
    name: "xml-to-json",
    attributes: &[
        required("kind").one_of(&KINDS),
        apply(&["always", "content-type-xml"]),
        CONSIDER_ACCEPT,
        optional("always-array-child-elements").or("false").bool(),
    ],
    content: Content::Empty,
};

struct XmlToJson {
    kind: Template,
    apply: Apply,
    arrays: Setting<bool>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let kind = element.required("kind");
    if let Some(text) = kind.known()
        && !KINDS.contains(&text.trim())
    {
        let (text, span) = (text.to_owned(), kind.span);
        element.wrong_value("kind", &text, "`javascript-friendly` or `direct`", span);
    }
    Action::now(XmlToJson {
        kind,
        apply: Apply::parse(element, "content-type-xml"),
        arrays: element.setting_or("always-array-child-elements", false),
    })
}

impl Now for XmlToJson {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let is_direct = self.kind.text(exchange)?.trim().eq_ignore_ascii_case("direct");
        let arrays = self.arrays.get(exchange)?;
        if !self.apply.holds(exchange, is_xml, is_json)? {
            return Ok(Flow::Next);
        }
        let Some(body) = exchange.content().filter(|it| !it.is_empty()) else {
            return Ok(Flow::Next);
        };
        let json = convert(text(&body)?, is_direct, arrays).map_err(failed)?;
        exchange.put_content(json.into(), Some("application/json"));
        Ok(Flow::Next)
    }
}

fn convert(xml: &str, is_direct: bool, arrays: bool) -> Result<String, String> {
    let document = uppsala::parse(xml).map_err(|error| error.to_string())?;
    let root = document
        .document_element()
        .ok_or("The body has no root element.")?;
    let reader = Reader {
        document: &document,
        is_direct,
        arrays,
    };
    let mut whole = Map::new();
    if let (Some(declaration), true) = (&document.xml_declaration, is_direct) {
        whole.insert("version".to_owned(), declaration.version.as_ref().into());
        if let Some(encoding) = &declaration.encoding {
            whole.insert("encoding".to_owned(), encoding.as_ref().into());
        }
    }
    if let Some(element) = document.element(root) {
        whole.insert(member(&element.name), reader.value(root));
    }
    Ok(Value::Object(whole).to_string())
}

struct Reader<'a> {
    document: &'a Document<'a>,
    is_direct: bool,
    arrays: bool,
}

impl Reader<'_> {
    // The parser bounds the depth, so recursion is bounded too.
    fn value(&self, id: NodeId) -> Value {
        let mut members = Map::new();
        self.attributes(id, &mut members);
        let mut text = String::new();
        let mut data = String::new();
        for child in self.document.children_iter(id) {
            match self.document.node_kind(child) {
                Some(NodeKind::Element(element)) => {
                    add(
                        &mut members,
                        member(&element.name),
                        self.value(child),
                        self.arrays,
                    );
                }
                Some(NodeKind::Text(part)) => text.push_str(part),
                Some(NodeKind::CData(part)) => data.push_str(part),
                _ => (),
            }
        }
        if text.trim().is_empty() && (!members.is_empty() || !data.is_empty()) {
            text.clear();
        }
        let (text_name, data_name) = match self.is_direct {
            true => ("#text", "#cdata-section"),
            false => ("value", "value"),
        };
        match (members.is_empty(), text.is_empty(), data.is_empty()) {
            (true, true, true) => Value::Null,
            (true, false, true) => text.into(),
            (true, true, false) if !self.is_direct => data.into(),
            _ => {
                if !text.is_empty() {
                    members.insert(text_name.to_owned(), text.into());
                }
                if !data.is_empty() {
                    members.insert(data_name.to_owned(), data.into());
                }
                Value::Object(members)
            }
        }
    }

    fn attributes(&self, id: NodeId, members: &mut Map<String, Value>) {
        let Some(element) = self.document.element(id) else {
            return;
        };
        let sign = if self.is_direct { "@" } else { "" };
        if self.is_direct {
            for (prefix, uri) in &element.namespace_declarations {
                let name = match prefix.as_ref() {
                    "" => "@xmlns".to_owned(),
                    prefix => format!("@xmlns${prefix}"),
                };
                members.insert(name, uri.as_ref().into());
            }
        }
        for attribute in &element.attributes {
            members.insert(
                format!("{sign}{}", member(&attribute.name)),
                attribute.value.as_ref().into(),
            );
        }
    }
}

// `a:b` is `a$b` (observed).
fn member(name: &QName<'_>) -> String {
    name.prefixed_name().replace(':', "$")
}

// Repeated elements make an array; with `always` a single one does too.
fn add(members: &mut Map<String, Value>, name: String, value: Value, always: bool) {
    match members.get_mut(&name) {
        Some(Value::Array(items)) => items.push(value),
        Some(single) => *single = Value::Array(vec![single.take(), value]),
        None => {
            let value = if always { Value::Array(vec![value]) } else { value };
            members.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENVELOPE: &str =
        r#"<?xml version="1.0"?><s:E xmlns="urn:d" xmlns:s="urn:s"><s:B><Get id="7">x</Get><n/></s:B></s:E>"#;

    #[test]
    fn direct_keeps_what_xml_has() {
        assert_eq!(
            convert(ENVELOPE, true, false).as_deref(),
            Ok(
                r##"{"version":"1.0","s$E":{"@xmlns":"urn:d","@xmlns$s":"urn:s","s$B":{"Get":{"@id":"7","#text":"x"},"n":null}}}"##
            )
        );
    }

    #[test]
    fn friendly_has_no_signs() {
        assert_eq!(
            convert(ENVELOPE, false, false).as_deref(),
            Ok(r#"{"s$E":{"s$B":{"Get":{"id":"7","value":"x"},"n":null}}}"#)
        );
    }

    #[test]
    fn repeated_elements_make_arrays() {
        let xml = "<a><b>1</b><b>2</b><b>3</b><c>4</c></a>";
        assert_eq!(
            convert(xml, true, false).as_deref(),
            Ok(r#"{"a":{"b":["1","2","3"],"c":"4"}}"#)
        );
        assert_eq!(
            convert(xml, true, true).as_deref(),
            Ok(r#"{"a":{"b":["1","2","3"],"c":["4"]}}"#)
        );
    }

    #[test]
    fn broken_xml_and_entities_from_outside_are_refused() {
        assert!(convert("<a>", true, false).is_err());
        let outside = r#"<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>"#;
        assert!(convert(outside, true, false).is_err_and(|it| !it.contains("root:")));
    }
}
