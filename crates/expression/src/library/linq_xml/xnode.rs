//! `System.Xml.Linq.XNode`.

use super::xelement::XELEMENT;
use super::{content, given, it, name_of, node_comparers, of, option, save_options, sequence, text_of};
use crate::Value;
use crate::dotnet::xml::{self, XObject};
use crate::eval::Cx;
use crate::exception::Eval;
use crate::library::table::{Member, TypeDef, class, method, property, static_method, static_property};
use crate::library::{array, xml_dom};
use std::cmp::Ordering;

/// `System.Xml.Linq.XNode`.
pub(crate) static XNODE: TypeDef = class("System.Xml.Linq.XNode")
    .bases(&["XObject"])
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    static_property("XNodeEqualityComparer EqualityComparer", |_, _, _| {
        Ok(node_comparers::equality())
    }),
    static_property("XNodeDocumentOrderComparer DocumentOrderComparer", |_, _, _| {
        Ok(node_comparers::order())
    }),
    static_method("bool DeepEquals(XNode n1, XNode n2)", |_, a, _| {
        Ok(match (of(&a[0]), of(&a[1])) {
            (Some(one), Some(other)) => xml::deep_equals(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
        .into())
    }),
    static_method("int CompareDocumentOrder(XNode n1, XNode n2)", |_, a, _| {
        Ok((order(&a[0], &a[1])? as i32).into())
    }),
    static_method("XNode ReadFrom(XmlReader reader)", |cx, a, _| {
        xml_dom::read_from(cx, &a[0])
    })
    .not_in_azure(),
    property("XNode NextNode", |_, a, _| {
        Ok(option(it(&a[0])?.siblings().1.into_iter().next()))
    }),
    property("XNode PreviousNode", |_, a, _| {
        Ok(option(it(&a[0])?.siblings().0.pop()))
    }),
    method("IEnumerable<XElement> Ancestors()", |cx, a, _| {
        let found = it(&a[0])?.ancestors(false);
        sequence(cx, found, &XELEMENT)
    }),
    method("IEnumerable<XElement> Ancestors(XName name)", |cx, a, _| {
        let found = it(&a[0])?.ancestors(false);
        named(cx, found, &a[1])
    }),
    method("IEnumerable<XElement> ElementsAfterSelf()", |cx, a, _| {
        let found = elements(it(&a[0])?.siblings().1);
        sequence(cx, found, &XELEMENT)
    }),
    method(
        "IEnumerable<XElement> ElementsAfterSelf(XName name)",
        |cx, a, _| {
            let found = it(&a[0])?.siblings().1;
            named(cx, found, &a[1])
        },
    ),
    method("IEnumerable<XElement> ElementsBeforeSelf()", |cx, a, _| {
        let found = elements(it(&a[0])?.siblings().0);
        sequence(cx, found, &XELEMENT)
    }),
    method(
        "IEnumerable<XElement> ElementsBeforeSelf(XName name)",
        |cx, a, _| {
            let found = it(&a[0])?.siblings().0;
            named(cx, found, &a[1])
        },
    ),
    method("IEnumerable<XNode> NodesAfterSelf()", |cx, a, _| {
        let found = it(&a[0])?.siblings().1;
        sequence(cx, found, &XNODE)
    }),
    method("IEnumerable<XNode> NodesBeforeSelf()", |cx, a, _| {
        let found = it(&a[0])?.siblings().0;
        sequence(cx, found, &XNODE)
    }),
    method("bool IsAfter(XNode node)", |_, a, _| {
        Ok((order(&a[0], &a[1])? == Ordering::Greater).into())
    }),
    method("bool IsBefore(XNode node)", |_, a, _| {
        Ok((order(&a[0], &a[1])? == Ordering::Less).into())
    }),
    method("void AddAfterSelf(object content)", |cx, a, _| {
        beside(cx, &a[0], &a[1], 1)
    }),
    method("void AddAfterSelf(params object[] content)", |cx, a, _| {
        beside(cx, &a[0], &a[1], 1)
    }),
    method("void AddBeforeSelf(object content)", |cx, a, _| {
        beside(cx, &a[0], &a[1], 0)
    }),
    method("void AddBeforeSelf(params object[] content)", |cx, a, _| {
        beside(cx, &a[0], &a[1], 0)
    }),
    method("void Remove()", |_, a, _| {
        it(&a[0])?.remove()?;
        Ok(Value::Null)
    }),
    method("void ReplaceWith(object content)", |cx, a, _| {
        replace(cx, &a[0], &a[1])
    }),
    method("void ReplaceWith(params object[] content)", |cx, a, _| {
        replace(cx, &a[0], &a[1])
    }),
    method("string ToString()", |cx, a, _| {
        text_of(cx, it(&a[0])?, xml::SaveOptions::default())
    }),
    method("string ToString(SaveOptions options)", |cx, a, _| {
        text_of(cx, it(&a[0])?, save_options::save(&a[1]))
    }),
];

/// The elements of a name.
pub(super) fn named(cx: &mut Cx<'_>, nodes: Vec<XObject>, name: &Value) -> Eval {
    // Nothing has no name at all.
    let found = match name.is_null() {
        true => Vec::new(),
        false => {
            let name = name_of(name, "name")?;
            nodes.into_iter().filter(|it| it.is_element(Some(name))).collect()
        }
    };
    sequence(cx, found, &XELEMENT)
}

/// The elements among nodes.
pub(super) fn elements(nodes: Vec<XObject>) -> Vec<XObject> {
    nodes.into_iter().filter(|it| it.is_element(None)).collect()
}

fn order(one: &Value, other: &Value) -> Eval<Ordering> {
    match (of(one), of(other)) {
        (Some(one), Some(other)) => Ok(xml::compare_order(one, other)?),
        (None, None) => Ok(Ordering::Equal),
        (None, _) => Ok(Ordering::Less),
        (_, None) => Ok(Ordering::Greater),
    }
}

fn beside(cx: &mut Cx<'_>, node: &Value, source: &Value, offset: usize) -> Eval {
    let (parent, at) = it(node)?.place()?;
    let parts = content::parts(cx, source)?;
    parent.insert_all(at + offset, parts)?;
    Ok(Value::Null)
}

fn replace(cx: &mut Cx<'_>, node: &Value, source: &Value) -> Eval {
    let node = given(node, "node")?;
    let (parent, at) = node.place()?;
    let parts = content::parts(cx, source)?;
    node.remove()?;
    parent.insert_all(at, parts)?;
    Ok(Value::Null)
}

/// An empty `IEnumerable` of a class.
pub(super) fn none(def: &'static TypeDef) -> Value {
    array::new(crate::types::Type::class(def), Vec::new())
}
