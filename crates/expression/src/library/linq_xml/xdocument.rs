//! `System.Xml.Linq.XDocument`.

use super::xcontainer::add;
use super::{copy, given, it, option, save_options, value, xdeclaration};
use crate::Value;
use crate::dotnet::xml::{self, Body, Kind, XObject};
use crate::eval::Cx;
use crate::exception::Eval;
use crate::library::table::{TypeDef, class, constructor, property, static_method};

/// `System.Xml.Linq.XDocument`.
pub(crate) static XDOCUMENT: TypeDef = class("System.Xml.Linq.XDocument")
    .bases(&["XContainer"])
    .members(&[
        constructor("()", |_, _, _| Ok(value(XObject::document()))),
        constructor("(params object[] content)", |cx, a, _| {
            let document = value(XObject::document());
            add(cx, &document, &a[0])?;
            Ok(document)
        }),
        constructor(
            "(XDeclaration declaration, params object[] content)",
            |cx, a, _| {
                let document = value(XObject::document());
                declare(&document, &a[0])?;
                add(cx, &document, &a[1])?;
                Ok(document)
            },
        ),
        constructor("(XDocument other)", |cx, a, _| {
            Ok(value(copy(cx, given(&a[0], "other")?)?))
        }),
        static_method("XDocument Parse(string text)", |cx, a, _| parse(cx, &a[0], false)),
        static_method("XDocument Parse(string text, LoadOptions options)", |cx, a, _| {
            parse(cx, &a[0], save_options::preserves(&a[1]))
        }),
        property("XElement Root", |_, a, _| {
            Ok(option(it(&a[0])?.elements(None).into_iter().next()))
        }),
        property("XDeclaration Declaration", |_, a, _| {
            let found = it(&a[0])?.with(|body| match body {
                Body::Document { declaration, .. } => declaration.clone(),
                _ => None,
            });
            Ok(found.map_or(Value::Null, xdeclaration::value))
        })
        .set(|_, a, _| declare(&a[0], &a[1])),
        property("XDocumentType DocumentType", |_, a, _| {
            let nodes = it(&a[0])?.nodes();
            Ok(option(
                nodes.into_iter().find(|it| it.kind() == Kind::DocumentType),
            ))
        }),
    ]);

fn parse(cx: &mut Cx<'_>, text: &Value, preserve: bool) -> Eval {
    let text = text.str("s")?;
    cx.work(text.bytes())?;
    cx.charge(text.bytes().saturating_mul(8))?;
    Ok(value(xml::parse(&text.as_str(), preserve)?))
}

fn declare(document: &Value, declaration: &Value) -> Eval {
    let new = xdeclaration::of(declaration);
    it(document)?.change(|body| {
        if let Body::Document { declaration, .. } = body {
            *declaration = new;
        }
    });
    Ok(Value::Null)
}
