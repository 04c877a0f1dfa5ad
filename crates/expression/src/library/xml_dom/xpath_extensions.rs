//! `System.Xml.XPath.Extensions`: XPath on the nodes of `System.Xml.Linq`.

use super::evaluate;
use crate::Value;
use crate::dotnet::xml::xpath::XValue;
use crate::dotnet::xml::{Kind, XObject};
use crate::eval::Cx;
use crate::exception::{Eval, Exception, Fault};
use crate::library::linq_xml::{XELEMENT, option, sequence, value};
use crate::library::table::{TypeDef, extension, static_class};
use crate::library::{array, linq_xml};
use crate::types::Type;

/// `System.Xml.XPath.Extensions`.
pub(super) static XPATH_EXTENSIONS: TypeDef = static_class("System.Xml.XPath.Extensions")
    .members(&[
        extension("XElement XPathSelectElement(this XNode node, string expression)", |cx, a, _| {
            let found = elements(cx, &a[0], &a[1], &Value::Null)?;
            Ok(option(found.into_iter().next()))
        }),
        extension(
            "XElement XPathSelectElement(this XNode node, string expression, IXmlNamespaceResolver resolver)",
            |cx, a, _| {
                let found = elements(cx, &a[0], &a[1], &a[2])?;
                Ok(option(found.into_iter().next()))
            },
        ),
        extension(
            "IEnumerable<XElement> XPathSelectElements(this XNode node, string expression)",
            |cx, a, _| {
                let found = elements(cx, &a[0], &a[1], &Value::Null)?;
                sequence(cx, found, &XELEMENT)
            },
        ),
        extension(
            "IEnumerable<XElement> XPathSelectElements(this XNode node, string expression, IXmlNamespaceResolver resolver)",
            |cx, a, _| {
                let found = elements(cx, &a[0], &a[1], &a[2])?;
                sequence(cx, found, &XELEMENT)
            },
        ),
        extension("object XPathEvaluate(this XNode node, string expression)", |cx, a, _| {
            of_any_kind(cx, &a[0], &a[1], &Value::Null)
        }),
        extension(
            "object XPathEvaluate(this XNode node, string expression, IXmlNamespaceResolver resolver)",
            |cx, a, _| of_any_kind(cx, &a[0], &a[1], &a[2]),
        ),
    ])
    .not_in_azure();

fn node(value: &Value) -> Eval<&XObject> {
    linq_xml::of(value).ok_or_else(|| Exception::argument_null("node").into())
}

fn elements(cx: &mut Cx<'_>, of: &Value, path: &Value, resolver: &Value) -> Eval<Vec<XObject>> {
    let found = match evaluate(cx, node(of)?, path, resolver)? {
        XValue::Nodes(nodes) => nodes,
        other => {
            let class = match other {
                XValue::Text(_) => "System.String",
                XValue::Number(_) => "System.Double",
                _ => "System.Boolean",
            };
            return Err(unexpected(class));
        }
    };
    cx.charge_values(found.len())?;
    match found.iter().find(|it| it.kind() != Kind::Element) {
        None => Ok(found),
        Some(other) => Err(unexpected(&value(other.clone()).type_name())),
    }
}

fn unexpected(class: &str) -> Fault {
    Exception::invalid_operation(format!(
        "The XPath expression evaluated to unexpected type {class}."
    ))
    .into()
}

// A number, a text, a truth, or the nodes as `IEnumerable<object>`.
fn of_any_kind(cx: &mut Cx<'_>, of: &Value, path: &Value, resolver: &Value) -> Eval {
    Ok(match evaluate(cx, node(of)?, path, resolver)? {
        XValue::Nodes(nodes) => {
            cx.charge_values(nodes.len())?;
            array::new(Type::Object, nodes.into_iter().map(value).collect())
        }
        XValue::Text(text) => text.into(),
        XValue::Number(number) => number.into(),
        XValue::Bool(it) => it.into(),
    })
}
