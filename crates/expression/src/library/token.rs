//! `JToken` and its kin as values: what the tables of `jtoken`, `jobject`, `jarray`, ... share.

use super::table::TypeDef;
use super::{
    anonymous, array, compare, date_time, date_time_offset, guid, jarray, jcontainer, jobject, jproperty,
    jtoken, jvalue, key_value_pair, time_span, uri,
};
use crate::Value;
use crate::dotnet::json::{self, Frozen, JToken, ParseOptions, Root, Scalar, TokenType};
use crate::dotnet::uri::UriKind;
use crate::eval::{Cx, cast};
use crate::exception::{Eval, Exception, Fault};
use crate::object::{Enumerator, Object};
use crate::text::Text;
use crate::types::Type;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::sync::Arc;

// Containers in containers, for objects that become JSON.
const MAX_DEPTH: usize = 128;

/// A token as a value. Several values may stand for one token: what matters is the node behind it.
#[derive(Debug)]
pub(crate) struct Token(pub(crate) JToken);

/// A `JToken`.
pub(crate) fn value(token: JToken) -> Value {
    Value::object(Token(token))
}

/// A `JToken` or null.
pub(crate) fn option(token: Option<JToken>) -> Value {
    token.map_or(Value::Null, value)
}

/// A deep copy, paid for by the number of its tokens.
pub(crate) fn copy(cx: &mut Cx<'_>, token: &JToken) -> Eval {
    pay(cx, token.size())?;
    Ok(value(token.deep_clone()))
}

/// Pays for the copy that is made of `content` if it goes into `container` and is somewhere else already, or holds it.
pub(crate) fn pay_place(cx: &mut Cx<'_>, container: &JToken, content: &JToken) -> Eval<()> {
    pay(cx, container.copied(content))
}

/// Pays for so many nodes.
pub(crate) fn pay(cx: &mut Cx<'_>, nodes: usize) -> Eval<()> {
    cx.charge(nodes.saturating_mul(192))
}

/// Several tokens as an `IEnumerable<T>`; `def` is that `T`.
pub(crate) fn sequence(cx: &mut Cx<'_>, tokens: Vec<JToken>, def: &'static TypeDef) -> Eval {
    cx.charge_values(tokens.len())?;
    Ok(array::new(
        Type::class(def),
        tokens.into_iter().map(value).collect(),
    ))
}

/// The token that a value is, if it is one.
pub(crate) fn of(value: &Value) -> Option<&JToken> {
    value.as_object::<Token>().map(|it| &it.0)
}

/// The token of a receiver or an argument that must not be null.
pub(crate) fn it(value: &Value) -> Result<&JToken, Exception> {
    Ok(&value.of::<Token>()?.0)
}

impl Object for Token {
    fn ty(&self) -> Type {
        Type::class(match self.0.kind() {
            TokenType::Object => &jobject::JOBJECT,
            TokenType::Array => &jarray::JARRAY,
            TokenType::Property => &jproperty::JPROPERTY,
            TokenType::Constructor => &jarray::JCONSTRUCTOR,
            TokenType::Raw => &jvalue::JRAW,
            _ => &jvalue::JVALUE,
        })
    }

    fn text(&self) -> Text {
        self.0.text().into()
    }

    fn formatted(&self, format: &str) -> Option<Eval<String>> {
        let held = scalar_value(&self.0.scalar()?);
        match (held.number(), &held) {
            (Some(number), _) => {
                Some(crate::dotnet::number_format::format(number, format).map_err(Into::into))
            }
            (None, Value::Object(object)) => object.formatted(format),
            _ => None,
        }
    }

    fn same_as(&self, other: &dyn Object) -> bool {
        crate::object::downcast::<Token>(other).is_some_and(|it| it.0.same(&self.0))
    }

    fn equals(&self, other: &Value) -> bool {
        // Only `JValue` has an equality of its own.
        let Some(other) = of(other) else { return false };
        other.same(&self.0) || self.0.scalar().is_some() && json::deep_equals(&self.0, other)
    }

    fn hash(&self) -> Option<u64> {
        Some(match self.0.scalar() {
            Some(_) => compare::hash_text(&self.0.compact()),
            None => self.0.address() as u64,
        })
    }

    fn compare(&self, other: &Value) -> Option<Ordering> {
        json::compare_values(&self.0.scalar()?, &of(other)?.scalar()?)
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        Some(Box::new(Walk(self.0.walk())))
    }

    fn get(&self, key: &Value) -> Option<Value> {
        self.0.get(&key.str_or_null()?.as_str()).map(value)
    }
}

/// An object is walked as its properties. Where its static type is `JObject` they stand for `KeyValuePair<string, JToken>`,
/// see [`property`]; where it is `JToken` they are `JProperty`.
struct Walk(json::Children);

impl Enumerator for Walk {
    fn next(&mut self, _: &mut Cx<'_>) -> Eval<Option<Value>> {
        Ok(self.0.next().map(value))
    }
}

/// Name and value of a `JProperty` that stands for a pair.
pub(crate) fn property(source: &Value) -> Option<(Value, Value)> {
    let token = of(source)?;
    let inner = token.property_value()?;
    Some((Value::Text(token.name()?.into()), value(inner)))
}

/// The `bool` that a token holds.
pub(crate) fn as_bool(value: &Value) -> Option<bool> {
    match of(value)?.scalar()? {
        Scalar::Boolean(it) => Some(it),
        Scalar::String(it) => it.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// What a `JValue` holds; `None` for anything else.
pub(crate) fn scalar(value: &Value) -> Option<Value> {
    of(value)?.scalar().map(|it| scalar_value(&it))
}

/// A held value as a value of its own.
pub(crate) fn scalar_value(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null | Scalar::Undefined => Value::Null,
        Scalar::Boolean(it) => (*it).into(),
        Scalar::Integer(it) => (*it).into(),
        // There is no big integer in the language: as a decimal if it fits, else as a double.
        Scalar::BigInteger(it) => match it.parse::<Decimal>() {
            Ok(decimal) => decimal.into(),
            Err(_) => it.parse::<f64>().unwrap_or(f64::INFINITY).into(),
        },
        Scalar::Float(it) => (*it).into(),
        Scalar::Decimal(it) => (*it).into(),
        Scalar::String(it) | Scalar::Raw(it) | Scalar::Comment(it) => Value::Text(it.clone().into()),
        Scalar::Date(it) => date_time::value(*it),
        Scalar::DateOffset(it) => date_time_offset::value(*it),
        Scalar::Bytes(it) => array::from_bytes(it),
        Scalar::Guid(it) => guid::value(*it),
        Scalar::Uri(it) => match crate::dotnet::uri::parse(it, UriKind::RelativeOrAbsolute) {
            Ok(parsed) => uri::made(parsed),
            Err(_) => Value::Text(it.clone().into()),
        },
        Scalar::TimeSpan(it) => time_span::value(*it),
    }
}

/// A simple value as what a `JValue` holds; `None` for what is no simple value.
pub(crate) fn simple(value: &Value) -> Option<Scalar> {
    Some(match value {
        Value::Null => Scalar::Null,
        Value::Bool(it) => Scalar::Boolean(*it),
        Value::Char(_) | Value::Text(_) => {
            let text = value.text();
            Scalar::String(text.shared().cloned().unwrap_or_else(|| text.as_str().into()))
        }
        // The shortest digits of the float, not those of the double it widens to.
        Value::Single(it) => Scalar::Float(it.to_string().parse().unwrap_or(f64::from(*it))),
        Value::Double(it) => Scalar::Float(*it),
        Value::Decimal(it) => Scalar::Decimal(*it),
        Value::Object(_) => return simple_object(value),
        other => match other.integer().map(i64::try_from) {
            Some(Ok(it)) => Scalar::Integer(it),
            Some(Err(_)) => Scalar::BigInteger(other.integer().unwrap_or_default().to_string().into()),
            None => return None,
        },
    })
}

fn simple_object(value: &Value) -> Option<Scalar> {
    if let Ok(date) = date_time::it(value) {
        return Some(Scalar::Date(date));
    }
    if let Ok(date) = date_time_offset::it(value) {
        return Some(Scalar::DateOffset(date));
    }
    if let Some(ticks) = time_span::ticks(value) {
        return Some(Scalar::TimeSpan(ticks));
    }
    if let Some(uuid) = guid::uuid(value) {
        return Some(Scalar::Guid(uuid));
    }
    if let Ok(uri) = uri::it(value) {
        return Some(Scalar::Uri(uri.original.as_str().into()));
    }
    array::to_bytes(value).map(|it| Scalar::Bytes(it.into()))
}

/// `JToken.FromObject`: anonymous types, dictionaries, sequences and simple values.
pub(crate) fn from_object(cx: &mut Cx<'_>, source: &Value) -> Eval<JToken> {
    build(cx, source, 0)
}

fn build(cx: &mut Cx<'_>, source: &Value, depth: usize) -> Eval<JToken> {
    cx.step()?;
    cx.charge(128)?;
    if depth > MAX_DEPTH {
        let message = "Self referencing loop detected, or an object that is nested too deeply.";
        return Err(Exception::new("Newtonsoft.Json.JsonSerializationException", message).into());
    }
    if let Some(token) = of(source) {
        return Ok(token.clone());
    }
    if let Some(scalar) = simple(source) {
        return Ok(JToken::value(scalar));
    }
    if let Some(fields) = anonymous::fields(source) {
        let object = JToken::object();
        for (name, field) in fields {
            let field = build(cx, &field, depth + 1)?;
            pay_place(cx, &object, &field)?;
            object.set_index(json::Key::Name(&name), &field)?;
        }
        return Ok(object);
    }
    if let Some(entry) = source.as_object::<key_value_pair::Pair>() {
        let object = JToken::object();
        for (name, part) in [("Key", &entry.key), ("Value", &entry.value)] {
            let part = build(cx, part, depth + 1)?;
            pay_place(cx, &object, &part)?;
            object.add_property(name, &part)?;
        }
        return Ok(object);
    }
    let dictionary = is_dictionary(&source.ty());
    let Ok(items) = cx.collect(source) else {
        let message = format!(
            "A value of type '{}' cannot be written as JSON.",
            source.type_name()
        );
        return Err(Exception::new("Newtonsoft.Json.JsonSerializationException", message).into());
    };
    let made = if dictionary {
        JToken::object()
    } else {
        JToken::array()
    };
    for item in items {
        if dictionary {
            let (key, entry) = super::dictionary::pair(&item);
            let entry = build(cx, &entry, depth + 1)?;
            pay_place(cx, &made, &entry)?;
            made.set_index(json::Key::Name(&key.to_text()), &entry)?;
        } else {
            let item = build(cx, &item, depth + 1)?;
            pay_place(cx, &made, &item)?;
            made.add(&item)?;
        }
    }
    Ok(made)
}

fn is_dictionary(ty: &Type) -> bool {
    cast::bases(ty, &mut |base| match base {
        Type::Class(def, _) => def.0.name.ends_with("Dictionary"),
        _ => false,
    })
}

/// What `new JArray(content)`, `Add` and the setters make of an object: a token as it is, a simple value as a `JValue`.
pub(crate) fn content(source: &Value) -> Eval<JToken> {
    if let Some(token) = of(source) {
        return Ok(token.clone());
    }
    if let Some(scalar) = simple(source) {
        return Ok(JToken::value(scalar));
    }
    let message = format!(
        "Could not determine JSON object type for type {}.",
        source.type_name()
    );
    Err(Exception::argument(message).into())
}

/// The tokens of a constructor's content: a sequence, other than a string, a token or bytes, counts as many.
pub(crate) fn contents(cx: &mut Cx<'_>, source: &Value) -> Eval<Vec<JToken>> {
    if of(source).is_some() || simple(source).is_some() || !is_sequence(source) {
        return Ok(vec![content(source)?]);
    }
    let mut tokens = Vec::new();
    for item in cx.collect(source)? {
        tokens.extend(contents(cx, &item)?);
    }
    Ok(tokens)
}

fn is_sequence(source: &Value) -> bool {
    match source {
        Value::Object(object) => object.clone().enumerate().is_some(),
        Value::Part(_) => true,
        _ => false,
    }
}

/// A token as JSON for reports.
pub(crate) fn to_json(value: &Value) -> Option<serde_json::Value> {
    let text = of(value)?.compact();
    Some(serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text)))
}

/// JSON as a token. Strings stay strings.
pub(crate) fn from_json(source: &serde_json::Value) -> Value {
    let options = ParseOptions {
        dates: false,
        max_depth: MAX_DEPTH,
    };
    value(json::parse(&source.to_string(), Root::Any, &options).unwrap_or_else(|_| JToken::null()))
}

/// What the JSON of a body must be for `Body.As<T>()`; `None` for a type that is no JSON.
pub(crate) fn body_root(ty: &Type) -> Option<Root> {
    match ty {
        ty if ty.is(&jobject::JOBJECT) => Some(Root::Object),
        ty if ty.is(&jarray::JARRAY) => Some(Root::Array),
        ty if ty.is(&jtoken::JTOKEN) || ty.is(&jcontainer::JCONTAINER) => Some(Root::Any),
        _ => None,
    }
}

/// Reads the JSON of a body.
pub(crate) fn read_body(text: &str, root: Root) -> Eval<Frozen> {
    json::read(text, root, &ParseOptions::default()).map_err(|error| {
        let message = format!("The message body is not a valid JSON. {}", error.message);
        Fault::from(Exception::new(error.type_name, message))
    })
}

/// Parses JSON text that an expression holds.
pub(crate) fn parse(cx: &mut Cx<'_>, text: &Value, root: Root) -> Eval<JToken> {
    parse_with(cx, text, root, &ParseOptions::default())
}

/// The same with other options.
pub(crate) fn parse_with(cx: &mut Cx<'_>, text: &Value, root: Root, options: &ParseOptions) -> Eval<JToken> {
    let text = text.str("s")?;
    cx.work(text.bytes())?;
    cx.charge(text.bytes().saturating_mul(8))?;
    Ok(json::parse(&text.as_str(), root, options)?)
}
