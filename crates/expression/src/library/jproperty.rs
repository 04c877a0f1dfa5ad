//! `Newtonsoft.Json.Linq.JProperty`.

use super::table::{TypeDef, class, constructor, property};
use super::{array, jtoken, token};
use crate::Value;
use crate::dotnet::json::JToken;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};

pub(crate) static TYPES: &[&TypeDef] = &[&JPROPERTY];

/// `Newtonsoft.Json.Linq.JProperty`.
pub(crate) static JPROPERTY: TypeDef = class("Newtonsoft.Json.Linq.JProperty")
    .bases(&["JContainer"])
    .members(&[
        constructor("(JProperty other)", |_, a, _| {
            let other = token::of(&a[0]).ok_or_else(|| Exception::argument_null("other"))?;
            Ok(token::value(other.deep_clone()))
        }),
        constructor("(string name, object content)", |cx, a, _| {
            let value = single(cx, &a[1])?;
            made(cx, &a[0], &value)
        }),
        constructor("(string name, params object[] content)", |cx, a, _| {
            let items = array::items(&a[1]);
            let value = match items.as_slice() {
                [] => JToken::null(),
                [only] => single(cx, only)?,
                _ => single(cx, &a[1])?,
            };
            made(cx, &a[0], &value)
        }),
        property("string Name", |_, a, _| {
            Ok(token::it(&a[0])?
                .name()
                .map_or(Value::Null, |it| Value::Text(it.into())))
        }),
        property("JToken Value", |_, a, _| {
            Ok(token::option(token::it(&a[0])?.property_value()))
        })
        .set(|_, a, _| {
            token::it(&a[0])?.set_property_value(&jtoken::given(&a[1])?)?;
            Ok(Value::Null)
        }),
    ]);

/// The content of a property: of a sequence, an array.
fn single(cx: &mut Cx<'_>, content: &Value) -> Eval<JToken> {
    if token::of(content).is_some() || token::simple(content).is_some() {
        return token::content(content);
    }
    let items = token::contents(cx, content)?;
    let array = JToken::array();
    for item in items {
        array.add(&item)?;
    }
    Ok(array)
}

fn made(cx: &mut Cx<'_>, name: &Value, value: &JToken) -> Eval {
    cx.charge(192)?;
    Ok(token::value(JToken::property(
        &*name.str("name")?.as_str(),
        value,
    )?))
}
