//! `Newtonsoft.Json.Linq.JObject`.

use super::table::{Member, TypeDef, class, constructor, indexer, method, static_method};
use super::{array, jcontainer, jproperty, jtoken, token};
use crate::Value;
use crate::dotnet::json::{JToken, Root};
use crate::exception::{Eval, Exception};
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&JOBJECT];

/// `Newtonsoft.Json.Linq.JObject`. As a sequence it is one of pairs; its properties are `Properties()`.
pub(crate) static JOBJECT: TypeDef = class("Newtonsoft.Json.Linq.JObject")
    .bases(&["IDictionary<string, JToken>", "JContainer"])
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    constructor("()", |cx, _, _| {
        cx.charge(256)?;
        Ok(token::value(JToken::object()))
    }),
    constructor("(JObject other)", |cx, a, _| {
        let other = token::of(&a[0]).ok_or_else(|| Exception::argument_null("other"))?;
        token::copy(cx, other)
    }),
    constructor("(object content)", |cx, a, _| {
        let made = token::value(JToken::object());
        jcontainer::add(cx, &made, &a[0])?;
        Ok(made)
    }),
    constructor("(params object[] content)", |cx, a, _| {
        let made = token::value(JToken::object());
        for item in array::items(&a[0]) {
            jcontainer::add(cx, &made, &item)?;
        }
        Ok(made)
    }),
    static_method("JObject Parse(string json)", |cx, a, _| {
        Ok(token::value(token::parse(cx, &a[0], Root::Object)?))
    }),
    static_method("JObject FromObject(object o)", |cx, a, _| {
        if a[0].is_null() {
            return Err(Exception::argument_null("o").into());
        }
        let made = token::from_object(cx, &a[0])?;
        if made.kind().name() != "Object" {
            let message = format!(
                "Object serialized to {}. JObject instance expected.",
                made.kind().name()
            );
            return Err(Exception::argument(message).into());
        }
        token::copy(cx, &made)
    }),
    indexer("JToken this[string propertyName]", |_, a, _| {
        Ok(token::option(
            token::it(&a[0])?.get(&a[1].str("propertyName")?.as_str()),
        ))
    })
    .set(|cx, a, _| jtoken::set(cx, a)),
    method(
        "IEnumerator<KeyValuePair<string, JToken>> GetEnumerator()",
        |cx, a, _| {
            let pairs: Vec<Value> = token::it(&a[0])?
                .children()
                .into_iter()
                .map(token::value)
                .collect();
            let ty = Type::generic(
                &super::key_value_pair::KEY_VALUE_PAIR,
                [Type::String, Type::class(&jtoken::JTOKEN)],
            );
            super::enumerable::enumerator(cx, &array::new(ty.clone(), pairs), &ty)
        },
    ),
    method("void Add(string propertyName, JToken value)", |cx, a, _| {
        cx.charge(128)?;
        let name = a[1].str("name")?.as_str();
        let (it, content) = (token::it(&a[0])?, jtoken::given(&a[2])?);
        token::pay_place(cx, it, &content)?;
        it.add_property(&*name, &content)?;
        Ok(Value::Null)
    }),
    method("bool Remove(string propertyName)", |_, a, _| {
        Ok(token::it(&a[0])?
            .remove_property(&a[1].str("propertyName")?.as_str())
            .into())
    }),
    method("bool ContainsKey(string propertyName)", |_, a, _| {
        Ok(token::it(&a[0])?
            .get(&a[1].str("propertyName")?.as_str())
            .is_some()
            .into())
    }),
    method("JToken GetValue(string propertyName)", |_, a, _| {
        Ok(token::option(
            a[1].str_or_null()
                .and_then(|it| token::of(&a[0])?.get(&it.as_str())),
        ))
    }),
    method(
        "JToken GetValue(string propertyName, StringComparison comparison)",
        |_, a, _| {
            Ok(token::option(
                property(a, a[2].long())?.and_then(|it| it.property_value()),
            ))
        },
    ),
    method(
        "bool TryGetValue(string propertyName, out JToken value)",
        |_, a, _| {
            let found = property(a, 4)?.and_then(|it| it.property_value());
            let known = found.is_some();
            a[2] = token::option(found);
            Ok(known.into())
        },
    ),
    method(
        "bool TryGetValue(string propertyName, StringComparison comparison, out JToken value)",
        |_, a, _| {
            let found = property(a, a[2].long())?.and_then(|it| it.property_value());
            let known = found.is_some();
            a[3] = token::option(found);
            Ok(known.into())
        },
    ),
    method("JProperty Property(string name)", |_, a, _| {
        Ok(token::option(property(a, 4)?))
    }),
    method(
        "JProperty Property(string name, StringComparison comparison)",
        |_, a, _| Ok(token::option(property(a, a[2].long())?)),
    ),
    method("IEnumerable<JProperty> Properties()", |cx, a, _| {
        token::sequence(cx, token::it(&a[0])?.children(), &jproperty::JPROPERTY)
    }),
    method("IEnumerable<JToken> PropertyValues()", |cx, a, _| {
        token::sequence(cx, jcontainer::inner(token::it(&a[0])?), &jtoken::JTOKEN)
    }),
];

/// The property of a name, under a `StringComparison` by its number: the odd ones ignore case.
fn property(a: &[Value], comparison: i64) -> Eval<Option<JToken>> {
    let Some(name) = a[1].str_or_null() else {
        return Ok(None);
    };
    let it = token::it(&a[0])?;
    Ok(if comparison % 2 == 1 {
        it.property_ignoring_case(&name.as_str())
    } else {
        it.property_named(&name.as_str())
    })
}
