//! `Newtonsoft.Json.JsonConvert`.

use super::table::{TypeDef, class, constructor, enumeration, property, static_class, static_method};
use super::{token, token_convert};
use crate::Value;
use crate::dotnet::json::{JToken, ParseOptions, Root};
use crate::eval::{Cx, cast};
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::types::Type;
use parking_lot::Mutex;

pub(crate) static TYPES: &[&TypeDef] = &[&JSON_CONVERT, &FORMATTING, &SETTINGS, &NULL_VALUE_HANDLING];

/// `Newtonsoft.Json.Formatting`.
pub(crate) static FORMATTING: TypeDef =
    enumeration("Newtonsoft.Json.Formatting", &[("None", 0), ("Indented", 1)]);

/// `Newtonsoft.Json.NullValueHandling`.
pub(crate) static NULL_VALUE_HANDLING: TypeDef = enumeration(
    "Newtonsoft.Json.NullValueHandling",
    &[("Include", 0), ("Ignore", 1)],
)
.not_in_azure();

/// `Newtonsoft.Json.JsonSerializerSettings`, as far as tokens are written by it.
pub(crate) static SETTINGS: TypeDef = class("Newtonsoft.Json.JsonSerializerSettings")
    .members(&[
        constructor("()", |_, _, _| Ok(Value::object(Settings::default()))),
        property("NullValueHandling NullValueHandling", |_, a, _| {
            Ok(Value::Enum(
                super::Def(&NULL_VALUE_HANDLING),
                i64::from(*a[0].of::<Settings>()?.skip_nulls.lock()),
            ))
        })
        .set(|_, a, _| {
            *a[0].of::<Settings>()?.skip_nulls.lock() = a[1].long() == 1;
            Ok(Value::Null)
        }),
        property("Formatting Formatting", |_, a, _| {
            Ok(Value::Enum(
                super::Def(&FORMATTING),
                i64::from(*a[0].of::<Settings>()?.indented.lock()),
            ))
        })
        .set(|_, a, _| {
            *a[0].of::<Settings>()?.indented.lock() = a[1].long() == 1;
            Ok(Value::Null)
        }),
    ])
    .not_in_azure();

/// `Newtonsoft.Json.JsonConvert`.
pub(crate) static JSON_CONVERT: TypeDef = static_class("Newtonsoft.Json.JsonConvert").members(&[
    static_method("string SerializeObject(object value)", |cx, a, _| {
        write(cx, &a[0], false, false)
    }),
    static_method(
        "string SerializeObject(object value, Formatting formatting)",
        |cx, a, _| write(cx, &a[0], a[1].long() == 1, false),
    ),
    static_method(
        "string SerializeObject(object value, JsonSerializerSettings settings)",
        |cx, a, _| {
            let (indented, skip) = settings(&a[1]);
            write(cx, &a[0], indented, skip)
        },
    )
    .not_in_azure(),
    static_method(
        "string SerializeObject(object value, Formatting formatting, JsonSerializerSettings settings)",
        |cx, a, _| {
            let (_, skip) = settings(&a[2]);
            write(cx, &a[0], a[1].long() == 1, skip)
        },
    )
    .not_in_azure(),
    static_method("object DeserializeObject(string value)", |cx, a, _| {
        let Some(parsed) = read(cx, &a[0], &Type::Object)? else {
            return Ok(Value::Null);
        };
        token_convert::object(cx, &parsed, &Type::Object)
    }),
    static_method("T DeserializeObject<T>(string value)", |cx, a, t| {
        let Some(parsed) = read(cx, &a[0], &t[0])? else {
            return Ok(cast::default_of(&t[0]));
        };
        deserialized(cx, &parsed, &t[0])
    }),
    static_method(
        "T DeserializeObject<T>(string value, JsonSerializerSettings settings)",
        |cx, a, t| {
            let Some(parsed) = read(cx, &a[0], &t[0])? else {
                return Ok(cast::default_of(&t[0]));
            };
            deserialized(cx, &parsed, &t[0])
        },
    )
    .not_in_azure(),
]);

#[derive(Debug, Default)]
struct Settings {
    skip_nulls: Mutex<bool>,
    indented: Mutex<bool>,
}

impl Object for Settings {
    fn ty(&self) -> Type {
        Type::class(&SETTINGS)
    }
}

fn settings(value: &Value) -> (bool, bool) {
    value
        .as_object::<Settings>()
        .map_or((false, false), |it| (*it.indented.lock(), *it.skip_nulls.lock()))
}

fn write(cx: &mut Cx<'_>, value: &Value, indented: bool, skip_nulls: bool) -> Eval {
    let mut token = token::from_object(cx, value)?;
    // Settings decide about objects that are serialized; a token is written as it is.
    if skip_nulls && token::of(value).is_none() {
        token::pay(cx, token.size())?;
        token = token.deep_clone();
        drop_nulls(&token);
    }
    let text = if indented {
        token.indented()
    } else {
        token.compact()
    };
    cx.charge(text.len())?;
    Ok(text.into())
}

fn drop_nulls(token: &JToken) {
    for child in token.children() {
        let is_null = child
            .property_value()
            .and_then(|it| it.scalar())
            .is_some_and(|it| it.is_null());
        if is_null {
            // A property always has an object to be removed from.
            let _ = child.remove();
        } else {
            drop_nulls(&child);
        }
    }
}

/// The document; empty text is null.
fn read(cx: &mut Cx<'_>, text: &Value, ty: &Type) -> Eval<Option<JToken>> {
    let empty = text.str("value")?.as_str().trim().is_empty();
    if empty {
        return Ok(None);
    }
    // Where text is wanted, a date stays the text that it is written as.
    let options = ParseOptions {
        dates: !ends_in_text(ty),
        ..ParseOptions::default()
    };
    token::parse_with(cx, text, Root::Any, &options).map(Some)
}

fn ends_in_text(ty: &Type) -> bool {
    match ty {
        Type::String => true,
        Type::Array(element) => ends_in_text(element),
        Type::Class(_, Some(args)) => args.last().is_some_and(ends_in_text),
        _ => false,
    }
}

fn deserialized(cx: &mut Cx<'_>, token: &JToken, ty: &Type) -> Eval {
    let is_token_type = matches!(ty, Type::Class(def, _) if def.0.name.starts_with("Newtonsoft.Json.Linq."));
    let value = token::value(token.clone());
    if is_token_type && !cast::is_instance(&value, ty) {
        return Err(Exception::invalid_cast(&value.type_name(), &ty.clr_name()).into());
    }
    token_convert::object(cx, token, ty)
}
