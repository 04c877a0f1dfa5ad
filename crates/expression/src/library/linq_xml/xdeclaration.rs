//! `System.Xml.Linq.XDeclaration`.

use crate::Value;
use crate::dotnet::xml::Declaration;
use crate::exception::Exception;
use crate::library::table::{TypeDef, class, constructor, property};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use parking_lot::Mutex;
use std::sync::Arc;

macro_rules! part {
    ($signature:literal, $name:ident) => {
        property($signature, |_, a, _| {
            let part = a[0].of::<Held>()?.0.lock().$name.clone();
            Ok(part.map_or(Value::Null, |it| Value::Text(it.into())))
        })
        .set(|_, a, _| {
            a[0].of::<Held>()?.0.lock().$name = text(&a[1]);
            Ok(Value::Null)
        })
    };
}

/// `System.Xml.Linq.XDeclaration`.
pub(crate) static XDECLARATION: TypeDef = class("System.Xml.Linq.XDeclaration").members(&[
    constructor(
        "(string version, string encoding, string standalone)",
        |_, a, _| {
            Ok(value(Declaration {
                version: text(&a[0]),
                encoding: text(&a[1]),
                standalone: text(&a[2]),
            }))
        },
    ),
    constructor("(XDeclaration other)", |_, a, _| {
        Ok(value(of(&a[0]).ok_or_else(|| Exception::argument_null("other"))?))
    }),
    part!("string Version", version),
    part!("string Encoding", encoding),
    part!("string Standalone", standalone),
]);

#[derive(Debug)]
struct Held(Mutex<Declaration>);

/// A declaration as a value.
pub(super) fn value(declaration: Declaration) -> Value {
    Value::object(Held(Mutex::new(declaration)))
}

/// The declaration that a value is, if it is one.
pub(super) fn of(value: &Value) -> Option<Declaration> {
    value.as_object::<Held>().map(|it| it.0.lock().clone())
}

fn text(value: &Value) -> Option<Arc<str>> {
    value.str_or_null().map(|it| it.as_str().as_ref().into())
}

impl Object for Held {
    fn ty(&self) -> Type {
        Type::class(&XDECLARATION)
    }

    fn text(&self) -> Text {
        self.0.lock().text().into()
    }
}
