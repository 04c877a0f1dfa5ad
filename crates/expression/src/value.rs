use crate::Exception;
use crate::dotnet::number_buffer::Number;
use crate::dotnet::number_format;
use crate::host::{Message, StoredResponse};
use crate::library::{self, Def};
use crate::object::{Object, downcast};
use crate::text::Text;
use crate::types::Type;
use rust_decimal::Decimal;
use std::sync::Arc;

/// A .NET value. Reference types compare by identity, as in .NET.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `System.Boolean`.
    Bool(bool),
    /// `System.Char`: one UTF-16 unit.
    Char(u16),
    /// `System.SByte`.
    SByte(i8),
    /// `System.Byte`.
    Byte(u8),
    /// `System.Int16`.
    Short(i16),
    /// `System.UInt16`.
    UShort(u16),
    /// `System.Int32`.
    Int(i32),
    /// `System.UInt32`.
    UInt(u32),
    /// `System.Int64`.
    Long(i64),
    /// `System.UInt64`.
    ULong(u64),
    /// `System.Single`.
    Single(f32),
    /// `System.Double`.
    Double(f64),
    /// `System.Decimal`.
    Decimal(Decimal),
    /// `System.String`.
    Text(Text),
    /// A value of an enumeration.
    Enum(Def, i64),
    /// A part of `context`, answered by the host of the evaluation that asks.
    Part(Part),
    /// A response kept in a variable: `IResponse`.
    Response(Arc<StoredResponse>),
    /// Anything else.
    Object(Arc<dyn Object>),
}

/// A part of `context` that has no state of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// `context`.
    Context,
    /// `context.Request`.
    Request,
    /// `context.Response`.
    Response,
    /// `.Headers`.
    Headers(Message),
    /// `.Body`.
    Body(Message),
    /// `context.Request.Url`.
    Url,
    /// `context.Request.OriginalUrl`.
    OriginalUrl,
    /// `context.Request.Url.Query`.
    Query,
    /// `context.Request.OriginalUrl.Query`.
    OriginalQuery,
    /// `context.Request.MatchedParameters`.
    MatchedParameters,
    /// `context.Request.Foundry`.
    Foundry,
    /// `context.Variables`.
    Variables,
    /// `context.LastError`.
    LastError,
}

impl Value {
    /// `null`.
    pub fn null() -> Value {
        Value::Null
    }

    /// A `byte[]`.
    pub fn bytes(bytes: bytes::Bytes) -> Value {
        library::array::from_bytes(&bytes)
    }

    /// An `IResponse`, as `send-request` stores it.
    pub fn response(response: Arc<StoredResponse>) -> Value {
        Value::Response(response)
    }

    /// An `Authorization`, as `get-authorization-context` stores it; `claims` is a JSON object.
    pub fn authorization(access_token: &str, claims: &serde_json::Value) -> Value {
        library::context::authorization::new(access_token, claims)
    }

    /// A `Jwt`, as `validate-jwt` stores it; null when the text is none.
    pub fn jwt(token: &str) -> Value {
        library::context::jwt::read(token)
    }

    /// A `string[]`.
    pub fn strings(items: Vec<String>) -> Value {
        library::array::new(Type::String, items.into_iter().map(Value::from).collect())
    }

    /// A library object.
    pub(crate) fn object(object: impl Object) -> Value {
        Value::Object(Arc::new(object))
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The .NET name of its type.
    pub fn type_name(&self) -> String {
        self.ty().clr_name()
    }

    /// `Convert.ToString`; null is empty.
    pub fn to_text(&self) -> String {
        self.text().as_str().into_owned()
    }

    /// What a condition or flag takes: a `bool`, or a text that spells one.
    pub fn to_bool(&self) -> Result<bool, Exception> {
        match self {
            Value::Bool(value) => Ok(*value),
            Value::Text(text) if text.as_str().trim().eq_ignore_ascii_case("true") => Ok(true),
            Value::Text(text) if text.as_str().trim().eq_ignore_ascii_case("false") => Ok(false),
            Value::Text(text) => Err(Exception::format(format!(
                "String '{}' was not recognized as a valid Boolean.",
                text.as_str()
            ))),
            Value::Null => Err(Exception::null_reference()),
            other if library::token::as_bool(other).is_some() => {
                Ok(library::token::as_bool(other) == Some(true))
            }
            other => Err(Exception::invalid_cast(&other.type_name(), "System.Boolean")),
        }
    }

    /// What a count, code or duration takes: an integer, a text that spells one, or a number that is rounded.
    pub fn to_int(&self) -> Result<i64, Exception> {
        if let Some(int) = self.integer() {
            return i64::try_from(int)
                .map_err(|_| Exception::overflow("Value was either too large or too small for an Int64."));
        }
        match self {
            Value::Text(text) => {
                let text = text.as_str();
                let whole = text.trim().parse::<i64>().ok();
                whole.ok_or_else(|| Exception::format("Input string was not in a correct format."))
            }
            Value::Single(_) | Value::Double(_) | Value::Decimal(_) => {
                let rounded = self.to_double()?.round_ties_even();
                match rounded.is_finite() && rounded.abs() < 9.2e18 {
                    true => Ok(rounded as i64),
                    false => Err(Exception::overflow(
                        "Value was either too large or too small for an Int64.",
                    )),
                }
            }
            Value::Null => Err(Exception::null_reference()),
            other => match library::token::scalar(other) {
                Some(scalar) => scalar.to_int(),
                None => Err(Exception::invalid_cast(&other.type_name(), "System.Int64")),
            },
        }
    }

    /// What a fractional setting takes.
    pub fn to_double(&self) -> Result<f64, Exception> {
        match self {
            Value::Double(value) => Ok(*value),
            Value::Single(value) => Ok(f64::from(*value)),
            Value::Decimal(value) => {
                Ok(rust_decimal::prelude::ToPrimitive::to_f64(value).unwrap_or(f64::NAN))
            }
            Value::Text(text) => {
                let number = text.as_str().trim().parse::<f64>().ok();
                number.ok_or_else(|| Exception::format("Input string was not in a correct format."))
            }
            Value::Null => Err(Exception::null_reference()),
            other => match (other.integer(), library::token::scalar(other)) {
                (Some(int), _) => Ok(int as f64),
                (None, Some(scalar)) => scalar.to_double(),
                _ => Err(Exception::invalid_cast(&other.type_name(), "System.Double")),
            },
        }
    }

    /// What `set-body` sends: bytes as they are, anything else as UTF-8 text; null is empty.
    pub fn to_body(&self) -> bytes::Bytes {
        match library::array::to_bytes(self) {
            Some(bytes) => bytes.into(),
            None => self.to_text().into_bytes().into(),
        }
    }

    /// The response that a variable holds.
    pub fn as_response(&self) -> Option<Arc<StoredResponse>> {
        match self {
            Value::Response(response) => Some(response.clone()),
            _ => None,
        }
    }

    /// JSON for reports: null, booleans, numbers and text as such, a `JToken` as its JSON, the rest as text.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Double(value) if value.is_finite() => (*value).into(),
            Value::Single(_) | Value::Decimal(_) => match self.to_text().parse::<serde_json::Number>() {
                Ok(number) => number.into(),
                Err(_) => self.to_text().into(),
            },
            Value::Char(_) | Value::Text(_) | Value::Enum(..) => self.to_text().into(),
            Value::ULong(value) => (*value).into(),
            other => match (
                other.integer().and_then(|it| i64::try_from(it).ok()),
                library::token::to_json(other),
            ) {
                (Some(int), _) => int.into(),
                (None, Some(json)) => json,
                _ => other.to_text().into(),
            },
        }
    }

    /// A `JToken`.
    pub fn json(json: &serde_json::Value) -> Value {
        library::token::from_json(json)
    }

    /// The type at run time.
    pub(crate) fn ty(&self) -> Type {
        match self {
            Value::Null => Type::Object,
            Value::Bool(_) => Type::Bool,
            Value::Char(_) => Type::Char,
            Value::SByte(_) => Type::SByte,
            Value::Byte(_) => Type::Byte,
            Value::Short(_) => Type::Short,
            Value::UShort(_) => Type::UShort,
            Value::Int(_) => Type::Int,
            Value::UInt(_) => Type::UInt,
            Value::Long(_) => Type::Long,
            Value::ULong(_) => Type::ULong,
            Value::Single(_) => Type::Single,
            Value::Double(_) => Type::Double,
            Value::Decimal(_) => Type::Decimal,
            Value::Text(_) => Type::String,
            Value::Enum(def, _) => Type::Class(*def, None),
            Value::Part(part) => library::context::type_of(*part),
            Value::Response(_) => Type::class(&library::context::response::RESPONSE),
            Value::Object(object) => object.ty(),
        }
    }

    /// `Convert.ToString(value)` without a host: a live part of `context` prints its type.
    pub(crate) fn text(&self) -> Text {
        match self {
            Value::Null => Text::default(),
            Value::Text(text) => text.clone(),
            Value::Bool(true) => Text::from("True"),
            Value::Bool(false) => Text::from("False"),
            Value::Char(unit) => Text::repeat(*unit, 1),
            Value::Enum(def, value) => Text::from(library::enums::name(*def, *value)),
            Value::Object(object) => object.text(),
            Value::Part(_) | Value::Response(_) => Text::from(self.ty().clr_name()),
            number => Text::from(
                number
                    .number()
                    .map_or_else(String::new, number_format::default_text),
            ),
        }
    }

    /// The number, for formatting.
    pub(crate) fn number(&self) -> Option<Number> {
        Some(match self {
            Value::SByte(value) => Number::Signed(i64::from(*value), 8),
            Value::Byte(value) => Number::Unsigned(u64::from(*value), 8),
            Value::Short(value) => Number::Signed(i64::from(*value), 16),
            Value::UShort(value) => Number::Unsigned(u64::from(*value), 16),
            Value::Int(value) => Number::Signed(i64::from(*value), 32),
            Value::UInt(value) => Number::Unsigned(u64::from(*value), 32),
            Value::Long(value) => Number::Signed(*value, 64),
            Value::ULong(value) => Number::Unsigned(*value, 64),
            Value::Single(value) => Number::Single(*value),
            Value::Double(value) => Number::Double(*value),
            Value::Decimal(value) => Number::Decimal(*value),
            _ => return None,
        })
    }

    /// The value of an integer type or `char`.
    pub(crate) fn integer(&self) -> Option<i128> {
        Some(match self {
            Value::Char(value) | Value::UShort(value) => i128::from(*value),
            Value::SByte(value) => i128::from(*value),
            Value::Byte(value) => i128::from(*value),
            Value::Short(value) => i128::from(*value),
            Value::Int(value) => i128::from(*value),
            Value::UInt(value) => i128::from(*value),
            Value::Long(value) => i128::from(*value),
            Value::ULong(value) => i128::from(*value),
            Value::Enum(_, value) => i128::from(*value),
            _ => return None,
        })
    }
}

/// What bodies ask of their arguments. The checker made sure of the type: a mismatch cannot happen, and gives the default.
impl Value {
    pub(crate) fn bool(&self) -> bool {
        matches!(self, Value::Bool(true))
    }

    pub(crate) fn int(&self) -> i32 {
        match self {
            Value::Int(value) => *value,
            other => other.integer().unwrap_or_default() as i32,
        }
    }

    pub(crate) fn long(&self) -> i64 {
        self.integer().unwrap_or_default() as i64
    }

    pub(crate) fn double(&self) -> f64 {
        match self {
            Value::Double(value) => *value,
            Value::Single(value) => f64::from(*value),
            other => other.integer().unwrap_or_default() as f64,
        }
    }

    pub(crate) fn decimal(&self) -> Decimal {
        match self {
            Value::Decimal(value) => *value,
            _ => Decimal::default(),
        }
    }

    pub(crate) fn char(&self) -> u16 {
        match self {
            Value::Char(value) => *value,
            _ => 0,
        }
    }

    /// A string receiver: never null.
    pub(crate) fn it(&self) -> Text {
        match self {
            Value::Text(text) => text.clone(),
            _ => Text::default(),
        }
    }

    /// A string, or `None` for null.
    pub(crate) fn str_or_null(&self) -> Option<&Text> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A string argument that must not be null.
    pub(crate) fn str(&self, parameter: &str) -> Result<&Text, Exception> {
        self.str_or_null()
            .ok_or_else(|| Exception::argument_null(parameter))
    }

    /// A library object: `it.of::<StringBuilder>()`. Null, or another type, is a null reference.
    pub(crate) fn of<T: Object>(&self) -> Result<&T, Exception> {
        self.as_object::<T>().ok_or_else(Exception::null_reference)
    }

    /// A library object, if it is one of this kind.
    pub(crate) fn as_object<T: Object>(&self) -> Option<&T> {
        match self {
            Value::Object(object) => downcast::<T>(&**object),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text.into())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Value {
        Value::Text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Value {
        Value::Int(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Long(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Value {
        Value::Double(value)
    }
}

impl From<Decimal> for Value {
    fn from(value: Decimal) -> Value {
        Value::Decimal(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}
