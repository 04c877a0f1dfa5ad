//! `System.Xml.XmlElement`.

use super::{it, xml_node_list};
use crate::Value;
use crate::dotnet::xml::xpath::qualified_name;
use crate::dotnet::xml::{Body, Content, Name, XObject};
use crate::exception::Eval;
use crate::library::table::{Member, TypeDef, class, method, property};

/// `System.Xml.XmlElement`.
pub(super) static XML_ELEMENT: TypeDef = class("System.Xml.XmlElement")
    .bases(&["XmlNode"])
    .members(MEMBERS)
    .not_in_azure();

static MEMBERS: &[Member] = &[
    property("bool HasAttributes", |_, a, _| {
        Ok((!it(&a[0])?.attributes().is_empty()).into())
    }),
    property("bool IsEmpty", |_, a, _| Ok(it(&a[0])?.is_empty().into())),
    method("string GetAttribute(string name)", |_, a, _| {
        let found = named(it(&a[0])?, &a[1].to_text());
        Ok(found.map_or_else(String::new, |it| it.value()).into())
    }),
    method(
        "string GetAttribute(string localName, string namespaceURI)",
        |_, a, _| {
            let name = Name::new(&a[1].to_text(), &a[2].to_text())?;
            let found = it(&a[0])?.attribute(&name);
            Ok(found.map_or_else(String::new, |it| it.value()).into())
        },
    ),
    method("bool HasAttribute(string name)", |_, a, _| {
        Ok(named(it(&a[0])?, &a[1].to_text()).is_some().into())
    }),
    method("void SetAttribute(string name, string value)", |cx, a, _| {
        cx.charge(256)?;
        set(it(&a[0])?, &a[1].to_text(), &a[2].to_text())
    }),
    method("void RemoveAttribute(string name)", |_, a, _| {
        if let Some(found) = named(it(&a[0])?, &a[1].to_text()) {
            found.remove()?;
        }
        Ok(Value::Null)
    }),
    method("XmlNodeList GetElementsByTagName(string name)", |cx, a, _| {
        let found = named_below(it(&a[0])?, &a[1].str("name")?.as_str());
        xml_node_list::new(cx, found)
    }),
    method(
        "XmlNodeList GetElementsByTagName(string localName, string namespaceURI)",
        |cx, a, _| {
            let found = below_in(it(&a[0])?, &a[1].to_text(), &a[2].to_text());
            xml_node_list::new(cx, found)
        },
    ),
];

/// The elements below a node that have this qualified name; `*` is any.
pub(super) fn named_below(node: &XObject, name: &str) -> Vec<XObject> {
    let elements = node
        .descendants(false)
        .into_iter()
        .filter(|it| it.is_element(None));
    elements
        .filter(|it| name == "*" || qualified_name(it) == name)
        .collect()
}

/// The elements below a node of a name and namespace; `*` is any.
pub(super) fn below_in(node: &XObject, local: &str, namespace: &str) -> Vec<XObject> {
    let fits = |it: &XObject| {
        it.name().is_some_and(|name| {
            (local == "*" || *name.local == *local) && (namespace == "*" || *name.namespace == *namespace)
        })
    };
    let elements = node
        .descendants(false)
        .into_iter()
        .filter(|it| it.is_element(None));
    elements.filter(fits).collect()
}

fn named(element: &XObject, name: &str) -> Option<XObject> {
    element
        .attributes()
        .into_iter()
        .find(|it| qualified_name(it) == name)
}

fn set(element: &XObject, name: &str, value: &str) -> Eval {
    match named(element, name) {
        Some(known) => known.set_value(value)?,
        None => {
            let (prefix, local) = name.split_once(':').unwrap_or(("", name));
            let namespace = match prefix {
                "" => String::new(),
                prefix => element
                    .namespace_of_prefix(prefix)
                    .map_or_else(String::new, |it| it.to_string()),
            };
            let body = Body::Attribute {
                name: Name::new(local, &namespace)?,
                value: value.into(),
            };
            element.add(Content::Object(XObject::new(body)))?;
        }
    }
    Ok(Value::Null)
}
