//! `new { a = 1 }`: a type without a name.

use super::compare;
use super::table::{TypeDef, class};
use crate::Value;
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&ANONYMOUS];

/// What anonymous types have in common; their members come from the type itself.
pub(crate) static ANONYMOUS: TypeDef = class("<>f__AnonymousType0");

/// The values of an anonymous type, a `Tuple` or a value tuple.
#[derive(Debug)]
pub(crate) struct Record {
    ty: Type,
    pub(crate) items: Vec<Value>,
}

/// A record of a type.
pub(crate) fn new(ty: Type, items: Vec<Value>) -> Value {
    Value::object(Record { ty, items })
}

/// The value at a place.
pub(crate) fn item(value: &Value, at: usize) -> Value {
    value
        .as_object::<Record>()
        .and_then(|it| it.items.get(at))
        .cloned()
        .unwrap_or_default()
}

/// Names and values, if the value is of an anonymous type.
pub(crate) fn fields(value: &Value) -> Option<Vec<(String, Value)>> {
    let record = value.as_object::<Record>()?;
    match &record.ty {
        Type::Anonymous(names) => Some(
            names
                .iter()
                .zip(&record.items)
                .map(|((name, _), value)| (name.to_string(), value.clone()))
                .collect(),
        ),
        // A tuple serializes with the names of its fields.
        _ => Some(
            record
                .items
                .iter()
                .enumerate()
                .map(|(at, value)| (format!("Item{}", at + 1), value.clone()))
                .collect(),
        ),
    }
}

impl Object for Record {
    fn ty(&self) -> Type {
        self.ty.clone()
    }

    fn text(&self) -> Text {
        let texts = self.items.iter().map(Value::to_text);
        match &self.ty {
            Type::Anonymous(names) => {
                let parts: Vec<String> = names
                    .iter()
                    .zip(texts)
                    .map(|((name, _), text)| format!("{name} = {text}"))
                    .collect();
                match parts.is_empty() {
                    true => "{ }".into(),
                    false => format!("{{ {} }}", parts.join(", ")).into(),
                }
            }
            _ => format!("({})", texts.collect::<Vec<_>>().join(", ")).into(),
        }
    }

    fn equals(&self, other: &Value) -> bool {
        other.as_object::<Record>().is_some_and(|it| {
            let same_kind = matches!(self.ty, Type::Tuple(_)) == matches!(it.ty, Type::Tuple(_));
            let pairs = self.items.iter().zip(&it.items);
            same_kind
                && self.items.len() == it.items.len()
                && pairs.into_iter().all(|(a, b)| compare::equals(a, b))
        })
    }

    fn hash(&self) -> Option<u64> {
        Some(self.items.iter().fold(17, |hash: u64, it| {
            hash.wrapping_mul(31).wrapping_add(compare::hash(it))
        }))
    }

    fn compare(&self, other: &Value) -> Option<std::cmp::Ordering> {
        let other = other.as_object::<Record>()?;
        for (a, b) in self.items.iter().zip(&other.items) {
            match compare::order(a, b).ok()? {
                std::cmp::Ordering::Equal => (),
                order => return Some(order),
            }
        }
        Some(std::cmp::Ordering::Equal)
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        crate::eval::bury(std::mem::take(&mut self.items));
    }
}
