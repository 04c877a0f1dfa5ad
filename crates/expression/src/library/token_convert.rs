//! Tokens to values of a type: `Value<T>`, `ToObject<T>`, `DeserializeObject<T>` and the casts.

use super::{Def, array, date_time, date_time_offset, dictionary, guid, jtoken, list, time_span, token, uri};
use crate::Value;
use crate::dotnet::json::{self, JToken, Scalar, TokenType};
use crate::dotnet::number;
use crate::dotnet::uri::UriKind;
use crate::eval::{Cx, cast};
use crate::exception::{Eval, Exception, Fault};
use crate::types::Type;

/// The casts `(int)token`, `(string)token`, ...: by the token's own rules and with their messages.
pub(crate) fn explicit(cx: &mut Cx<'_>, source: &Value, ty: &Type) -> Eval {
    let Some(token) = token::of(source) else {
        return match ty {
            _ if ty.takes_null() => Ok(Value::Null),
            _ => Err(Exception::argument_null("value").into()),
        };
    };
    if let Type::Nullable(inner) = ty {
        return if json::is_null(token) {
            Ok(Value::Null)
        } else {
            scalar(cx, token, inner)
        };
    }
    scalar(cx, token, ty)
}

/// `Value<T>()`: null and missing are the default; a container only goes where it is one.
pub(crate) fn value_of(cx: &mut Cx<'_>, found: Option<&JToken>, ty: &Type) -> Eval {
    let Some(token) = found else {
        return Ok(cast::default_of(ty));
    };
    let value = token::value(token.clone());
    let wants_token = matches!(ty, Type::Class(def, _) if def.0.name.starts_with("Newtonsoft.Json.Linq."));
    if cast::is_instance(&value, ty) && (wants_token || matches!(ty, Type::Object | Type::Dynamic)) {
        return Ok(value);
    }
    if wants_token || token.is_container() {
        // Json.NET names its own type parameter here, not the one that was asked for.
        let message = format!("Cannot cast {} to Newtonsoft.Json.Linq.JToken.", token.clr_name());
        return Err(Exception::new("System.InvalidCastException", message).into());
    }
    if json::is_null(token) {
        return match ty.takes_null() {
            true => Ok(Value::Null),
            false => {
                let message = "Null object cannot be converted to a value type.";
                Err(Exception::new("System.InvalidCastException", message).into())
            }
        };
    }
    scalar(cx, token, ty.underlying())
}

/// `ToObject<T>()`.
pub(crate) fn object(cx: &mut Cx<'_>, token: &JToken, ty: &Type) -> Eval {
    cx.step()?;
    cx.charge(64)?;
    let value = token::value(token.clone());
    match ty {
        Type::Object | Type::Dynamic => {
            return Ok(token.scalar().map_or(value, |it| token::scalar_value(&it)));
        }
        _ if cast::is_instance(&value, ty) && matches!(ty, Type::Class(..)) => return Ok(value),
        Type::Nullable(inner) => {
            return if json::is_null(token) {
                Ok(Value::Null)
            } else {
                object(cx, token, inner)
            };
        }
        _ => (),
    }
    match token.kind() {
        TokenType::Null | TokenType::Undefined if ty.takes_null() => Ok(Value::Null),
        TokenType::Null | TokenType::Undefined => {
            let message = format!(
                "Error converting value {{null}} to type '{}'. Path '{}'.",
                ty.clr_name(),
                token.path()
            );
            Err(serialization(message))
        }
        TokenType::Array => items(cx, token, ty),
        TokenType::Object => entries(cx, token, ty),
        _ => enumerated(token, ty).map_or_else(|| scalar(cx, token, ty), Ok),
    }
}

fn serialization(message: String) -> Fault {
    Exception::new("Newtonsoft.Json.JsonSerializationException", message).into()
}

fn undeserializable(token: &JToken, ty: &Type) -> Fault {
    let kind = if token.kind() == TokenType::Array {
        "array (e.g. [1,2,3])"
    } else {
        "object (e.g. {\"name\":\"value\"})"
    };
    serialization(format!(
        "Cannot deserialize the current JSON {kind} into type '{}'. Path '{}'.",
        ty.clr_name(),
        token.path()
    ))
}

fn items(cx: &mut Cx<'_>, token: &JToken, ty: &Type) -> Eval {
    let sequence = |name: &str| {
        [
            "List",
            "IList",
            "ICollection",
            "IEnumerable",
            "IReadOnlyList",
            "IReadOnlyCollection",
        ]
        .contains(&name)
    };
    let element = match ty {
        Type::Array(element) => (**element).clone(),
        Type::Class(def, Some(args)) if sequence(def.0.short_name()) => args[0].clone(),
        Type::Class(def, Some(args)) if matches!(def.0.short_name(), "HashSet" | "ISet") => args[0].clone(),
        _ => return Err(undeserializable(token, ty)),
    };
    let mut made = Vec::new();
    for child in token.children() {
        made.push(object(cx, &child, &element)?);
    }
    Ok(match ty {
        Type::Array(_) => array::new(element, made),
        Type::Class(def, _) if matches!(def.0.short_name(), "HashSet" | "ISet") => {
            Value::object(super::hash_set::new(element, made, Value::Null))
        }
        _ => list::new(element, made),
    })
}

fn entries(cx: &mut Cx<'_>, token: &JToken, ty: &Type) -> Eval {
    let (key, value) = match ty {
        Type::Class(def, Some(args))
            if matches!(
                def.0.short_name(),
                "Dictionary" | "IDictionary" | "IReadOnlyDictionary"
            ) && args.len() == 2 =>
        {
            (args[0].clone(), args[1].clone())
        }
        _ => return Err(undeserializable(token, ty)),
    };
    let made = dictionary::new(key.clone(), value.clone(), Value::Null);
    for property in token.children() {
        let (Some(name), Some(inner)) = (property.name(), property.property_value()) else {
            continue;
        };
        let name = JToken::string(name);
        let name = object(cx, &name, &key)?;
        made.set(&name, object(cx, &inner, &value)?)?;
    }
    Ok(Value::object(made))
}

/// An enumeration member, by its name or number.
fn enumerated(token: &JToken, ty: &Type) -> Option<Value> {
    let Type::Class(Def(def), _) = ty else { return None };
    if !ty.is_enum() {
        return None;
    }
    match token.scalar()? {
        Scalar::Integer(it) => Some(Value::Enum(Def(def), it)),
        Scalar::String(text) => {
            let found = def
                .values
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(&text));
            found.map(|(_, number)| Value::Enum(Def(def), *number))
        }
        _ => None,
    }
}

/// A simple token as a value of a simple type.
fn scalar(cx: &mut Cx<'_>, token: &JToken, ty: &Type) -> Eval {
    let int = |kind, target| json::to_integer(token, kind, target);
    Ok(match ty {
        Type::String => json::to_text(token)?.map_or(Value::Null, |it| Value::Text(it.into())),
        Type::Bool => json::to_bool(token)?.into(),
        Type::Char => Value::Char(json::to_char(token)?),
        Type::SByte => Value::SByte(int(&number::SBYTE, "SByte")? as i8),
        Type::Byte => Value::Byte(int(&number::BYTE, "Byte")? as u8),
        Type::Short => Value::Short(int(&number::INT16, "Int16")? as i16),
        Type::UShort => Value::UShort(int(&number::UINT16, "UInt16")? as u16),
        Type::Int => Value::Int(int(&number::INT32, "Int32")? as i32),
        Type::UInt => Value::UInt(int(&number::UINT32, "UInt32")? as u32),
        Type::Long => Value::Long(int(&number::INT64, "Int64")? as i64),
        Type::ULong => Value::ULong(int(&number::UINT64, "UInt64")? as u64),
        Type::Single => Value::Single(json::to_double(token, "Single")? as f32),
        Type::Double => json::to_double(token, "Double")?.into(),
        Type::Decimal => json::to_decimal(token)?.into(),
        Type::Array(element) if **element == Type::Byte => {
            json::to_bytes(token)?.map_or(Value::Null, |it| array::from_bytes(&it))
        }
        Type::Object | Type::Dynamic => token.scalar().map_or(Value::Null, |it| token::scalar_value(&it)),
        other if other.is(&date_time::DATE_TIME) => {
            date_time::value(json::to_date(token, date_time::now(cx))?)
        }
        other if other.is(&date_time_offset::DATE_TIME_OFFSET) => {
            date_time_offset::value(json::to_date_offset(token, date_time::now(cx))?)
        }
        other if other.is(&time_span::TIME_SPAN) => time_span::value(json::to_timespan(token)?),
        other if other.is(&guid::GUID) => guid::value(json::to_guid(token)?),
        other if other.is(&uri::URI) => match json::to_uri(token)? {
            Some(text) => uri::made(crate::dotnet::uri::parse(&text, UriKind::RelativeOrAbsolute)?),
            None => Value::Null,
        },
        other if other.is(&jtoken::JTOKEN) => token::value(token.clone()),
        other => {
            if let Some(member) = enumerated(token, other) {
                return Ok(member);
            }
            let held = token.scalar().unwrap_or(Scalar::Null);
            let message = format!(
                "Invalid cast from '{}' to '{}'.",
                held.clr_name(),
                other.clr_name()
            );
            return Err(Exception::new("System.InvalidCastException", message).into());
        }
    })
}
