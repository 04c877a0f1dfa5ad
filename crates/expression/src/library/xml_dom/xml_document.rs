//! `System.Xml.XmlDocument`.

use super::xml_element::named_below;
use super::{it, namespace_manager, option, value, xml_node_list};
use crate::Value;
use crate::dotnet::xml::{self, Body, Name, XMLNS, XObject};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::library::table::{Member, TypeDef, class, constructor, method, property};

/// `System.Xml.XmlDocument`.
pub(super) static XML_DOCUMENT: TypeDef = class("System.Xml.XmlDocument")
    .bases(&["XmlNode"])
    .members(MEMBERS)
    .not_in_azure();

static MEMBERS: &[Member] = &[
    constructor("()", |_, _, _| Ok(value(XObject::document()))),
    method("void LoadXml(string xml)", |cx, a, _| load(cx, it(&a[0])?, &a[1])),
    property("XmlElement DocumentElement", |_, a, _| {
        Ok(option(it(&a[0])?.elements(None).into_iter().next()))
    }),
    property("XmlNameTable NameTable", |_, _, _| Ok(namespace_manager::table())),
    method("XmlNodeList GetElementsByTagName(string name)", |cx, a, _| {
        let found = named_below(it(&a[0])?, &a[1].str("name")?.as_str());
        xml_node_list::new(cx, found)
    }),
    method(
        "XmlNodeList GetElementsByTagName(string localName, string namespaceURI)",
        |cx, a, _| {
            let found = super::xml_element::below_in(it(&a[0])?, &a[1].to_text(), &a[2].to_text());
            xml_node_list::new(cx, found)
        },
    ),
    method("XmlElement CreateElement(string name)", |cx, a, _| {
        element(cx, &a[1], "")
    }),
    method(
        "XmlElement CreateElement(string qualifiedName, string namespaceURI)",
        |cx, a, _| element(cx, &a[1], &a[2].to_text()),
    ),
    method(
        "XmlElement CreateElement(string prefix, string localName, string namespaceURI)",
        |cx, a, _| {
            let made = element(cx, &a[2], &a[3].to_text())?;
            // A prefix is known by its declaration.
            if let Some(prefix) = a[1].str_or_null().filter(|it| !it.as_str().is_empty()) {
                let body = Body::Attribute {
                    name: Name::new(&prefix.as_str(), XMLNS)?,
                    value: a[3].to_text().into(),
                };
                it(&made)?.add(xml::Content::Object(XObject::new(body)))?;
            }
            Ok(made)
        },
    ),
    method("XmlText CreateTextNode(string text)", |cx, a, _| {
        cx.charge(128)?;
        Ok(value(XObject::new(Body::Text(a[1].to_text().into()))))
    }),
    method("XmlCDataSection CreateCDataSection(string data)", |cx, a, _| {
        cx.charge(128)?;
        Ok(value(XObject::new(Body::CData(a[1].to_text().into()))))
    }),
    method("XmlComment CreateComment(string data)", |cx, a, _| {
        cx.charge(128)?;
        Ok(value(XObject::new(Body::Comment(a[1].to_text().into()))))
    }),
];

fn load(cx: &mut Cx<'_>, document: &XObject, text: &Value) -> Eval {
    let text = text.str("xml")?;
    cx.work(text.bytes())?;
    cx.charge(text.bytes().saturating_mul(8))?;
    let read = xml::parse(&text.as_str(), false)?;
    let new = read.with(|body| match body {
        Body::Document { declaration, .. } => declaration.clone(),
        _ => None,
    });
    document.clear();
    document.change(|body| {
        if let Body::Document { declaration, .. } = body {
            *declaration = new;
        }
    });
    for node in read.nodes() {
        node.remove()?;
        document.add(xml::Content::Object(node))?;
    }
    Ok(Value::Null)
}

fn element(cx: &mut Cx<'_>, name: &Value, namespace: &str) -> Eval {
    cx.charge(256)?;
    let name = name.to_text();
    if name.is_empty() {
        return Err(Exception::argument(
            "The local name for elements or attributes cannot be null or an empty string.",
        )
        .into());
    }
    let local = name.split_once(':').map_or(name.as_str(), |it| it.1);
    Ok(value(XObject::element(Name::new(local, namespace)?)))
}
