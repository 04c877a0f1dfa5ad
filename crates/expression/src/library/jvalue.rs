//! `Newtonsoft.Json.Linq.JValue` and `JRaw`.

use super::table::{Member, TypeDef, class, constructor, method, property, static_method};
use super::{date_time, token};
use crate::Value;
use crate::dotnet::json::{self, JToken, Scalar};
use crate::exception::{Eval, Exception};
use crate::object::Object;

pub(crate) static TYPES: &[&TypeDef] = &[&JVALUE, &JRAW];

/// `Newtonsoft.Json.Linq.JValue`.
pub(crate) static JVALUE: TypeDef = class("Newtonsoft.Json.Linq.JValue")
    .bases(&["JToken", "IComparable<JValue>", "IEquatable<JValue>"])
    .members(MEMBERS);

/// `Newtonsoft.Json.Linq.JRaw`.
pub(crate) static JRAW: TypeDef = class("Newtonsoft.Json.Linq.JRaw").bases(&["JValue"]).members(&[
    constructor("(object rawJson)", |_, a, _| {
        Ok(token::value(JToken::value(Scalar::Raw(a[0].to_text().into()))))
    }),
    constructor("(JRaw other)", |_, a, _| {
        let other = token::of(&a[0]).ok_or_else(|| Exception::argument_null("other"))?;
        Ok(token::value(other.deep_clone()))
    }),
]);

static MEMBERS: &[Member] = &[
    constructor("(JValue other)", |_, a, _| {
        let other = token::of(&a[0]).ok_or_else(|| Exception::argument_null("other"))?;
        Ok(token::value(other.deep_clone()))
    }),
    constructor("(object value)", |_, a, _| match token::simple(&a[0]) {
        Some(scalar) => Ok(token::value(JToken::value(scalar))),
        None => {
            let message = format!(
                "Could not determine JSON object type for type {}.",
                a[0].type_name()
            );
            Err(Exception::argument(message).into())
        }
    }),
    static_method("JValue CreateNull()", |_, _, _| Ok(token::value(JToken::null()))),
    static_method("JValue CreateString(string value)", |_, a, _| {
        Ok(token::value(token::content(&a[0])?))
    }),
    static_method("JValue CreateComment(string value)", |_, a, _| {
        Ok(token::value(JToken::value(Scalar::Comment(
            a[0].to_text().into(),
        ))))
    }),
    static_method("JValue CreateUndefined()", |_, _, _| {
        Ok(token::value(JToken::value(Scalar::Undefined)))
    }),
    property("object Value", |_, a, _| {
        Ok(token::scalar(&a[0]).unwrap_or_default())
    })
    .set(|_, a, _| {
        let scalar = token::simple(&a[1]).ok_or_else(|| {
            Exception::argument(format!(
                "Could not determine JSON object type for type {}.",
                a[1].type_name()
            ))
        })?;
        token::it(&a[0])?.set_scalar(scalar);
        Ok(Value::Null)
    }),
    method("string ToString(string format)", |_, a, _| shown(&a[0], &a[1])),
    method("string ToString(IFormatProvider formatProvider)", |_, a, _| {
        let scalar = token::it(&a[0])?.scalar().unwrap_or(Scalar::Null);
        Ok(scalar.text(date_time::culture(&a[1])).into())
    })
    .not_in_azure(),
    method(
        "string ToString(string format, IFormatProvider formatProvider)",
        |_, a, _| shown(&a[0], &a[1]),
    )
    .not_in_azure(),
    method("bool Equals(JValue other)", |_, a, _| {
        Ok(token::of(&a[1])
            .is_some_and(|it| token::of(&a[0]).is_some_and(|own| json::deep_equals(own, it)))
            .into())
    }),
    method("int CompareTo(JValue obj)", |_, a, _| {
        let (own, other) = (
            token::it(&a[0])?.scalar(),
            token::of(&a[1]).and_then(JToken::scalar),
        );
        let order = own.zip(other).and_then(|(a, b)| json::compare_values(&a, &b));
        match order {
            Some(order) => Ok((order as i32).into()),
            None if a[1].is_null() => Ok(1.into()),
            None => Err(Exception::argument("Object is not comparable.").into()),
        }
    }),
];

fn shown(value: &Value, format: &Value) -> Eval {
    let format = format.to_text();
    match value.of::<token::Token>()?.formatted(&format) {
        Some(text) if !format.is_empty() => Ok(text?.into()),
        _ => Ok(value.text().into()),
    }
}
