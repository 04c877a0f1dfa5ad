//! `System.Xml.Linq.Extensions`: what sequences of nodes can do.

use super::xattribute::XATTRIBUTE;
use super::xelement::XELEMENT;
use super::xnode::{XNODE, elements, named};
use super::{of, sequence, value};
use crate::Value;
use crate::dotnet::xml::{self, XObject};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::library::array;
use crate::library::table::{Member, TypeDef, extension, static_class};
use std::cmp::Ordering;

/// `System.Xml.Linq.Extensions`.
pub(crate) static EXTENSIONS: TypeDef = static_class("System.Xml.Linq.Extensions").members(MEMBERS);

static MEMBERS: &[Member] = &[
    extension(
        "IEnumerable<XElement> Ancestors<T>(this IEnumerable<T> source) where T : XNode",
        |cx, a, _| each(cx, a, &XELEMENT, |it| it.ancestors(false)),
    ),
    extension(
        "IEnumerable<XElement> Ancestors<T>(this IEnumerable<T> source, XName name) where T : XNode",
        |cx, a, _| each_named(cx, a, |it| it.ancestors(false)),
    ),
    extension(
        "IEnumerable<XElement> AncestorsAndSelf(this IEnumerable<XElement> source)",
        |cx, a, _| each(cx, a, &XELEMENT, |it| it.ancestors(true)),
    ),
    extension(
        "IEnumerable<XElement> AncestorsAndSelf(this IEnumerable<XElement> source, XName name)",
        |cx, a, _| each_named(cx, a, |it| it.ancestors(true)),
    ),
    extension(
        "IEnumerable<XAttribute> Attributes(this IEnumerable<XElement> source)",
        |cx, a, _| each(cx, a, &XATTRIBUTE, XObject::attributes),
    ),
    extension(
        "IEnumerable<XAttribute> Attributes(this IEnumerable<XElement> source, XName name)",
        |cx, a, _| {
            let name = super::name_of(&a[1], "name")?.clone();
            let nodes = nodes(cx, &a[0])?;
            let found = nodes.iter().filter_map(|it| it.attribute(&name)).collect();
            sequence(cx, found, &XATTRIBUTE)
        },
    ),
    extension(
        "IEnumerable<XNode> DescendantNodes<T>(this IEnumerable<T> source) where T : XContainer",
        |cx, a, _| each(cx, a, &XNODE, |it| it.descendants(false)),
    ),
    extension(
        "IEnumerable<XNode> DescendantNodesAndSelf(this IEnumerable<XElement> source)",
        |cx, a, _| each(cx, a, &XNODE, |it| it.descendants(true)),
    ),
    extension(
        "IEnumerable<XElement> Descendants<T>(this IEnumerable<T> source) where T : XContainer",
        |cx, a, _| each(cx, a, &XELEMENT, |it| elements(it.descendants(false))),
    ),
    extension(
        "IEnumerable<XElement> Descendants<T>(this IEnumerable<T> source, XName name) where T : XContainer",
        |cx, a, _| each_named(cx, a, |it| it.descendants(false)),
    ),
    extension(
        "IEnumerable<XElement> DescendantsAndSelf(this IEnumerable<XElement> source)",
        |cx, a, _| each(cx, a, &XELEMENT, |it| elements(it.descendants(true))),
    ),
    extension(
        "IEnumerable<XElement> DescendantsAndSelf(this IEnumerable<XElement> source, XName name)",
        |cx, a, _| each_named(cx, a, |it| it.descendants(true)),
    ),
    extension(
        "IEnumerable<XElement> Elements<T>(this IEnumerable<T> source) where T : XContainer",
        |cx, a, _| each(cx, a, &XELEMENT, |it| it.elements(None)),
    ),
    extension(
        "IEnumerable<XElement> Elements<T>(this IEnumerable<T> source, XName name) where T : XContainer",
        |cx, a, _| each_named(cx, a, XObject::nodes),
    ),
    extension(
        "IEnumerable<XNode> Nodes<T>(this IEnumerable<T> source) where T : XContainer",
        |cx, a, _| each(cx, a, &XNODE, XObject::nodes),
    ),
    extension(
        "IEnumerable<T> InDocumentOrder<T>(this IEnumerable<T> source) where T : XNode",
        |cx, a, t| {
            let mut found = nodes(cx, &a[0])?;
            let mut failed = None;
            found.sort_by(|one, other| match xml::compare_order(one, other) {
                Ok(order) => order,
                Err(error) => {
                    failed = Some(error);
                    Ordering::Equal
                }
            });
            match failed {
                Some(error) => Err(error.into()),
                None => Ok(array::new(t[0].clone(), found.into_iter().map(value).collect())),
            }
        },
    ),
    extension("void Remove(this IEnumerable<XAttribute> source)", |cx, a, _| {
        remove(cx, &a[0])
    }),
    extension(
        "void Remove<T>(this IEnumerable<T> source) where T : XNode",
        |cx, a, _| remove(cx, &a[0]),
    ),
];

fn nodes(cx: &mut Cx<'_>, source: &Value) -> Eval<Vec<XObject>> {
    if source.is_null() {
        return Err(Exception::argument_null("source").into());
    }
    Ok(cx.collect(source)?.iter().filter_map(of).cloned().collect())
}

fn each(
    cx: &mut Cx<'_>,
    a: &[Value],
    def: &'static TypeDef,
    find: impl Fn(&XObject) -> Vec<XObject>,
) -> Eval {
    let found = nodes(cx, &a[0])?.iter().flat_map(find).collect();
    sequence(cx, found, def)
}

fn each_named(cx: &mut Cx<'_>, a: &[Value], find: impl Fn(&XObject) -> Vec<XObject>) -> Eval {
    let found = nodes(cx, &a[0])?.iter().flat_map(find).collect();
    named(cx, found, &a[1])
}

fn remove(cx: &mut Cx<'_>, source: &Value) -> Eval {
    for node in nodes(cx, source)? {
        node.remove()?;
    }
    Ok(Value::Null)
}
