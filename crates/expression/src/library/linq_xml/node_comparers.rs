//! `System.Xml.Linq.XNodeEqualityComparer` and `XNodeDocumentOrderComparer`.

use super::of;
use crate::Value;
use crate::dotnet::xml;
use crate::exception::Eval;
use crate::library::table::{TypeDef, class, constructor, method};
use crate::object::Object;
use crate::types::Type;
use std::cmp::Ordering;

/// `System.Xml.Linq.XNodeEqualityComparer`.
pub(crate) static EQUALITY: TypeDef = class("System.Xml.Linq.XNodeEqualityComparer")
    .bases(&["IEqualityComparer<XNode>"])
    .members(&[
        constructor("()", |_, _, _| Ok(equality())),
        method("bool Equals(XNode x, XNode y)", |_, a, _| {
            Ok(match (of(&a[1]), of(&a[2])) {
                (Some(one), Some(other)) => xml::deep_equals(one, other),
                (one, other) => one.is_none() && other.is_none(),
            }
            .into())
        }),
        method("int GetHashCode(XNode obj)", |_, a, _| {
            Ok(of(&a[1]).map_or(0, |it| xml::deep_hash(it) as i32).into())
        }),
    ]);

/// `System.Xml.Linq.XNodeDocumentOrderComparer`.
pub(crate) static ORDER: TypeDef = class("System.Xml.Linq.XNodeDocumentOrderComparer")
    .bases(&["IComparer<XNode>"])
    .members(&[
        constructor("()", |_, _, _| Ok(order())),
        method("int Compare(XNode x, XNode y)", |_, a, _| {
            Ok((compared(&a[1], &a[2])? as i32).into())
        }),
    ]);

/// `XNode.EqualityComparer`.
pub(super) fn equality() -> Value {
    Value::object(NodeEquality)
}

/// `XNode.DocumentOrderComparer`.
pub(super) fn order() -> Value {
    Value::object(NodeOrder)
}

fn compared(one: &Value, other: &Value) -> Eval<Ordering> {
    match (of(one), of(other)) {
        (Some(one), Some(other)) => Ok(xml::compare_order(one, other)?),
        (one, other) => Ok(one.is_some().cmp(&other.is_some())),
    }
}

#[derive(Debug)]
struct NodeEquality;

#[derive(Debug)]
struct NodeOrder;

impl Object for NodeEquality {
    fn ty(&self) -> Type {
        Type::class(&EQUALITY)
    }

    // Nodes that are equal all through are written alike.
    fn folded(&self, value: &Value) -> Option<Value> {
        let node = of(value)?;
        let text = xml::to_text(
            node,
            xml::SaveOptions {
                plain: true,
                ..xml::SaveOptions::default()
            },
        );
        text.ok().map(Value::from)
    }
}

impl Object for NodeOrder {
    fn ty(&self) -> Type {
        Type::class(&ORDER)
    }

    fn ordered(&self, one: &Value, other: &Value) -> Option<Eval<Ordering>> {
        Some(compared(one, other))
    }
}
