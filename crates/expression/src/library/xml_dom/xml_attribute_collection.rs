//! `System.Xml.XmlAttributeCollection`.

use super::{option, value, xml_node_list};
use crate::Value;
use crate::dotnet::xml::XObject;
use crate::dotnet::xml::xpath::qualified_name;
use crate::exception::{Eval, Exception};
use crate::library::table::{TypeDef, class, indexer, method, property};
use crate::object::{Enumerator, Object};
use crate::types::Type;
use std::sync::Arc;

/// `System.Xml.XmlAttributeCollection`.
pub(super) static XML_ATTRIBUTE_COLLECTION: TypeDef = class("System.Xml.XmlAttributeCollection")
    .bases(&["IEnumerable<XmlAttribute>"])
    .members(&[
        property("int Count", |_, a, _| {
            Ok((a[0].of::<Attributes>()?.0.attributes().len() as i32).into())
        }),
        indexer("XmlAttribute this[int i]", |_, a, _| {
            let attributes = a[0].of::<Attributes>()?.0.attributes();
            let at = usize::try_from(a[1].int())
                .ok()
                .filter(|at| *at < attributes.len());
            match at {
                Some(at) => Ok(value(attributes[at].clone())),
                None => Err(Exception::index_out_of_range().into()),
            }
        }),
        indexer("XmlAttribute this[string name]", |_, a, _| named(a)),
        method("XmlNode GetNamedItem(string name)", |_, a, _| named(a)),
    ])
    .not_in_azure();

// The attributes of an element.
#[derive(Debug)]
struct Attributes(XObject);

/// Those of `element`.
pub(super) fn new(element: XObject) -> Value {
    Value::object(Attributes(element))
}

fn named(a: &[Value]) -> Eval {
    let wanted = a[1].to_text();
    let attributes = a[0].of::<Attributes>()?.0.attributes();
    Ok(option(
        attributes.into_iter().find(|it| qualified_name(it) == wanted),
    ))
}

impl Object for Attributes {
    fn ty(&self) -> Type {
        Type::class(&XML_ATTRIBUTE_COLLECTION)
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        xml_node_list::walk(self.0.attributes().into_iter().map(value).collect())
    }
}
