//! `Newtonsoft.Json.Linq.Extensions`: what sequences of tokens can do.

use super::table::{TypeDef, extension, indexer, interface, static_class};
use super::{array, jcontainer, jproperty, jtoken, token, token_convert};
use crate::Value;
use crate::dotnet::json::JToken;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};

pub(crate) static TYPES: &[&TypeDef] = &[&EXTENSIONS, &IJENUMERABLE];

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
        "IJEnumerable<JToken> Values(this IEnumerable<JToken> source)",
        |cx, a, _| {
            let found = tokens(cx, &a[0])?.iter().flat_map(jcontainer::inner).collect();
            token::sequence(cx, found, &jtoken::JTOKEN)
        },
    ),
    extension(
        "IJEnumerable<JToken> Values(this IEnumerable<JToken> source, object key)",
        |cx, a, _| {
            let mut found = Vec::new();
            for item in tokens(cx, &a[0])? {
                found.extend(item.index(jtoken::key(&a[1])?)?);
            }
            token::sequence(cx, found, &jtoken::JTOKEN)
        },
    ),
    extension(
        "U Value<T, U>(this IEnumerable<T> value) where T : JToken",
        |cx, a, t| {
            let found = token::of(&a[0]).ok_or_else(|| missing(&a[0]))?;
            token_convert::value_of(cx, Some(found), &t[1])
        },
    ),
    extension(
        "IJEnumerable<JToken> Children<T>(this IEnumerable<T> source) where T : JToken",
        |cx, a, _| each(cx, a, |it| it.children()),
    ),
    extension(
        "IEnumerable<U> Children<T, U>(this IEnumerable<T> source) where T : JToken",
        |cx, a, t| {
            let mut made = Vec::new();
            for item in tokens(cx, &a[0])? {
                for child in item.children() {
                    made.push(token_convert::value_of(cx, Some(&child), &t[1])?);
                }
            }
            cx.charge_values(made.len())?;
            Ok(array::new(t[1].clone(), made))
        },
    ),
    extension(
        "IJEnumerable<JToken> Descendants<T>(this IEnumerable<T> source) where T : JContainer",
        |cx, a, _| each(cx, a, |it| it.descendants(false)),
    ),
    extension(
        "IJEnumerable<JToken> DescendantsAndSelf<T>(this IEnumerable<T> source) where T : JContainer",
        |cx, a, _| each(cx, a, |it| it.descendants(true)),
    ),
    extension(
        "IJEnumerable<JToken> Ancestors<T>(this IEnumerable<T> source) where T : JToken",
        |cx, a, _| each(cx, a, |it| it.ancestors()),
    ),
    extension(
        "IJEnumerable<JToken> AncestorsAndSelf<T>(this IEnumerable<T> source) where T : JToken",
        |cx, a, _| {
            each(cx, a, |it| {
                std::iter::once(it.clone()).chain(it.ancestors()).collect()
            })
        },
    ),
    extension(
        "IJEnumerable<JToken> AsJEnumerable(this IEnumerable<JToken> source)",
        |_, a, _| Ok(a[0].clone()),
    ),
    extension(
        "IJEnumerable<T> AsJEnumerable<T>(this IEnumerable<T> source) where T : JToken",
        |_, a, _| Ok(a[0].clone()),
    ),
    extension(
        "IJEnumerable<JProperty> Properties(this IEnumerable<JObject> source)",
        |cx, a, _| {
            let found = tokens(cx, &a[0])?.iter().flat_map(|it| it.children()).collect();
            token::sequence(cx, found, &jproperty::JPROPERTY)
        },
    ),
]);

/// `Newtonsoft.Json.Linq.IJEnumerable<out T>`: a sequence of tokens with an indexer.
pub(crate) static IJENUMERABLE: TypeDef = interface("Newtonsoft.Json.Linq.IJEnumerable")
    .generic(&["out T"])
    .bases(&["IEnumerable<T>"])
    .members(&[indexer("IJEnumerable<JToken> this[object key]", |cx, a, _| {
        if let Some(token) = token::of(&a[0]) {
            return Ok(token::option(token.index(jtoken::key(&a[1])?)?));
        }
        let mut found = Vec::new();
        for item in tokens(cx, &a[0])? {
            found.extend(item.index(jtoken::key(&a[1])?)?);
        }
        token::sequence(cx, found, &jtoken::JTOKEN)
    })]);

fn each(cx: &mut Cx<'_>, a: &[Value], find: impl Fn(&JToken) -> Vec<JToken>) -> Eval {
    let found = tokens(cx, &a[0])?.iter().flat_map(find).collect();
    token::sequence(cx, found, &jtoken::JTOKEN)
}

fn missing(value: &Value) -> Exception {
    match value {
        Value::Null => Exception::argument_null("value"),
        _ => Exception::argument("Source value must be a JToken."),
    }
}

/// The tokens of a sequence; a token is the sequence of its children.
fn tokens(cx: &mut Cx<'_>, source: &Value) -> Eval<Vec<JToken>> {
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
