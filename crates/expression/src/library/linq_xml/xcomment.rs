//! `System.Xml.Linq.XComment`.

use super::{given, it, value};
use crate::Value;
use crate::dotnet::xml::{Body, XObject};
use crate::library::table::{TypeDef, class, constructor, property};

/// `System.Xml.Linq.XComment`.
pub(crate) static XCOMMENT: TypeDef = class("System.Xml.Linq.XComment").bases(&["XNode"]).members(&[
    constructor("(string value)", |_, a, _| {
        let text = a[0].str("value")?.as_str().as_ref().into();
        Ok(value(XObject::new(Body::Comment(text))))
    }),
    constructor("(XComment other)", |_, a, _| {
        Ok(value(given(&a[0], "other")?.deep_clone()))
    }),
    property("string Value", |_, a, _| Ok(it(&a[0])?.value().into())).set(|_, a, _| {
        it(&a[0])?.set_value(&a[1].str("value")?.as_str())?;
        Ok(Value::Null)
    }),
]);
