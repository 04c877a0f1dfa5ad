//! `System.Xml.Linq.XDocumentType`.

use super::{given, it, value};
use crate::Value;
use crate::dotnet::xml::{Body, DocumentType, XObject, check_name};
use crate::library::table::{TypeDef, class, constructor, property};
use std::sync::Arc;

macro_rules! part {
    ($signature:literal, $name:ident) => {
        property($signature, |_, a, _| {
            let part = it(&a[0])?.with(|body| match body {
                Body::DocumentType(it) => it.$name.clone(),
                _ => None,
            });
            Ok(part.map_or(Value::Null, |it| Value::Text(it.into())))
        })
        .set(|_, a, _| {
            let new = text(&a[1]);
            it(&a[0])?.change(|body| {
                if let Body::DocumentType(it) = body {
                    it.$name = new;
                }
            });
            Ok(Value::Null)
        })
    };
}

/// `System.Xml.Linq.XDocumentType`.
pub(crate) static XDOCUMENT_TYPE: TypeDef =
    class("System.Xml.Linq.XDocumentType")
        .bases(&["XNode"])
        .members(&[
            constructor(
                "(string name, string publicId, string systemId, string internalSubset)",
                |_, a, _| {
                    let name = a[0].str("name")?.as_str().into_owned();
                    check_name(&name)?;
                    Ok(value(XObject::new(Body::DocumentType(DocumentType {
                        name: name.into(),
                        public_id: text(&a[1]),
                        system_id: text(&a[2]),
                        internal_subset: text(&a[3]),
                    }))))
                },
            ),
            constructor("(XDocumentType other)", |_, a, _| {
                Ok(value(given(&a[0], "other")?.deep_clone()))
            }),
            property("string Name", |_, a, _| {
                Ok(it(&a[0])?.with(|body| match body {
                    Body::DocumentType(it) => Value::Text(it.name.clone().into()),
                    _ => Value::Null,
                }))
            })
            .set(|_, a, _| {
                let new = a[1].str("value")?.as_str().into_owned();
                check_name(&new)?;
                it(&a[0])?.change(|body| {
                    if let Body::DocumentType(it) = body {
                        it.name = new.into();
                    }
                });
                Ok(Value::Null)
            }),
            part!("string PublicId", public_id),
            part!("string SystemId", system_id),
            part!("string InternalSubset", internal_subset),
        ]);

fn text(value: &Value) -> Option<Arc<str>> {
    value.str_or_null().map(|it| it.as_str().as_ref().into())
}
