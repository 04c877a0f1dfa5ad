//! `System.Xml.Linq.XElement`.

use super::casts::with_casts;
use super::xattribute::XATTRIBUTE;
use super::xcontainer::add;
use super::xnode::{XNODE, elements, named, none};
use super::{
    content, copy, given, it, name_of, option, root_of, save_options, sequence, value, xname, xnamespace,
};
use crate::Value;
use crate::dotnet::xml::{self, Body, Content, Name, XObject};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::library::table::{
    Member, TypeDef, class, constructor, method, property, static_method, static_property,
};

/// `System.Xml.Linq.XElement`.
pub(crate) static XELEMENT: TypeDef = class("System.Xml.Linq.XElement")
    .bases(&["XContainer"])
    .members(MEMBERS);

static MEMBERS: &[Member] = with_casts![
    "XElement element";
    constructor("(XName name)", |cx, a, _| {
        cx.charge(256)?;
        Ok(value(XObject::element(name_of(&a[0], "name")?.clone())))
    }),
    constructor("(XName name, object content)", |cx, a, _| made(cx, &a[0], &a[1])),
    constructor("(XName name, params object[] content)", |cx, a, _| made(cx, &a[0], &a[1])),
    constructor("(XElement other)", |cx, a, _| {
        Ok(value(copy(cx, given(&a[0], "other")?)?))
    }),
    static_property("IEnumerable<XElement> EmptySequence", |_, _, _| Ok(none(&XELEMENT))),
    static_method("XElement Parse(string text)", |cx, a, _| parse(cx, &a[0], false)),
    static_method("XElement Parse(string text, LoadOptions options)", |cx, a, _| {
        parse(cx, &a[0], save_options::preserves(&a[1]))
    }),
    property("XName Name", |_, a, _| {
        Ok(it(&a[0])?.name().map_or(Value::Null, xname::value))
    })
    .set(|_, a, _| {
        let new = name_of(&a[1], "value")?.clone();
        it(&a[0])?.change(|body| {
            if let Body::Element { name, .. } = body {
                *name = new;
            }
        });
        Ok(Value::Null)
    }),
    property("string Value", |cx, a, _| {
        let text = it(&a[0])?.value();
        cx.charge(text.len())?;
        Ok(text.into())
    })
    .set(|_, a, _| {
        it(&a[0])?.set_value(&a[1].str("value")?.as_str())?;
        Ok(Value::Null)
    }),
    property("bool IsEmpty", |_, a, _| Ok(it(&a[0])?.is_empty().into())),
    property("bool HasAttributes", |_, a, _| {
        Ok((!it(&a[0])?.attributes().is_empty()).into())
    }),
    property("bool HasElements", |_, a, _| {
        Ok((!it(&a[0])?.elements(None).is_empty()).into())
    }),
    property("XAttribute FirstAttribute", |_, a, _| {
        Ok(option(it(&a[0])?.attributes().into_iter().next()))
    }),
    property("XAttribute LastAttribute", |_, a, _| {
        Ok(option(it(&a[0])?.attributes().pop()))
    }),
    method("XAttribute Attribute(XName name)", |_, a, _| match a[1].is_null() {
        true => Ok(Value::Null),
        false => Ok(option(it(&a[0])?.attribute(name_of(&a[1], "name")?))),
    }),
    method("IEnumerable<XAttribute> Attributes()", |cx, a, _| {
        let found = it(&a[0])?.attributes();
        sequence(cx, found, &XATTRIBUTE)
    }),
    method("IEnumerable<XAttribute> Attributes(XName name)", |cx, a, _| {
        let found = match a[1].is_null() {
            true => Vec::new(),
            false => it(&a[0])?.attribute(name_of(&a[1], "name")?).into_iter().collect(),
        };
        sequence(cx, found, &XATTRIBUTE)
    }),
    method("IEnumerable<XElement> AncestorsAndSelf()", |cx, a, _| {
        let found = it(&a[0])?.ancestors(true);
        sequence(cx, found, &XELEMENT)
    }),
    method("IEnumerable<XElement> AncestorsAndSelf(XName name)", |cx, a, _| {
        let found = it(&a[0])?.ancestors(true);
        named(cx, found, &a[1])
    }),
    method("IEnumerable<XElement> DescendantsAndSelf()", |cx, a, _| {
        let found = elements(it(&a[0])?.descendants(true));
        sequence(cx, found, &XELEMENT)
    }),
    method("IEnumerable<XElement> DescendantsAndSelf(XName name)", |cx, a, _| {
        let found = it(&a[0])?.descendants(true);
        named(cx, found, &a[1])
    }),
    method("IEnumerable<XNode> DescendantNodesAndSelf()", |cx, a, _| {
        let found = it(&a[0])?.descendants(true);
        sequence(cx, found, &XNODE)
    }),
    method("XNamespace GetDefaultNamespace()", |_, a, _| {
        let found = it(&a[0])?.namespace_of_prefix("");
        Ok(xnamespace::value(&found.unwrap_or_default()))
    }),
    method("XNamespace GetNamespaceOfPrefix(string prefix)", |_, a, _| {
        let prefix = a[1].str("prefix")?.as_str().into_owned();
        if prefix.is_empty() {
            let message = "The empty string '' is not a valid local name. (Parameter 'prefix')";
            return Err(Exception::argument(message).into());
        }
        let found = it(&a[0])?.namespace_of_prefix(&prefix);
        Ok(found.map_or(Value::Null, |it| xnamespace::value(&it)))
    }),
    method("string GetPrefixOfNamespace(XNamespace ns)", |_, a, _| {
        let namespace = xnamespace::of(&a[1]).ok_or_else(|| Exception::argument_null("ns"))?;
        Ok(it(&a[0])?.prefix_of_namespace(namespace).into())
    }),
    method("void RemoveAll()", |_, a, _| {
        it(&a[0])?.clear_attributes();
        it(&a[0])?.clear();
        Ok(Value::Null)
    }),
    method("void RemoveAttributes()", |_, a, _| {
        it(&a[0])?.clear_attributes();
        Ok(Value::Null)
    }),
    method("void ReplaceAll(object content)", |cx, a, _| replace_all(cx, &a[0], &a[1])),
    method("void ReplaceAll(params object[] content)", |cx, a, _| {
        replace_all(cx, &a[0], &a[1])
    }),
    method("void ReplaceAttributes(object content)", |cx, a, _| {
        replace_attributes(cx, &a[0], &a[1])
    }),
    method("void ReplaceAttributes(params object[] content)", |cx, a, _| {
        replace_attributes(cx, &a[0], &a[1])
    }),
    method("void SetAttributeValue(XName name, object value)", |cx, a, _| {
        let name = name_of(&a[1], "name")?;
        set_attribute(cx, it(&a[0])?, name, &a[2])
    }),
    method("void SetElementValue(XName name, object value)", |cx, a, _| {
        let name = name_of(&a[1], "name")?;
        set_element(cx, it(&a[0])?, name, &a[2])
    }),
    method("void SetValue(object value)", |cx, a, _| {
        if a[1].is_null() {
            return Err(Exception::argument_null("value").into());
        }
        let text = content::text(cx, &a[1])?;
        it(&a[0])?.set_value(&text)?;
        Ok(Value::Null)
    }),
];

fn made(cx: &mut Cx<'_>, name: &Value, source: &Value) -> Eval {
    cx.charge(256)?;
    let element = value(XObject::element(name_of(name, "name")?.clone()));
    add(cx, &element, source)?;
    Ok(element)
}

fn parse(cx: &mut Cx<'_>, text: &Value, preserve: bool) -> Eval {
    let text = text.str("s")?;
    cx.work(text.bytes())?;
    cx.charge(text.bytes().saturating_mul(8))?;
    Ok(value(root_of(&xml::parse(&text.as_str(), preserve)?)?))
}

fn replace_all(cx: &mut Cx<'_>, element: &Value, source: &Value) -> Eval {
    let parts = content::parts(cx, source)?;
    let element = it(element)?;
    element.clear_attributes();
    element.clear();
    for part in parts {
        element.add(part)?;
    }
    Ok(Value::Null)
}

fn replace_attributes(cx: &mut Cx<'_>, element: &Value, source: &Value) -> Eval {
    let parts = content::parts(cx, source)?;
    let element = it(element)?;
    element.clear_attributes();
    for part in parts {
        element.add(part)?;
    }
    Ok(Value::Null)
}

// Null takes the attribute away.
fn set_attribute(cx: &mut Cx<'_>, element: &XObject, name: &Name, source: &Value) -> Eval {
    let known = element.attribute(name);
    match (known, source.is_null()) {
        (Some(known), true) => known.remove()?,
        (None, true) => (),
        (Some(known), false) => known.set_value(&content::text(cx, source)?)?,
        (None, false) => {
            let body = Body::Attribute {
                name: name.clone(),
                value: content::text(cx, source)?.into(),
            };
            element.add(Content::Object(XObject::new(body)))?;
        }
    }
    Ok(Value::Null)
}

// Null takes the element away.
fn set_element(cx: &mut Cx<'_>, element: &XObject, name: &Name, source: &Value) -> Eval {
    let known = element.elements(Some(name)).into_iter().next();
    match (known, source.is_null()) {
        (Some(known), true) => known.remove()?,
        (None, true) => (),
        (Some(known), false) => known.set_value(&content::text(cx, source)?)?,
        (None, false) => {
            let child = XObject::element(name.clone());
            child.set_value(&content::text(cx, source)?)?;
            element.add(Content::Object(child))?;
        }
    }
    Ok(Value::Null)
}
