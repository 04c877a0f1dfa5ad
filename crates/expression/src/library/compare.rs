//! Equality, order and hash codes of any values, as `object.Equals`, `Comparer<T>.Default` and `GetHashCode` give them.

use crate::Value;
use crate::dotnet::strings;
use crate::exception::{Eval, Exception};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// `ReferenceEquals`.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        // Text is one object only when it comes from one literal or variable.
        (Value::Text(a), Value::Text(b)) => a.same(b),
        (Value::Part(a), Value::Part(b)) => a == b,
        (Value::Response(a), Value::Response(b)) => Arc::ptr_eq(a, b),
        (Value::Object(a), Value::Object(b)) => {
            std::ptr::addr_eq(Arc::as_ptr(a), Arc::as_ptr(b)) || a.same_as(&**b)
        }
        _ => false,
    }
}

/// `object.Equals`: values of different types are never equal.
pub(crate) fn equals(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Char(a), Value::Char(b)) => a == b,
        (Value::SByte(a), Value::SByte(b)) => a == b,
        (Value::Byte(a), Value::Byte(b)) => a == b,
        (Value::Short(a), Value::Short(b)) => a == b,
        (Value::UShort(a), Value::UShort(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::UInt(a), Value::UInt(b)) => a == b,
        (Value::Long(a), Value::Long(b)) => a == b,
        (Value::ULong(a), Value::ULong(b)) => a == b,
        // Equals, unlike `==`, finds NaN equal to itself.
        (Value::Single(a), Value::Single(b)) => a == b || a.is_nan() && b.is_nan(),
        (Value::Double(a), Value::Double(b)) => a == b || a.is_nan() && b.is_nan(),
        (Value::Decimal(a), Value::Decimal(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Enum(a, x), Value::Enum(b, y)) => a == b && x == y,
        (Value::Object(object), other) => same(a, b) || object.equals(other),
        _ => same(a, b),
    }
}

/// A hash that agrees with [`equals`].
pub(crate) fn hash(value: &Value) -> u64 {
    match value {
        Value::Null => 0,
        Value::Bool(value) => u64::from(*value),
        Value::Single(value) => u64::from((*value + 0.0).to_bits()),
        Value::Double(value) => (*value + 0.0).to_bits(),
        Value::Decimal(value) => hash_of(value),
        Value::Text(text) => hash_of(text),
        Value::Part(part) => hash_of(part),
        Value::Response(response) => Arc::as_ptr(response) as usize as u64,
        Value::Object(object) => object
            .hash()
            .unwrap_or(Arc::as_ptr(object).cast::<()>() as usize as u64),
        int => int.integer().unwrap_or_default() as u64,
    }
}

/// `GetHashCode()`.
pub(crate) fn hash_code(value: &Value) -> i32 {
    match value {
        Value::Bool(_)
        | Value::Byte(_)
        | Value::SByte(_)
        | Value::Short(_)
        | Value::UShort(_)
        | Value::Int(_)
        | Value::Enum(..) => hash(value) as i32,
        Value::Long(_) | Value::ULong(_) | Value::UInt(_) | Value::Double(_) => {
            let bits = hash(value);
            (bits as i32) ^ ((bits >> 32) as i32)
        }
        Value::Char(unit) => i32::from(*unit) | i32::from(*unit) << 16,
        other => {
            let bits = hash(other);
            (bits as i32) ^ ((bits >> 32) as i32)
        }
    }
}

/// A hash of text that is the same in every run.
pub(crate) fn hash_text(text: &str) -> u64 {
    hash_of(&text)
}

fn hash_of(value: &impl Hash) -> u64 {
    #[expect(deprecated, reason = "SipHash with fixed keys: the same in every run")]
    let mut hasher = std::hash::SipHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// `Comparer<T>.Default.Compare`: null first, text by culture.
pub(crate) fn order(a: &Value, b: &Value) -> Eval<Ordering> {
    Ok(match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Text(a), Value::Text(b)) => strings::compare_culture(&a.as_str(), &b.as_str(), false),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Decimal(a), Value::Decimal(b)) => a.cmp(b),
        (Value::Double(_) | Value::Single(_), Value::Double(_) | Value::Single(_)) => {
            order_double(a.double(), b.double())
        }
        (Value::Object(object), other) => match object.compare(other) {
            Some(order) => order,
            None => return Err(incomparable()),
        },
        (a, b) => match (a.integer(), b.integer()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => return Err(incomparable()),
        },
    })
}

fn incomparable() -> crate::exception::Fault {
    Exception::argument("At least one object must implement IComparable.").into()
}

/// NaN comes before every number.
pub(crate) fn order_double(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

/// A value as a key of a dictionary or set.
#[derive(Debug, Clone)]
pub(crate) struct Key(pub(crate) Value);

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        equals(&self.0, &other.0)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(&self.0).hash(state);
    }
}

/// A map with a hasher that is the same in every run.
pub(crate) type Map<V> = indexmap::IndexMap<Key, V, std::hash::BuildHasherDefault<std::hash::DefaultHasher>>;
