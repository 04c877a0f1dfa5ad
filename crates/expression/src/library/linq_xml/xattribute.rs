//! `System.Xml.Linq.XAttribute`.

use super::casts::with_casts;
use super::xnode::none;
use super::{content, given, it, name_of, option, text_of, value, xname};
use crate::Value;
use crate::dotnet::xml::{self, Body, XObject};
use crate::exception::Exception;
use crate::library::table::{Member, TypeDef, class, constructor, method, property, static_property};

/// `System.Xml.Linq.XAttribute`.
pub(crate) static XATTRIBUTE: TypeDef = class("System.Xml.Linq.XAttribute")
    .bases(&["XObject"])
    .members(MEMBERS);

static MEMBERS: &[Member] = with_casts![
    "XAttribute attribute";
    constructor("(XName name, object value)", |cx, a, _| {
        cx.charge(192)?;
        let name = name_of(&a[0], "name")?.clone();
        if a[1].is_null() {
            return Err(Exception::argument_null("value").into());
        }
        let text = content::text(cx, &a[1])?;
        check_declaration(&name, &text)?;
        Ok(value(XObject::new(Body::Attribute {
            name,
            value: text.into(),
        })))
    }),
    constructor("(XAttribute other)", |_, a, _| {
        Ok(value(given(&a[0], "other")?.deep_clone()))
    }),
    static_property("IEnumerable<XAttribute> EmptySequence", |_, _, _| Ok(none(&XATTRIBUTE))),
    property("XName Name", |_, a, _| {
        Ok(it(&a[0])?.name().map_or(Value::Null, xname::value))
    }),
    property("string Value", |_, a, _| Ok(it(&a[0])?.value().into())).set(|_, a, _| {
        it(&a[0])?.set_value(&a[1].str("value")?.as_str())?;
        Ok(Value::Null)
    }),
    property("bool IsNamespaceDeclaration", |_, a, _| {
        Ok(it(&a[0])?.name().is_some_and(|it| it.is_declaration()).into())
    }),
    property("XAttribute NextAttribute", |_, a, _| {
        Ok(option(it(&a[0])?.siblings().1.into_iter().next()))
    }),
    property("XAttribute PreviousAttribute", |_, a, _| {
        Ok(option(it(&a[0])?.siblings().0.pop()))
    }),
    method("void Remove()", |_, a, _| {
        it(&a[0])?.remove()?;
        Ok(Value::Null)
    }),
    method("void SetValue(object value)", |cx, a, _| {
        if a[1].is_null() {
            return Err(Exception::argument_null("value").into());
        }
        let text = content::text(cx, &a[1])?;
        it(&a[0])?.set_value(&text)?;
        Ok(Value::Null)
    }),
    method("string ToString()", |cx, a, _| {
        text_of(cx, it(&a[0])?, xml::SaveOptions::default())
    }),
];

// A prefix must stand for something.
fn check_declaration(name: &xml::Name, text: &str) -> Result<(), Exception> {
    if &*name.namespace == xml::XMLNS && text.is_empty() {
        let message = format!(
            "The prefix '{}' cannot be bound to the empty namespace name.",
            name.local
        );
        return Err(Exception::argument(message));
    }
    Ok(())
}
