//! `System.Xml.Linq.XNamespace`.

use super::xname;
use crate::Value;
use crate::dotnet::xml::{Name, XML, XMLNS};
use crate::exception::{Eval, Exception};
use crate::library::compare;
use crate::library::table::{
    TypeDef, class, implicit, method, operator, property, static_method, static_property,
};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use std::sync::Arc;

/// `System.Xml.Linq.XNamespace`.
pub(crate) static XNAMESPACE: TypeDef = class("System.Xml.Linq.XNamespace").members(&[
    static_property("XNamespace None", |_, _, _| Ok(value(&"".into()))),
    static_property("XNamespace Xml", |_, _, _| Ok(value(&XML.into()))),
    static_property("XNamespace Xmlns", |_, _, _| Ok(value(&XMLNS.into()))),
    static_method("XNamespace Get(string namespaceName)", |_, a, _| {
        Ok(value(&a[0].str("namespaceName")?.as_str().as_ref().into()))
    }),
    implicit("XNamespace (string namespaceName)", |_, a, _| {
        Ok(a[0]
            .str_or_null()
            .map_or(Value::Null, |it| value(&it.as_str().as_ref().into())))
    }),
    property("string NamespaceName", |_, a, _| {
        Ok(Value::Text(a[0].of::<Held>()?.0.clone().into()))
    }),
    method("XName GetName(string localName)", |_, a, _| {
        named(&a[0].of::<Held>()?.0, &a[1])
    }),
    operator("XName +(XNamespace ns, string localName)", |_, a, _| {
        let namespace = of(&a[0]).ok_or_else(|| Exception::argument_null("ns"))?;
        named(namespace, &a[1])
    }),
    operator("bool ==(XNamespace left, XNamespace right)", |_, a, _| {
        Ok((of(&a[0]) == of(&a[1])).into())
    }),
    operator("bool !=(XNamespace left, XNamespace right)", |_, a, _| {
        Ok((of(&a[0]) != of(&a[1])).into())
    }),
]);

#[derive(Debug)]
struct Held(Arc<str>);

/// A namespace as a value.
pub(super) fn value(namespace: &Arc<str>) -> Value {
    Value::object(Held(namespace.clone()))
}

/// The namespace that a value is, if it is one.
pub(super) fn of(value: &Value) -> Option<&Arc<str>> {
    value.as_object::<Held>().map(|it| &it.0)
}

fn named(namespace: &str, local: &Value) -> Eval {
    Ok(xname::value(Name::new(
        &local.str("localName")?.as_str(),
        namespace,
    )?))
}

impl Object for Held {
    fn ty(&self) -> Type {
        Type::class(&XNAMESPACE)
    }

    fn text(&self) -> Text {
        self.0.clone().into()
    }

    // There is one object for each namespace.
    fn same_as(&self, other: &dyn Object) -> bool {
        crate::object::downcast::<Held>(other).is_some_and(|it| it.0 == self.0)
    }

    fn equals(&self, other: &Value) -> bool {
        of(other) == Some(&self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(compare::hash_text(&self.0))
    }
}
