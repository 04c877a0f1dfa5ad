//! `BasicAuthCredentials`.

use crate::Value;
use crate::dotnet::base64;
use crate::library::table::{TypeDef, class, extension, property, static_class};
use crate::object::Object;
use crate::types::Type;

/// `BasicAuthCredentials`.
pub(crate) static BASIC: TypeDef = class("BasicAuthCredentials").members(&[
    // The reference has `UserId`, the policy toolkit `Username`.
    property("string UserId", |_, a, _| {
        Ok(a[0].of::<Basic>()?.user.as_str().into())
    }),
    property("string Username", |_, a, _| {
        Ok(a[0].of::<Basic>()?.user.as_str().into())
    }),
    property("string Password", |_, a, _| {
        Ok(a[0].of::<Basic>()?.password.as_str().into())
    }),
]);

/// The extension methods of strings that read them.
pub(crate) static STRINGS: TypeDef = static_class("BasicAuthExtensions").members(&[
    extension("BasicAuthCredentials AsBasic(this string input)", |_, a, _| {
        Ok(read(&a[0]))
    }),
    extension(
        "bool TryParseBasic(this string input, out BasicAuthCredentials result)",
        |_, a, _| {
            a[1] = read(&a[0]);
            Ok((!a[1].is_null()).into())
        },
    ),
]);

#[derive(Debug)]
struct Basic {
    user: String,
    password: String,
}

impl Object for Basic {
    fn ty(&self) -> Type {
        Type::class(&BASIC)
    }
}

// `Basic` and the base64 of `user:password`; the last colon separates them.
fn read(header: &Value) -> Value {
    let header = header.to_text();
    let decoded = header
        .strip_prefix("Basic ")
        .and_then(|it| base64::decode(it.trim()).ok());
    let text: Option<String> = decoded.map(|bytes| bytes.into_iter().map(char::from).collect());
    match text.as_deref().and_then(|it| it.rsplit_once(':')) {
        Some((user, password)) if !user.is_empty() => Value::object(Basic {
            user: user.to_owned(),
            password: password.to_owned(),
        }),
        _ => Value::Null,
    }
}
