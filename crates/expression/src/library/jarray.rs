//! `Newtonsoft.Json.Linq.JArray` and `JConstructor`, which share their form.

use super::table::{Member, TypeDef, class, constructor, indexer, method, property, static_method};
use super::{array, jcontainer, jtoken, token};
use crate::Value;
use crate::dotnet::json::{JToken, Root};
use crate::exception::{Eval, Exception};
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&JARRAY, &JCONSTRUCTOR];

/// `Newtonsoft.Json.Linq.JArray`.
pub(crate) static JARRAY: TypeDef = class("Newtonsoft.Json.Linq.JArray")
    .bases(&["JContainer", "IList<JToken>"])
    .members(MEMBERS);

/// `Newtonsoft.Json.Linq.JConstructor`.
pub(crate) static JCONSTRUCTOR: TypeDef = class("Newtonsoft.Json.Linq.JConstructor")
    .bases(&["JContainer"])
    .members(&[
        constructor("()", |_, _, _| Ok(token::value(JToken::constructor("")))),
        constructor("(JConstructor other)", |cx, a, _| {
            let other = token::of(&a[0]).ok_or_else(|| Exception::argument_null("other"))?;
            token::copy(cx, other)
        }),
        constructor("(string name, params object[] content)", |cx, a, _| {
            let made = token::value(JToken::constructor(&a[0].str("name")?.as_str()));
            for item in array::items(&a[1]) {
                jcontainer::add(cx, &made, &item)?;
            }
            Ok(made)
        }),
        constructor("(string name)", |_, a, _| {
            Ok(token::value(JToken::constructor(&a[0].str("name")?.as_str())))
        }),
        constructor("(string name, object content)", |cx, a, _| {
            let made = token::value(JToken::constructor(&a[0].str("name")?.as_str()));
            jcontainer::add(cx, &made, &a[1])?;
            Ok(made)
        }),
        property("string Name", |_, a, _| {
            Ok(token::it(&a[0])?
                .name()
                .filter(|it| !it.is_empty())
                .map_or(Value::Null, |it| Value::Text(it.into())))
        })
        .set(|_, a, _| {
            token::it(&a[0])?.set_constructor_name(&a[1].to_text());
            Ok(Value::Null)
        }),
    ]);

static MEMBERS: &[Member] = &[
    constructor("()", |cx, _, _| {
        cx.charge(128)?;
        Ok(token::value(JToken::array()))
    }),
    constructor("(JArray other)", |cx, a, _| {
        let other = token::of(&a[0]).ok_or_else(|| Exception::argument_null("other"))?;
        token::copy(cx, other)
    }),
    constructor("(object content)", |cx, a, _| {
        let made = token::value(JToken::array());
        jcontainer::add(cx, &made, &a[0])?;
        Ok(made)
    }),
    constructor("(params object[] content)", |cx, a, _| {
        let made = token::value(JToken::array());
        for item in array::items(&a[0]) {
            jcontainer::add(cx, &made, &item)?;
        }
        Ok(made)
    }),
    static_method("JArray Parse(string json)", |cx, a, _| {
        Ok(token::value(token::parse(cx, &a[0], Root::Array)?))
    }),
    static_method("JArray FromObject(object o)", |cx, a, _| {
        if a[0].is_null() {
            return Err(Exception::argument_null("o").into());
        }
        let made = token::from_object(cx, &a[0])?;
        if made.kind().name() != "Array" {
            let message = format!(
                "Object serialized to {}. JArray instance expected.",
                made.kind().name()
            );
            return Err(Exception::argument(message).into());
        }
        token::copy(cx, &made)
    }),
    indexer("JToken this[int index]", |_, a, _| {
        Ok(token::value(token::it(&a[0])?.item(a[1].long())?))
    })
    .set(|cx, a, _| jtoken::set(cx, a)),
    method("void Add(JToken item)", |cx, a, _| {
        cx.charge(128)?;
        let (it, content) = (token::it(&a[0])?, jtoken::given(&a[1])?);
        token::pay_place(cx, it, &content)?;
        it.add(&content)?;
        Ok(Value::Null)
    }),
    method("void Insert(int index, JToken item)", |cx, a, _| {
        cx.charge(128)?;
        let (it, content) = (token::it(&a[0])?, jtoken::given(&a[2])?);
        token::pay_place(cx, it, &content)?;
        it.insert(a[1].long(), &content)?;
        Ok(Value::Null)
    }),
    method("void RemoveAt(int index)", |_, a, _| {
        token::it(&a[0])?.remove_at(a[1].long())?;
        Ok(Value::Null)
    }),
    method("bool Remove(JToken item)", |_, a, _| {
        let it = token::it(&a[0])?;
        Ok(token::of(&a[1]).is_some_and(|item| it.remove_item(item)).into())
    }),
    method("int IndexOf(JToken item)", |_, a, _| {
        let it = token::it(&a[0])?;
        Ok((token::of(&a[1]).map_or(-1, |item| it.index_of(item)) as i32).into())
    }),
    method("bool Contains(JToken item)", |_, a, _| {
        let it = token::it(&a[0])?;
        Ok(token::of(&a[1]).is_some_and(|item| it.index_of(item) >= 0).into())
    }),
    method("void Clear()", clear),
    property("bool IsReadOnly", |_, _, _| Ok(false.into())),
    method("IEnumerator<JToken> GetEnumerator()", |cx, a, _| {
        super::enumerable::enumerator(cx, &a[0], &Type::class(&jtoken::JTOKEN))
    }),
    method("void CopyTo(JToken[] array, int arrayIndex)", |_, a, _| {
        for (at, item) in token::it(&a[0])?.children().into_iter().enumerate() {
            array::set(&a[1], a[2].long() + at as i64, &token::value(item))?;
        }
        Ok(Value::Null)
    }),
];

fn clear(_: &mut crate::eval::Cx<'_>, a: &mut [Value], _: &[crate::types::Type]) -> Eval {
    token::it(&a[0])?.clear();
    Ok(Value::Null)
}
