//! `System.Xml.Linq.XProcessingInstruction`.

use super::{given, it, value};
use crate::Value;
use crate::dotnet::xml::{Body, XObject, check_name};
use crate::exception::{Eval, Exception};
use crate::library::table::{TypeDef, class, constructor, property};
use std::sync::Arc;

/// `System.Xml.Linq.XProcessingInstruction`.
pub(crate) static XPROCESSING_INSTRUCTION: TypeDef = class("System.Xml.Linq.XProcessingInstruction")
    .bases(&["XNode"])
    .members(&[
        constructor("(string target, string data)", |_, a, _| {
            let target = target(&a[0], "target")?;
            let data = a[1].str("data")?.as_str().as_ref().into();
            Ok(value(XObject::new(Body::Instruction { target, data })))
        }),
        constructor("(XProcessingInstruction other)", |_, a, _| {
            Ok(value(given(&a[0], "other")?.deep_clone()))
        }),
        property("string Data", |_, a, _| Ok(it(&a[0])?.value().into())).set(|_, a, _| {
            it(&a[0])?.set_value(&a[1].str("value")?.as_str())?;
            Ok(Value::Null)
        }),
        property("string Target", |_, a, _| {
            Ok(it(&a[0])?.with(|body| match body {
                Body::Instruction { target, .. } => Value::Text(target.clone().into()),
                _ => Value::Null,
            }))
        })
        .set(|_, a, _| {
            let new = target(&a[1], "value")?;
            it(&a[0])?.change(|body| {
                if let Body::Instruction { target, .. } = body {
                    *target = new;
                }
            });
            Ok(Value::Null)
        }),
    ]);

fn target(value: &Value, parameter: &str) -> Eval<Arc<str>> {
    let text = value.str(parameter)?.as_str().into_owned();
    check_name(&text)?;
    if text.eq_ignore_ascii_case("xml") {
        let message = format!("'{text}' is an invalid name for a processing instruction.");
        return Err(Exception::argument(message).into());
    }
    Ok(text.into())
}
