//! `System.Xml.Linq.XName`.

use super::xnamespace;
use crate::Value;
use crate::dotnet::xml::Name;
use crate::library::compare;
use crate::library::table::{TypeDef, class, implicit, operator, property, static_method};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;

/// `System.Xml.Linq.XName`.
pub(crate) static XNAME: TypeDef = class("System.Xml.Linq.XName").members(&[
    static_method("XName Get(string expandedName)", |_, a, _| {
        Ok(value(Name::expanded(&a[0].str("expandedName")?.as_str())?))
    }),
    static_method("XName Get(string localName, string namespaceName)", |_, a, _| {
        let (local, namespace) = (a[0].str("localName")?, a[1].str("namespaceName")?);
        Ok(value(Name::new(&local.as_str(), &namespace.as_str())?))
    }),
    implicit("XName (string expandedName)", |_, a, _| {
        match a[0].str_or_null() {
            Some(text) => Ok(value(Name::expanded(&text.as_str())?)),
            None => Ok(Value::Null),
        }
    }),
    property("string LocalName", |_, a, _| {
        Ok(Value::Text(a[0].of::<Held>()?.0.local.clone().into()))
    }),
    property("XNamespace Namespace", |_, a, _| {
        Ok(xnamespace::value(&a[0].of::<Held>()?.0.namespace))
    }),
    property("string NamespaceName", |_, a, _| {
        Ok(Value::Text(a[0].of::<Held>()?.0.namespace.clone().into()))
    }),
    operator("bool ==(XName left, XName right)", |_, a, _| {
        Ok((of(&a[0]) == of(&a[1])).into())
    }),
    operator("bool !=(XName left, XName right)", |_, a, _| {
        Ok((of(&a[0]) != of(&a[1])).into())
    }),
]);

#[derive(Debug)]
struct Held(Name);

/// A name as a value.
pub(super) fn value(name: Name) -> Value {
    Value::object(Held(name))
}

/// The name that a value is, if it is one.
pub(super) fn of(value: &Value) -> Option<&Name> {
    value.as_object::<Held>().map(|it| &it.0)
}

impl Object for Held {
    fn ty(&self) -> Type {
        Type::class(&XNAME)
    }

    fn text(&self) -> Text {
        self.0.text().into()
    }

    // There is one object for each name.
    fn same_as(&self, other: &dyn Object) -> bool {
        crate::object::downcast::<Held>(other).is_some_and(|it| it.0 == self.0)
    }

    fn equals(&self, other: &Value) -> bool {
        of(other) == Some(&self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(compare::hash_text(&self.0.text()))
    }
}
