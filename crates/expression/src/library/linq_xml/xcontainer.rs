//! `System.Xml.Linq.XContainer`: elements and documents.

use super::xelement::XELEMENT;
use super::xnode::{XNODE, elements, named};
use super::{content, it, name_of, option, sequence};
use crate::Value;
use crate::eval::Cx;
use crate::exception::Eval;
use crate::library::table::{Member, TypeDef, class, method, property};

/// `System.Xml.Linq.XContainer`.
pub(crate) static XCONTAINER: TypeDef = class("System.Xml.Linq.XContainer")
    .bases(&["XNode"])
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    property("XNode FirstNode", |_, a, _| {
        Ok(option(it(&a[0])?.nodes().into_iter().next()))
    }),
    property("XNode LastNode", |_, a, _| Ok(option(it(&a[0])?.nodes().pop()))),
    method("XElement Element(XName name)", |_, a, _| {
        if a[1].is_null() {
            return Ok(Value::Null);
        }
        let name = name_of(&a[1], "name")?;
        let nodes = it(&a[0])?.nodes();
        Ok(option(nodes.into_iter().find(|it| it.is_element(Some(name)))))
    }),
    method("IEnumerable<XElement> Elements()", |cx, a, _| {
        let found = it(&a[0])?.elements(None);
        sequence(cx, found, &XELEMENT)
    }),
    method("IEnumerable<XElement> Elements(XName name)", |cx, a, _| {
        let found = it(&a[0])?.nodes();
        named(cx, found, &a[1])
    }),
    method("IEnumerable<XElement> Descendants()", |cx, a, _| {
        let found = elements(it(&a[0])?.descendants(false));
        sequence(cx, found, &XELEMENT)
    }),
    method("IEnumerable<XElement> Descendants(XName name)", |cx, a, _| {
        let found = it(&a[0])?.descendants(false);
        named(cx, found, &a[1])
    }),
    method("IEnumerable<XNode> DescendantNodes()", |cx, a, _| {
        let found = it(&a[0])?.descendants(false);
        sequence(cx, found, &XNODE)
    }),
    method("IEnumerable<XNode> Nodes()", |cx, a, _| {
        let found = it(&a[0])?.nodes();
        sequence(cx, found, &XNODE)
    }),
    method("void Add(object content)", |cx, a, _| add(cx, &a[0], &a[1])),
    method("void Add(params object[] content)", |cx, a, _| {
        add(cx, &a[0], &a[1])
    }),
    method("void AddFirst(object content)", |cx, a, _| {
        add_first(cx, &a[0], &a[1])
    }),
    method("void AddFirst(params object[] content)", |cx, a, _| {
        add_first(cx, &a[0], &a[1])
    }),
    method("void RemoveNodes()", |_, a, _| {
        it(&a[0])?.clear();
        Ok(Value::Null)
    }),
    method("void ReplaceNodes(object content)", |cx, a, _| {
        replace(cx, &a[0], &a[1])
    }),
    method("void ReplaceNodes(params object[] content)", |cx, a, _| {
        replace(cx, &a[0], &a[1])
    }),
];

/// `Add(content)`.
pub(super) fn add(cx: &mut Cx<'_>, container: &Value, source: &Value) -> Eval {
    let container = it(container)?;
    for part in content::parts(cx, source)? {
        container.add(part)?;
    }
    Ok(Value::Null)
}

fn add_first(cx: &mut Cx<'_>, container: &Value, source: &Value) -> Eval {
    let parts = content::parts(cx, source)?;
    it(container)?.insert_all(0, parts)?;
    Ok(Value::Null)
}

// What is put in may come from what goes out: it is looked at first.
fn replace(cx: &mut Cx<'_>, container: &Value, source: &Value) -> Eval {
    let parts = content::parts(cx, source)?;
    let container = it(container)?;
    container.clear();
    for part in parts {
        container.add(part)?;
    }
    Ok(Value::Null)
}
