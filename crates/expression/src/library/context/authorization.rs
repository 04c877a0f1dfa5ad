//! `Authorization`: what `get-authorization-context` puts into a variable.

use crate::Value;
use crate::library::table::{TypeDef, class, property};
use crate::library::{dictionary, token};
use crate::object::Object;
use crate::types::Type;
use serde_json::Value as Json;

/// `Authorization`.
pub(crate) static AUTHORIZATION: TypeDef = class("Authorization").members(&[
    property("string AccessToken", |_, a, _| {
        Ok(a[0].of::<Authorization>()?.access_token.as_str().into())
    }),
    property("IReadOnlyDictionary<string, object> Claims", |_, a, _| {
        let claims = dictionary::new(Type::String, Type::Object, Value::Null);
        for (name, value) in a[0]
            .of::<Authorization>()?
            .claims
            .as_object()
            .into_iter()
            .flatten()
        {
            let value = match value {
                Json::String(text) => text.as_str().into(),
                other => token::from_json(other),
            };
            claims.set(&name.as_str().into(), value)?;
        }
        Ok(Value::object(claims))
    }),
]);

#[derive(Debug)]
struct Authorization {
    access_token: String,
    claims: Json,
}

impl Object for Authorization {
    fn ty(&self) -> Type {
        Type::class(&AUTHORIZATION)
    }
}

/// An `Authorization`; `claims` is a JSON object.
pub(crate) fn new(access_token: &str, claims: &Json) -> Value {
    Value::object(Authorization {
        access_token: access_token.to_owned(),
        claims: claims.clone(),
    })
}
