//! `System.Xml.XmlNamespaceManager`, and the name tables that it asks for.

use crate::Value;
use crate::dotnet::xml::{XML, XMLNS};
use crate::exception::Exception;
use crate::library::table::{TypeDef, class, constructor, interface, method, property};
use crate::object::Object;
use crate::types::Type;
use parking_lot::Mutex;
use std::sync::Arc;

/// `System.Xml.IXmlNamespaceResolver`.
pub(super) static RESOLVER: TypeDef = interface("System.Xml.IXmlNamespaceResolver").not_in_azure();

/// `System.Xml.XmlNamespaceManager`.
pub(super) static NAMESPACE_MANAGER: TypeDef = class("System.Xml.XmlNamespaceManager")
    .bases(&["IXmlNamespaceResolver"])
    .members(&[
        constructor("(XmlNameTable nameTable)", |_, _, _| {
            Ok(Value::object(Manager(Mutex::new(Vec::new()))))
        }),
        method("void AddNamespace(string prefix, string uri)", |cx, a, _| {
            cx.charge(128)?;
            let (prefix, uri) = (a[1].str("prefix")?.as_str(), a[2].str("uri")?.as_str());
            if prefix == "xml" && uri != XML || prefix == "xmlns" {
                let message = "Prefix \"xmlns\" is reserved for use by XML.";
                return Err(Exception::argument(message).into());
            }
            let mut known = a[0].of::<Manager>()?.0.lock();
            known.retain(|(it, _)| **it != *prefix);
            known.push((prefix.as_ref().into(), uri.as_ref().into()));
            Ok(Value::Null)
        }),
        method("string LookupNamespace(string prefix)", |_, a, _| {
            Ok(lookup(&a[0], &a[1].to_text()).map_or(Value::Null, |it| it.as_ref().into()))
        }),
        method("bool HasNamespace(string prefix)", |_, a, _| {
            let prefix = a[1].to_text();
            let manager = a[0].of::<Manager>()?;
            Ok(manager.0.lock().iter().any(|(it, _)| **it == *prefix).into())
        }),
        method("string LookupPrefix(string uri)", |_, a, _| {
            let uri = a[1].to_text();
            let known = a[0].of::<Manager>()?.0.lock();
            let found = known.iter().find(|(_, it)| **it == *uri);
            Ok(found.map_or(Value::Null, |(prefix, _)| prefix.as_ref().into()))
        }),
        property("string DefaultNamespace", |_, a, _| {
            Ok(lookup(&a[0], "").map_or_else(|| "".into(), |it| it.as_ref().into()))
        }),
    ])
    .not_in_azure();

/// `System.Xml.XmlNameTable`: names are not kept apart, so that there is nothing in it.
pub(super) static NAME_TABLE: TypeDef = class("System.Xml.NameTable")
    .aliases(&["XmlNameTable", "System.Xml.XmlNameTable"])
    .members(&[constructor("()", |_, _, _| Ok(table()))])
    .not_in_azure();

#[derive(Debug)]
struct Manager(Mutex<Vec<(Arc<str>, Arc<str>)>>);

#[derive(Debug)]
struct Table;

/// `new NameTable()`.
pub(super) fn table() -> Value {
    Value::object(Table)
}

/// The namespace that a manager has for a prefix.
pub(super) fn lookup(manager: &Value, prefix: &str) -> Option<Arc<str>> {
    let known = manager.as_object::<Manager>()?.0.lock();
    let found = known.iter().find(|(it, _)| **it == *prefix);
    match (found, prefix) {
        (Some((_, uri)), _) => Some(uri.clone()),
        (None, "xml") => Some(XML.into()),
        (None, "xmlns") => Some(XMLNS.into()),
        (None, _) => None,
    }
}

impl Object for Manager {
    fn ty(&self) -> Type {
        Type::class(&NAMESPACE_MANAGER)
    }
}

impl Object for Table {
    fn ty(&self) -> Type {
        Type::class(&NAME_TABLE)
    }
}
