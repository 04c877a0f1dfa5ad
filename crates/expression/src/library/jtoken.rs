//! `Newtonsoft.Json.Linq.JToken`.

use super::table::{
    Member, TypeDef, class, enumeration, explicit, implicit, indexer, method, property, static_method,
};
use super::{
    Def, annotations, date_time, date_time_offset, guid, jcontainer, time_span, token, token_convert, uri,
};
use crate::Value;
use crate::dotnet::json::{self, JToken, Key, Root};
use crate::eval::{Cx, cast};
use crate::exception::{Eval, Exception};
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&JTOKEN, &JTOKEN_TYPE];

/// `Newtonsoft.Json.Linq.JTokenType`.
pub(crate) static JTOKEN_TYPE: TypeDef = enumeration(
    "Newtonsoft.Json.Linq.JTokenType",
    &[
        ("None", 0),
        ("Object", 1),
        ("Array", 2),
        ("Constructor", 3),
        ("Property", 4),
        ("Comment", 5),
        ("Integer", 6),
        ("Float", 7),
        ("String", 8),
        ("Boolean", 9),
        ("Null", 10),
        ("Undefined", 11),
        ("Date", 12),
        ("Raw", 13),
        ("Bytes", 14),
        ("Guid", 15),
        ("Uri", 16),
        ("TimeSpan", 17),
    ],
);

/// `Newtonsoft.Json.Linq.JToken`.
pub(crate) static JTOKEN: TypeDef = class("Newtonsoft.Json.Linq.JToken")
    .bases(&["IEnumerable<JToken>"])
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    static_method("JToken Parse(string json)", |cx, a, _| {
        Ok(token::value(token::parse(cx, &a[0], Root::Any)?))
    }),
    static_method("JToken FromObject(object o)", |cx, a, _| match a[0].is_null() {
        true => Err(Exception::argument_null("o").into()),
        false => {
            let made = token::from_object(cx, &a[0])?;
            token::copy(cx, &made)
        }
    }),
    static_method("bool DeepEquals(JToken t1, JToken t2)", |_, a, _| {
        Ok(match (token::of(&a[0]), token::of(&a[1])) {
            (Some(a), Some(b)) => json::deep_equals(a, b),
            (a, b) => a.is_none() && b.is_none(),
        }
        .into())
    }),
    // ---- what it is
    property("JTokenType Type", |_, a, _| {
        Ok(Value::Enum(Def(&JTOKEN_TYPE), token::it(&a[0])?.kind() as i64))
    }),
    property("string Path", |_, a, _| Ok(token::it(&a[0])?.path().into())),
    property("bool HasValues", |_, a, _| {
        Ok((token::it(&a[0])?.count() > 0).into())
    }),
    method("string ToString(Formatting formatting)", |cx, a, _| {
        print(cx, a, a[1].long() == 1)
    }),
    method("JToken DeepClone()", |cx, a, _| {
        token::copy(cx, token::it(&a[0])?)
    }),
    // ---- from one to another
    indexer("JToken this[object key]", |_, a, _| {
        Ok(token::option(token::it(&a[0])?.index(key(&a[1])?)?))
    })
    .set(|cx, a, _| set(cx, a)),
    property("JContainer Parent", |_, a, _| {
        Ok(token::option(token::it(&a[0])?.parent()))
    }),
    property("JToken Root", |_, a, _| {
        Ok(token::value(token::it(&a[0])?.root()))
    }),
    property("JToken First", |_, a, _| {
        Ok(token::option(token::it(&a[0])?.first()?))
    }),
    property("JToken Last", |_, a, _| {
        Ok(token::option(token::it(&a[0])?.last()?))
    }),
    property("JToken Next", |_, a, _| {
        Ok(token::option(token::it(&a[0])?.sibling(1)))
    }),
    property("JToken Previous", |_, a, _| {
        Ok(token::option(token::it(&a[0])?.sibling(-1)))
    }),
    method("IEnumerable<JToken> Children()", |cx, a, _| {
        token::sequence(cx, token::it(&a[0])?.children(), &JTOKEN)
    }),
    method("IEnumerable<T> Children<T>()", |cx, a, t| {
        let children = token::it(&a[0])?.children().into_iter().map(token::value);
        let fitting = children
            .filter(|it| cast::is_instance(it, &t[0]))
            .collect::<Vec<_>>();
        cx.charge_values(fitting.len())?;
        Ok(super::array::new(t[0].clone(), fitting))
    }),
    method("IEnumerable<JToken> Ancestors()", |cx, a, _| {
        token::sequence(cx, token::it(&a[0])?.ancestors(), &JTOKEN)
    }),
    method("IEnumerable<JToken> AncestorsAndSelf()", |cx, a, _| {
        let it = token::it(&a[0])?;
        let chain = std::iter::once(it.clone()).chain(it.ancestors()).collect();
        token::sequence(cx, chain, &JTOKEN)
    }),
    method("IEnumerable<JToken> AfterSelf()", |cx, a, _| beside(cx, a, 1)),
    method("IEnumerable<JToken> BeforeSelf()", |cx, a, _| beside(cx, a, -1)),
    method("JToken SelectToken(string path)", |cx, a, _| {
        select_one(cx, a, false)
    }),
    method(
        "JToken SelectToken(string path, bool errorWhenNoMatch)",
        |cx, a, _| select_one(cx, a, a[2].bool()),
    ),
    method("IEnumerable<JToken> SelectTokens(string path)", |cx, a, _| {
        select(cx, a, false)
    }),
    method(
        "IEnumerable<JToken> SelectTokens(string path, bool errorWhenNoMatch)",
        |cx, a, _| select(cx, a, a[2].bool()),
    ),
    // ---- values
    method("T Value<T>(object key)", |cx, a, t| {
        let found = token::it(&a[0])?.index(key(&a[1])?)?;
        token_convert::value_of(cx, found.as_ref(), &t[0])
    }),
    method("IEnumerable<T> Values<T>()", |cx, a, t| {
        let mut made = Vec::new();
        for child in jcontainer::inner(token::it(&a[0])?) {
            made.push(token_convert::value_of(cx, Some(&child), &t[0])?);
        }
        cx.charge_values(made.len())?;
        Ok(super::array::new(t[0].clone(), made))
    }),
    method("T ToObject<T>()", |cx, a, t| {
        token_convert::object(cx, token::it(&a[0])?, &t[0])
    }),
    // ---- changing
    method("void Remove()", |_, a, _| {
        token::it(&a[0])?.remove()?;
        Ok(Value::Null)
    }),
    method("void Replace(JToken value)", |cx, a, _| {
        let (it, content) = (token::it(&a[0])?, given(&a[1])?);
        token::pay_place(cx, it, &content)?;
        it.replace(&content)?;
        Ok(Value::Null)
    }),
    method("void AddAfterSelf(object content)", |cx, a, _| insert(cx, a, 1)),
    method("void AddBeforeSelf(object content)", |cx, a, _| insert(cx, a, 0)),
    method("void AddAnnotation(object annotation)", |_, a, _| {
        token::it(&a[0])?.annotations(|all| annotations::add(all, &a[1]))
    }),
    method("T Annotation<T>()", |_, a, t| {
        Ok(token::it(&a[0])?.annotations(|all| annotations::first(all, &t[0])))
    }),
    method("IEnumerable<T> Annotations<T>()", |cx, a, t| {
        token::it(&a[0])?.annotations(|all| annotations::sequence(cx, all, &t[0]))
    }),
    method("void RemoveAnnotations<T>()", |_, a, t| {
        token::it(&a[0])?.annotations(|all| annotations::remove(all, &t[0]));
        Ok(Value::Null)
    }),
    // ---- from simple values
    implicit("JToken (string value)", made),
    implicit("JToken (bool value)", made),
    implicit("JToken (int value)", made),
    implicit("JToken (long value)", made),
    implicit("JToken (double value)", made),
    implicit("JToken (decimal value)", made),
    implicit("JToken (float value)", made),
    implicit("JToken (byte value)", made),
    implicit("JToken (sbyte value)", made),
    implicit("JToken (short value)", made),
    implicit("JToken (ushort value)", made),
    implicit("JToken (uint value)", made),
    implicit("JToken (ulong value)", made),
    implicit("JToken (DateTime value)", made),
    implicit("JToken (DateTimeOffset value)", made),
    implicit("JToken (TimeSpan value)", made),
    implicit("JToken (Guid value)", made),
    implicit("JToken (Uri value)", made),
    implicit("JToken (byte[] value)", made),
    implicit("JToken (bool? value)", made),
    implicit("JToken (int? value)", made),
    implicit("JToken (long? value)", made),
    implicit("JToken (double? value)", made),
    implicit("JToken (decimal? value)", made),
    implicit("JToken (float? value)", made),
    implicit("JToken (byte? value)", made),
    implicit("JToken (sbyte? value)", made),
    implicit("JToken (short? value)", made),
    implicit("JToken (ushort? value)", made),
    implicit("JToken (uint? value)", made),
    implicit("JToken (ulong? value)", made),
    implicit("JToken (DateTime? value)", made),
    implicit("JToken (DateTimeOffset? value)", made),
    implicit("JToken (TimeSpan? value)", made),
    implicit("JToken (Guid? value)", made),
    // ---- to simple values
    explicit("string (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::String)
    }),
    explicit("bool (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Bool)
    }),
    explicit("char (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Char)
    }),
    explicit("int (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Int)
    }),
    explicit("long (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Long)
    }),
    explicit("double (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Double)
    }),
    explicit("decimal (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Decimal)
    }),
    explicit("float (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Single)
    }),
    explicit("byte (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Byte)
    }),
    explicit("sbyte (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::SByte)
    }),
    explicit("short (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Short)
    }),
    explicit("ushort (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::UShort)
    }),
    explicit("uint (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::UInt)
    }),
    explicit("ulong (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::ULong)
    }),
    explicit("byte[] (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::array(Type::Byte))
    }),
    explicit("DateTime (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::class(&date_time::DATE_TIME))
    }),
    explicit("DateTimeOffset (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::class(&date_time_offset::DATE_TIME_OFFSET))
    }),
    explicit("TimeSpan (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::class(&time_span::TIME_SPAN))
    }),
    explicit("Guid (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::class(&guid::GUID))
    }),
    explicit("Uri (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::class(&uri::URI))
    }),
    explicit("bool? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Bool.nullable())
    }),
    explicit("int? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Int.nullable())
    }),
    explicit("long? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Long.nullable())
    }),
    explicit("double? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Double.nullable())
    }),
    explicit("decimal? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Decimal.nullable())
    }),
    explicit("char? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Char.nullable())
    }),
    explicit("float? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Single.nullable())
    }),
    explicit("byte? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Byte.nullable())
    }),
    explicit("sbyte? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::SByte.nullable())
    }),
    explicit("short? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::Short.nullable())
    }),
    explicit("ushort? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::UShort.nullable())
    }),
    explicit("uint? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::UInt.nullable())
    }),
    explicit("ulong? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::ULong.nullable())
    }),
    explicit("DateTime? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::class(&date_time::DATE_TIME).nullable())
    }),
    explicit("DateTimeOffset? (JToken value)", |cx, a, _| {
        token_convert::explicit(
            cx,
            &a[0],
            &Type::class(&date_time_offset::DATE_TIME_OFFSET).nullable(),
        )
    }),
    explicit("TimeSpan? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::class(&time_span::TIME_SPAN).nullable())
    }),
    explicit("Guid? (JToken value)", |cx, a, _| {
        token_convert::explicit(cx, &a[0], &Type::class(&guid::GUID).nullable())
    }),
];

fn made(_: &mut Cx<'_>, a: &mut [Value], _: &[Type]) -> Eval {
    Ok(token::value(token::content(&a[0])?))
}

/// A token argument; null stands for JSON null.
pub(crate) fn given(value: &Value) -> Eval<JToken> {
    token::content(value)
}

/// An indexer's key, of the types that tokens know.
pub(crate) fn key(value: &Value) -> Result<Key<'_>, Exception> {
    match value {
        Value::Null => Err(Exception::argument_null("key")),
        // No JSON name has half a surrogate pair.
        Value::Text(name) => Ok(Key::Name(name.utf8().unwrap_or("\u{fffd}"))),
        other => match other.integer() {
            Some(_) => Ok(Key::Index(other.long())),
            None => {
                let message = format!("Accessed values with invalid key value: {}.", other.to_text());
                Err(Exception::argument(message))
            }
        },
    }
}

/// `token[key] = value`.
pub(crate) fn set(cx: &mut Cx<'_>, a: &[Value]) -> Eval {
    let (it, content) = (token::it(&a[0])?, given(&a[2])?);
    token::pay_place(cx, it, &content)?;
    it.set_index(key(&a[1])?, &content)?;
    Ok(Value::Null)
}

/// `ToString(formatting)`.
pub(crate) fn print(cx: &mut Cx<'_>, a: &[Value], indented: bool) -> Eval {
    let token = token::it(&a[0])?;
    let text = if indented {
        token.indented()
    } else {
        token.compact()
    };
    cx.charge(text.len())?;
    Ok(text.into())
}

fn select_one(cx: &mut Cx<'_>, a: &[Value], must: bool) -> Eval {
    walk(cx, a)?;
    Ok(token::option(json::select_one(
        token::it(&a[0])?,
        &a[1].str("path")?.as_str(),
        must,
    )?))
}

fn select(cx: &mut Cx<'_>, a: &[Value], must: bool) -> Eval {
    walk(cx, a)?;
    let found = json::select(token::it(&a[0])?, &a[1].str("path")?.as_str(), must)?;
    token::sequence(cx, found, &JTOKEN)
}

/// A path that scans visits every token: each counts as a step.
fn walk(cx: &mut Cx<'_>, a: &[Value]) -> Eval<()> {
    if a[1].str("path")?.as_str().contains("..") {
        for _ in token::it(&a[0])?.descendants(false) {
            cx.step()?;
        }
    }
    cx.step()
}

fn beside(cx: &mut Cx<'_>, a: &[Value], step: isize) -> Eval {
    let it = token::it(&a[0])?;
    let (Some(parent), Some(at)) = (it.parent(), it.position()) else {
        return token::sequence(cx, Vec::new(), &JTOKEN);
    };
    let all = parent.children();
    let part = if step > 0 {
        all.get(at + 1..)
    } else {
        all.get(..at)
    };
    token::sequence(cx, part.unwrap_or_default().to_vec(), &JTOKEN)
}

fn insert(cx: &mut Cx<'_>, a: &[Value], offset: usize) -> Eval {
    let it = token::it(&a[0])?;
    // In reverse, so that what is put right beside the token first ends up last.
    let mut tokens = token::contents(cx, &a[1])?;
    if offset == 1 {
        tokens.reverse();
    }
    for token in &tokens {
        token::pay_place(cx, it, token)?;
        it.add_beside(offset, token)?;
    }
    Ok(Value::Null)
}
