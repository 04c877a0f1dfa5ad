//! `System.Xml.XmlNodeList`.

use super::value;
use crate::Value;
use crate::dotnet::xml::XObject;
use crate::eval::Cx;
use crate::exception::Eval;
use crate::library::table::{TypeDef, class, indexer, method, property};
use crate::object::{Enumerator, Object};
use crate::types::Type;
use std::sync::Arc;

/// `System.Xml.XmlNodeList`. Its elements are nodes, so that `foreach` need not be told.
pub(super) static XML_NODE_LIST: TypeDef = class("System.Xml.XmlNodeList")
    .bases(&["IEnumerable<XmlNode>"])
    .members(&[
        property("int Count", |_, a, _| {
            Ok((a[0].of::<List>()?.0.len() as i32).into())
        }),
        indexer("XmlNode this[int i]", |_, a, _| at(a)),
        method("XmlNode Item(int index)", |_, a, _| at(a)),
    ])
    .not_in_azure();

#[derive(Debug)]
struct List(Vec<Value>);

/// A list of nodes.
pub(super) fn new(cx: &mut Cx<'_>, nodes: Vec<XObject>) -> Eval {
    cx.charge_values(nodes.len())?;
    Ok(Value::object(List(nodes.into_iter().map(value).collect())))
}

/// A walk over nodes.
pub(super) fn walk(nodes: Vec<Value>) -> Option<Box<dyn Enumerator>> {
    Some(Box::new(Walk(nodes.into_iter())))
}

// Outside the list there is null, not an exception.
fn at(a: &[Value]) -> Eval {
    let list = a[0].of::<List>()?;
    let found = usize::try_from(a[1].int()).ok().and_then(|at| list.0.get(at));
    Ok(found.cloned().unwrap_or_default())
}

impl Object for List {
    fn ty(&self) -> Type {
        Type::class(&XML_NODE_LIST)
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        walk(self.0.clone())
    }
}

struct Walk(std::vec::IntoIter<Value>);

impl Enumerator for Walk {
    fn next(&mut self, _: &mut Cx<'_>) -> Eval<Option<Value>> {
        Ok(self.0.next())
    }
}
