//! `Newtonsoft.Json.Linq.JContainer`.

use super::table::{Member, TypeDef, class, constructor, enumeration, method, property};
use super::{jtoken, token};
use crate::Value;
use crate::dotnet::json::{ArrayMerge, JToken, MergeSettings, NullMerge, TokenType, merge};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::types::Type;
use parking_lot::Mutex;

pub(crate) static TYPES: &[&TypeDef] = &[&JCONTAINER, &MERGE_SETTINGS, &ARRAY_HANDLING, &NULL_HANDLING];

/// `Newtonsoft.Json.Linq.JContainer`.
pub(crate) static JCONTAINER: TypeDef = class("Newtonsoft.Json.Linq.JContainer")
    .bases(&["JToken"])
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    property("int Count", |_, a, _| {
        Ok((token::it(&a[0])?.count() as i32).into())
    }),
    method("void Add(object content)", |cx, a, _| add(cx, &a[0], &a[1])),
    method("void AddFirst(object content)", |cx, a, _| {
        let it = token::it(&a[0])?;
        for token in token::contents(cx, &a[1])?.iter().rev() {
            token::pay_place(cx, it, token)?;
            it.add_first(token)?;
        }
        Ok(Value::Null)
    }),
    method("void RemoveAll()", |_, a, _| {
        token::it(&a[0])?.clear();
        Ok(Value::Null)
    }),
    method("void ReplaceAll(object content)", |cx, a, _| {
        token::it(&a[0])?.clear();
        add(cx, &a[0], &a[1])
    }),
    method("IEnumerable<JToken> Descendants()", |cx, a, _| {
        token::sequence(cx, token::it(&a[0])?.descendants(false), &jtoken::JTOKEN)
    }),
    method("IEnumerable<JToken> DescendantsAndSelf()", |cx, a, _| {
        token::sequence(cx, token::it(&a[0])?.descendants(true), &jtoken::JTOKEN)
    }),
    method("void Merge(object content)", |cx, a, _| {
        merged(cx, a, MergeSettings::default())
    }),
    method(
        "void Merge(object content, JsonMergeSettings settings)",
        |cx, a, _| {
            let settings = a[2]
                .as_object::<Settings>()
                .map(|it| *it.0.lock())
                .unwrap_or_default();
            merged(cx, a, settings)
        },
    ),
];

/// `Newtonsoft.Json.Linq.JsonMergeSettings`.
pub(crate) static MERGE_SETTINGS: TypeDef = class("Newtonsoft.Json.Linq.JsonMergeSettings")
    .members(&[
        constructor("()", |_, _, _| Ok(Value::object(Settings(Mutex::default())))),
        property("MergeArrayHandling MergeArrayHandling", |_, a, _| {
            Ok(Value::Enum(
                super::Def(&ARRAY_HANDLING),
                a[0].of::<Settings>()?.0.lock().arrays as i64,
            ))
        })
        .set(|_, a, _| {
            a[0].of::<Settings>()?.0.lock().arrays = match a[1].long() {
                1 => ArrayMerge::Union,
                2 => ArrayMerge::Replace,
                3 => ArrayMerge::Merge,
                _ => ArrayMerge::Concat,
            };
            Ok(Value::Null)
        }),
        property("MergeNullValueHandling MergeNullValueHandling", |_, a, _| {
            Ok(Value::Enum(
                super::Def(&NULL_HANDLING),
                a[0].of::<Settings>()?.0.lock().nulls as i64,
            ))
        })
        .set(|_, a, _| {
            let merges = a[1].long() == 1;
            a[0].of::<Settings>()?.0.lock().nulls = if merges {
                NullMerge::Merge
            } else {
                NullMerge::Ignore
            };
            Ok(Value::Null)
        }),
    ])
    .not_in_azure();

/// `Newtonsoft.Json.Linq.MergeArrayHandling`.
pub(crate) static ARRAY_HANDLING: TypeDef = enumeration(
    "Newtonsoft.Json.Linq.MergeArrayHandling",
    &[("Concat", 0), ("Union", 1), ("Replace", 2), ("Merge", 3)],
)
.not_in_azure();

/// `Newtonsoft.Json.Linq.MergeNullValueHandling`.
pub(crate) static NULL_HANDLING: TypeDef = enumeration(
    "Newtonsoft.Json.Linq.MergeNullValueHandling",
    &[("Ignore", 0), ("Merge", 1)],
)
.not_in_azure();

#[derive(Debug)]
struct Settings(Mutex<MergeSettings>);

impl Object for Settings {
    fn ty(&self) -> Type {
        Type::class(&MERGE_SETTINGS)
    }
}

/// `Add(content)`.
pub(crate) fn add(cx: &mut Cx<'_>, container: &Value, content: &Value) -> Eval {
    cx.charge(128)?;
    let it = token::it(container)?;
    for token in token::contents(cx, content)? {
        token::pay_place(cx, it, &token)?;
        it.add(&token)?;
    }
    Ok(Value::Null)
}

fn merged(cx: &mut Cx<'_>, a: &[Value], settings: MergeSettings) -> Eval {
    let content = token::of(&a[1]).ok_or_else(|| Exception::argument_null("content"))?;
    // What comes over is copied.
    token::pay(cx, content.size())?;
    merge(token::it(&a[0])?, content, settings)?;
    Ok(Value::Null)
}

/// The values inside: of an object those of its properties, of anything else its children.
pub(crate) fn inner(token: &JToken) -> Vec<JToken> {
    let children = token.children();
    match token.kind() {
        TokenType::Object => children.iter().filter_map(JToken::property_value).collect(),
        _ => children,
    }
}
