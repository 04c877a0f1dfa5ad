//! `Newtonsoft.Json.Linq.Extensions`: what sequences of tokens can do.

use super::table::{TypeDef, extension, static_class};
use super::{array, jcontainer, jproperty, jtoken, token, token_convert};
use crate::Value;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};

pub(crate) static TYPES: &[&TypeDef] = &[&EXTENSIONS];

/// `Newtonsoft.Json.Linq.Extensions`.
pub(crate) static EXTENSIONS: TypeDef = static_class("Newtonsoft.Json.Linq.Extensions").members(&[
    extension("T Value<T>(this IEnumerable<JToken> value)", |cx, a, t| {
        let found = token::of(&a[0]).ok_or_else(|| missing(&a[0]))?;
        token_convert::value_of(cx, Some(found), &t[0])
    }),
    extension(
        "IEnumerable<T> Values<T>(this IEnumerable<JToken> source)",
        |cx, a, t| {
            let mut made = Vec::new();
            for item in tokens(cx, &a[0])? {
                for inner in jcontainer::inner(&item) {
                    made.push(token_convert::value_of(cx, Some(&inner), &t[0])?);
                }
                // A value among the tokens stands for itself.
                if !item.is_container() {
                    made.push(token_convert::value_of(cx, Some(&item), &t[0])?);
                }
            }
            cx.charge_values(made.len())?;
            Ok(array::new(t[0].clone(), made))
        },
    ),
    extension(
        "IEnumerable<JToken> Values(this IEnumerable<JToken> source)",
        |cx, a, _| {
            let found = tokens(cx, &a[0])?.iter().flat_map(jcontainer::inner).collect();
            token::sequence(cx, found, &jtoken::JTOKEN)
        },
    ),
    extension(
        "IEnumerable<JToken> Values(this IEnumerable<JToken> source, object key)",
        |cx, a, _| {
            let mut found = Vec::new();
            for item in tokens(cx, &a[0])? {
                found.extend(item.index(jtoken::key(&a[1])?)?);
            }
            token::sequence(cx, found, &jtoken::JTOKEN)
        },
    ),
    extension(
        "IEnumerable<JToken> Children(this IEnumerable<JToken> source)",
        |cx, a, _| {
            let found = tokens(cx, &a[0])?.iter().flat_map(|it| it.children()).collect();
            token::sequence(cx, found, &jtoken::JTOKEN)
        },
    ),
    extension(
        "IEnumerable<JToken> Descendants(this IEnumerable<JToken> source)",
        |cx, a, _| {
            let found = tokens(cx, &a[0])?
                .iter()
                .flat_map(|it| it.descendants(false))
                .collect();
            token::sequence(cx, found, &jtoken::JTOKEN)
        },
    ),
    extension(
        "IEnumerable<JToken> Ancestors(this IEnumerable<JToken> source)",
        |cx, a, _| {
            let found = tokens(cx, &a[0])?.iter().flat_map(|it| it.ancestors()).collect();
            token::sequence(cx, found, &jtoken::JTOKEN)
        },
    ),
    extension(
        "IEnumerable<JProperty> Properties(this IEnumerable<JObject> source)",
        |cx, a, _| {
            let found = tokens(cx, &a[0])?.iter().flat_map(|it| it.children()).collect();
            token::sequence(cx, found, &jproperty::JPROPERTY)
        },
    ),
]);

fn missing(value: &Value) -> Exception {
    match value {
        Value::Null => Exception::argument_null("value"),
        _ => Exception::argument("Source value must be a JToken."),
    }
}

/// The tokens of a sequence; a token is the sequence of its children.
fn tokens(cx: &mut Cx<'_>, source: &Value) -> Eval<Vec<crate::dotnet::json::JToken>> {
    if let Some(token) = token::of(source) {
        return Ok(token.children());
    }
    Ok(cx
        .collect(source)?
        .iter()
        .filter_map(token::of)
        .cloned()
        .collect())
}
