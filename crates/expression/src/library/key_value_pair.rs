//! `System.Collections.Generic.KeyValuePair<TKey, TValue>`.

use super::compare;
use super::table::{TypeDef, constructor, method, property, structure};
use crate::Value;
use crate::eval::cast::default_of;
use crate::exception::Eval;
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&KEY_VALUE_PAIR];

/// `System.Collections.Generic.KeyValuePair<TKey, TValue>`.
pub(crate) static KEY_VALUE_PAIR: TypeDef = structure("System.Collections.Generic.KeyValuePair")
    .generic(&["TKey", "TValue"])
    .default(|ty| match ty.args() {
        [key, value] => new(key.clone(), value.clone(), default_of(key), default_of(value)),
        _ => Value::Null,
    })
    .members(&[
        constructor("(TKey key, TValue value)", |_, a, t| {
            Ok(new(t[0].clone(), t[1].clone(), a[0].clone(), a[1].clone()))
        }),
        method("void Deconstruct(out TKey key, out TValue value)", |_, a, _| {
            let (key, value) = parts(&a[0])?;
            a[1] = key;
            a[2] = value;
            Ok(Value::Null)
        }),
        property("TKey Key", |_, a, _| Ok(parts(&a[0])?.0)),
        property("TValue Value", |_, a, _| Ok(parts(&a[0])?.1)),
    ]);

/// Key and value. A walk over a `JObject` gives its properties, which stand for pairs.
pub(crate) fn parts(pair: &Value) -> Eval<(Value, Value)> {
    if let Some(parts) = super::token::property(pair) {
        return Ok(parts);
    }
    let pair = pair.of::<Pair>()?;
    Ok((pair.key.clone(), pair.value.clone()))
}

/// A key and its value.
#[derive(Debug)]
pub(crate) struct Pair {
    ty: Type,
    pub(crate) key: Value,
    pub(crate) value: Value,
}

/// A pair of these types.
pub(crate) fn new(key_type: Type, value_type: Type, key: Value, value: Value) -> Value {
    Value::object(Pair {
        ty: Type::generic(&KEY_VALUE_PAIR, [key_type, value_type]),
        key,
        value,
    })
}

impl Object for Pair {
    fn ty(&self) -> Type {
        self.ty.clone()
    }

    fn text(&self) -> Text {
        format!("[{}, {}]", self.key.to_text(), self.value.to_text()).into()
    }

    fn equals(&self, other: &Value) -> bool {
        other
            .as_object::<Pair>()
            .is_some_and(|it| compare::equals(&self.key, &it.key) && compare::equals(&self.value, &it.value))
    }

    fn hash(&self) -> Option<u64> {
        Some(
            compare::hash(&self.key)
                .wrapping_mul(31)
                .wrapping_add(compare::hash(&self.value)),
        )
    }
}
