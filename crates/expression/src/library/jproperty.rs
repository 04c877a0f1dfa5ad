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
        constructor("(JProperty other)", |cx, a, _| {
            let other = token::of(&a[0]).ok_or_else(|| Exception::argument_null("other"))?;
            token::copy(cx, other)
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
        .set(|cx, a, _| {
            let (it, content) = (token::it(&a[0])?, jtoken::given(&a[1])?);
            token::pay_place(cx, it, &content)?;
            it.set_property_value(&content)?;
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
        token::pay_place(cx, &array, &item)?;
        array.add(&item)?;
    }
    Ok(array)
}

fn made(cx: &mut Cx<'_>, name: &Value, value: &JToken) -> Eval {
    cx.charge(192)?;
    token::pay_place(cx, &JToken::null(), value)?;
    Ok(token::value(JToken::property(
        &*name.str("name")?.as_str(),
        value,
    )?))
}
