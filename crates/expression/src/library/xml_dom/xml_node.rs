//! `System.Xml.XmlNode`.

use super::{given, it, option, outer, select, value, xml_attribute_collection, xml_node_list};
use crate::Value;
use crate::dotnet::xml::xpath::qualified_name;
use crate::dotnet::xml::{self, Body, Content, Kind, XObject};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::library::linq_xml::XML_NODE_TYPE;
use crate::library::table::{Def, Member, TypeDef, class, indexer, method, property};

/// `System.Xml.XmlNode`.
pub(super) static XML_NODE: TypeDef = class("System.Xml.XmlNode")
    .bases(&["IEnumerable"])
    .members(MEMBERS)
    .not_in_azure();

static MEMBERS: &[Member] = &[
    property("string Name", |_, a, _| Ok(name(it(&a[0])?).into())),
    property("string LocalName", |_, a, _| {
        let node = it(&a[0])?;
        Ok(node
            .name()
            .map_or_else(|| name(node).into(), |it| it.local.as_ref().into()))
    }),
    property("string Prefix", |_, a, _| {
        let name = qualified_name(it(&a[0])?);
        Ok(name.split_once(':').map_or("", |it| it.0).into())
    }),
    property("string NamespaceURI", |_, a, _| {
        let name = it(&a[0])?.name();
        Ok(name.map_or_else(|| "".into(), |it| it.namespace.as_ref().into()))
    }),
    property("XmlNodeType NodeType", |_, a, _| {
        Ok(Value::Enum(Def(&XML_NODE_TYPE), it(&a[0])?.kind() as i64))
    }),
    property("string Value", |_, a, _| {
        let node = it(&a[0])?;
        match node.kind() {
            Kind::Element | Kind::Document | Kind::DocumentType => Ok(Value::Null),
            _ => Ok(node.value().into()),
        }
    })
    .set(|_, a, _| {
        let node = it(&a[0])?;
        if matches!(node.kind(), Kind::Element | Kind::Document) {
            let message = format!("Cannot set a value on node type '{:?}'.", node.kind());
            return Err(Exception::invalid_operation(message).into());
        }
        node.set_value(&a[1].to_text())?;
        Ok(Value::Null)
    }),
    property("string InnerText", |cx, a, _| {
        let text = it(&a[0])?.value();
        cx.charge(text.len())?;
        Ok(text.into())
    })
    .set(|_, a, _| {
        it(&a[0])?.set_value(&a[1].to_text())?;
        Ok(Value::Null)
    }),
    property("string InnerXml", |cx, a, _| {
        let mut text = String::new();
        for node in it(&a[0])?.nodes() {
            text.push_str(&outer(cx, &node)?);
        }
        Ok(text.into())
    })
    .set(|cx, a, _| set_inner(cx, it(&a[0])?, &a[1].to_text())),
    property("string OuterXml", |cx, a, _| Ok(outer(cx, it(&a[0])?)?.into())),
    property("XmlNodeList ChildNodes", |cx, a, _| {
        xml_node_list::new(cx, it(&a[0])?.nodes())
    }),
    property("XmlAttributeCollection Attributes", |_, a, _| {
        let node = it(&a[0])?;
        Ok(match node.kind() {
            Kind::Element => xml_attribute_collection::new(node.clone()),
            _ => Value::Null,
        })
    }),
    property("bool HasChildNodes", |_, a, _| {
        Ok((!it(&a[0])?.nodes().is_empty()).into())
    }),
    property("XmlNode FirstChild", |_, a, _| {
        Ok(option(it(&a[0])?.nodes().into_iter().next()))
    }),
    property("XmlNode LastChild", |_, a, _| {
        Ok(option(it(&a[0])?.nodes().pop()))
    }),
    property("XmlNode NextSibling", |_, a, _| {
        Ok(option(it(&a[0])?.siblings().1.into_iter().next()))
    }),
    property("XmlNode PreviousSibling", |_, a, _| {
        Ok(option(it(&a[0])?.siblings().0.pop()))
    }),
    property("XmlNode ParentNode", |_, a, _| Ok(option(it(&a[0])?.container()))),
    property("XmlDocument OwnerDocument", |_, a, _| {
        let node = it(&a[0])?;
        Ok(option(node.owner().filter(|it| !it.same(node))))
    }),
    indexer("XmlElement this[string name]", |_, a, _| {
        let wanted = a[1].to_text();
        let children = it(&a[0])?.elements(None);
        Ok(option(
            children.into_iter().find(|it| qualified_name(it) == wanted),
        ))
    }),
    method("XmlNode SelectSingleNode(string xpath)", |cx, a, _| {
        let found = select(cx, it(&a[0])?, &a[1], &Value::Null)?;
        Ok(option(found.into_iter().next()))
    }),
    method(
        "XmlNode SelectSingleNode(string xpath, XmlNamespaceManager nsmgr)",
        |cx, a, _| {
            let found = select(cx, it(&a[0])?, &a[1], &a[2])?;
            Ok(option(found.into_iter().next()))
        },
    ),
    method("XmlNodeList SelectNodes(string xpath)", |cx, a, _| {
        let found = select(cx, it(&a[0])?, &a[1], &Value::Null)?;
        xml_node_list::new(cx, found)
    }),
    method(
        "XmlNodeList SelectNodes(string xpath, XmlNamespaceManager nsmgr)",
        |cx, a, _| {
            let found = select(cx, it(&a[0])?, &a[1], &a[2])?;
            xml_node_list::new(cx, found)
        },
    ),
    method("XmlNode AppendChild(XmlNode newChild)", |_, a, _| {
        let end = it(&a[0])?.nodes().len();
        put(it(&a[0])?, given(&a[1], "newChild")?, end)?;
        Ok(a[1].clone())
    }),
    method("XmlNode PrependChild(XmlNode newChild)", |_, a, _| {
        put(it(&a[0])?, given(&a[1], "newChild")?, 0)?;
        Ok(a[1].clone())
    }),
    method(
        "XmlNode InsertAfter(XmlNode newChild, XmlNode refChild)",
        |_, a, _| {
            let at = given(&a[2], "refChild")?.place()?.1 + 1;
            put(it(&a[0])?, given(&a[1], "newChild")?, at)?;
            Ok(a[1].clone())
        },
    ),
    method(
        "XmlNode InsertBefore(XmlNode newChild, XmlNode refChild)",
        |_, a, _| {
            let at = given(&a[2], "refChild")?.place()?.1;
            put(it(&a[0])?, given(&a[1], "newChild")?, at)?;
            Ok(a[1].clone())
        },
    ),
    method(
        "XmlNode ReplaceChild(XmlNode newChild, XmlNode oldChild)",
        |_, a, _| {
            let old = given(&a[2], "oldChild")?;
            let at = old.place()?.1;
            old.remove()?;
            put(it(&a[0])?, given(&a[1], "newChild")?, at)?;
            Ok(a[2].clone())
        },
    ),
    method("XmlNode RemoveChild(XmlNode oldChild)", |_, a, _| {
        let (node, old) = (it(&a[0])?, given(&a[1], "oldChild")?);
        if !old.container().is_some_and(|it| it.same(node)) {
            return Err(Exception::argument("The node to be removed is not a child of this node.").into());
        }
        old.remove()?;
        Ok(a[1].clone())
    }),
    method("void RemoveAll()", |_, a, _| {
        it(&a[0])?.clear_attributes();
        empty(it(&a[0])?)?;
        Ok(Value::Null)
    }),
    method("XmlNode CloneNode(bool deep)", |cx, a, _| {
        let node = it(&a[0])?;
        cx.charge(node.count().saturating_mul(192))?;
        let copy = node.deep_clone();
        if !a[1].bool() {
            empty(&copy)?;
        }
        Ok(value(copy))
    }),
];

// An element that was emptied keeps its end tag.
fn empty(node: &XObject) -> Eval<()> {
    node.clear();
    Ok(node.add(Content::Text(String::new()))?)
}

// `#text` and its like where a node has no name.
fn name(node: &XObject) -> String {
    match node.kind() {
        Kind::Text => "#text".to_owned(),
        Kind::CData => "#cdata-section".to_owned(),
        Kind::Comment => "#comment".to_owned(),
        Kind::Document => "#document".to_owned(),
        Kind::DocumentType => node.with(|body| match body {
            Body::DocumentType(it) => it.name.to_string(),
            _ => String::new(),
        }),
        _ => qualified_name(node),
    }
}

// A node that stands elsewhere is moved.
fn put(parent: &XObject, child: &XObject, at: usize) -> Eval<()> {
    let mut at = at;
    if let Ok((holder, place)) = child.place() {
        at -= usize::from(holder.same(parent) && place < at);
        child.remove()?;
    }
    parent.insert_all(at, vec![Content::Object(child.clone())])?;
    Ok(())
}

fn set_inner(cx: &mut Cx<'_>, node: &XObject, text: &str) -> Eval {
    cx.work(text.len())?;
    cx.charge(text.len().saturating_mul(8))?;
    let parts = match node.kind() {
        Kind::Document => xml::parse(text, false)?.nodes(),
        // Inside an element there may be several, and text.
        _ => {
            let wrapped = xml::parse(&format!("<x>{text}</x>"), true)?;
            wrapped
                .elements(None)
                .first()
                .map_or_else(Vec::new, XObject::nodes)
        }
    };
    node.clear();
    node.insert_all(0, parts.into_iter().map(Content::Object).collect())?;
    Ok(Value::Null)
}
