//! `Jwt`: a token read without being checked.

use crate::Value;
use crate::dotnet::base64;
use crate::dotnet::datetime::DateTime;
use crate::library::table::{TypeDef, class, extension, property, static_class};
use crate::library::{date_time, dictionary};
use crate::object::Object;
use crate::types::Type;
use clock::Moment;
use serde_json::Value as Json;

/// `Jwt`.
pub(crate) static JWT: TypeDef = class("Jwt").members(&[
    property("string Algorithm", |_, a, _| {
        Ok(text(&a[0].of::<Jwt>()?.header, "alg"))
    }),
    property("string Type", |_, a, _| {
        Ok(text(&a[0].of::<Jwt>()?.header, "typ"))
    }),
    property("string Id", |_, a, _| Ok(text(&a[0].of::<Jwt>()?.payload, "jti"))),
    property("string Issuer", |_, a, _| {
        Ok(text(&a[0].of::<Jwt>()?.payload, "iss"))
    }),
    property("string Subject", |_, a, _| {
        Ok(text(&a[0].of::<Jwt>()?.payload, "sub"))
    }),
    property("IEnumerable<string> Audiences", |_, a, _| {
        Ok(Value::strings(
            a[0].of::<Jwt>()?
                .payload
                .get("aud")
                .map(strings)
                .unwrap_or_default(),
        ))
    }),
    property("IReadOnlyDictionary<string, string[]> Claims", |_, a, _| {
        let payload = &a[0].of::<Jwt>()?.payload;
        let claims = payload
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), strings(value)));
        Ok(dictionary::of_strings(claims, false))
    }),
    property("DateTime? ExpirationTime", |_, a, _| {
        Ok(time(&a[0].of::<Jwt>()?.payload, "exp"))
    }),
    property("DateTime? IssuedAt", |_, a, _| {
        Ok(time(&a[0].of::<Jwt>()?.payload, "iat"))
    }),
    property("DateTime? NotBefore", |_, a, _| {
        Ok(time(&a[0].of::<Jwt>()?.payload, "nbf"))
    }),
]);

/// The extension methods of strings that read one.
pub(crate) static STRINGS: TypeDef = static_class("JwtExtensions").members(&[
    extension("Jwt AsJwt(this string input)", |_, a, _| {
        Ok(read(&a[0].to_text()))
    }),
    extension(
        "bool TryParseJwt(this string input, out Jwt result)",
        |_, a, _| {
            a[1] = read(&a[0].to_text());
            Ok((!a[1].is_null()).into())
        },
    ),
]);

#[derive(Debug)]
struct Jwt {
    header: Json,
    payload: Json,
    token: String,
}

impl Object for Jwt {
    fn ty(&self) -> Type {
        Type::class(&JWT)
    }

    fn text(&self) -> crate::text::Text {
        self.token.as_str().into()
    }
}

/// The token that a text spells, with or without `Bearer`; null when it is none.
pub(crate) fn read(input: &str) -> Value {
    let input = input.trim();
    let token = match input.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("Bearer ") => input[7..].trim(),
        _ => input,
    };
    let mut parts = token.split('.');
    let mut object = || {
        let part = parts.next()?.replace('-', "+").replace('_', "/");
        let padded = format!("{part}{}", "=".repeat((4 - part.len() % 4) % 4));
        serde_json::from_slice::<Json>(&base64::decode(&padded).ok()?)
            .ok()
            .filter(Json::is_object)
    };
    match (object(), object()) {
        (Some(header), Some(payload)) => Value::object(Jwt {
            header,
            payload,
            token: token.to_owned(),
        }),
        _ => Value::Null,
    }
}

fn text(part: &Json, name: &str) -> Value {
    part.get(name)
        .and_then(|it| strings(it).into_iter().next())
        .into()
}

// A claim as text: one per element of an array, none for null.
fn strings(value: &Json) -> Vec<String> {
    match value {
        Json::Null => Vec::new(),
        Json::String(text) => vec![text.clone()],
        Json::Array(items) => items.iter().flat_map(strings).collect(),
        other => vec![other.to_string()],
    }
}

fn time(part: &Json, name: &str) -> Value {
    let seconds = part
        .get(name)
        .and_then(|it| it.as_i64().or_else(|| it.as_f64().map(|it| it as i64)));
    seconds
        .map(|it| date_time::value(DateTime::from_moment(Moment::from_seconds(it))))
        .into()
}
