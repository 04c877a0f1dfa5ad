//! `token["name"]`, which most policies are full of: the common cases without a detour over the rows.

use super::code::JsonItem;
use super::cx::Cx;
use crate::Value;
use crate::dotnet::json::{JToken, Scalar, TokenType};
use crate::exception::{Eval, Exception};
use crate::library::{Body, token};
use crate::types::Type;

pub(super) fn item(cx: &mut Cx<'_>, item: &JsonItem) -> Eval {
    let receiver = item.token.eval(cx)?;
    match token::of(&receiver) {
        Some(it) if it.kind() == TokenType::Object => {
            let name = item.name.as_str();
            Ok(token::option(it.get(&name)))
        }
        _ => by_row(cx, receiver, item),
    }
}

/// `(T)token["name"]`. A value that is a `T` already comes out at once.
pub(super) fn cast(cx: &mut Cx<'_>, item: &JsonItem, ty: &Type, row: Body) -> Eval {
    let receiver = item.token.eval(cx)?;
    if let Some(value) = token::of(&receiver).and_then(|it| plain(it, &item.name.as_str(), ty)) {
        return Ok(value);
    }
    let found = by_row(cx, receiver, item)?;
    row(cx, &mut [found], &[])
}

fn by_row(cx: &mut Cx<'_>, receiver: Value, item: &JsonItem) -> Eval {
    match receiver {
        Value::Null => Err(Exception::null_reference().into()),
        receiver => (item.body)(cx, &mut [receiver, Value::Text(item.name.clone())], &[]),
    }
}

fn plain(token: &JToken, name: &str, ty: &Type) -> Option<Value> {
    token.plain(name, |scalar| {
        Some(match (ty, scalar) {
            (Type::String, Scalar::String(text)) => Value::Text(text.clone().into()),
            (Type::Bool, Scalar::Boolean(value)) => Value::Bool(*value),
            (Type::Int, Scalar::Integer(value)) => Value::Int(i32::try_from(*value).ok()?),
            (Type::Long, Scalar::Integer(value)) => Value::Long(*value),
            (Type::Double, Scalar::Float(value)) => Value::Double(*value),
            (Type::Double, Scalar::Integer(value)) => Value::Double(*value as f64),
            _ => return None,
        })
    })
}
