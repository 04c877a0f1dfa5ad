//! `System.Xml.Linq.XCData`.

use super::{given, value};
use crate::dotnet::xml::{Body, XObject};
use crate::library::table::{TypeDef, class, constructor};

/// `System.Xml.Linq.XCData`.
pub(crate) static XCDATA: TypeDef = class("System.Xml.Linq.XCData").bases(&["XText"]).members(&[
    constructor("(string value)", |_, a, _| {
        let text = a[0].str("value")?.as_str().as_ref().into();
        Ok(value(XObject::new(Body::CData(text))))
    }),
    constructor("(XCData other)", |_, a, _| {
        Ok(value(given(&a[0], "other")?.deep_clone()))
    }),
]);
