//! `T[]` and `System.Array`.

use super::table::{TypeDef, class, indexer, method, property};
use crate::Value;
use crate::eval::{Cx, bury, cast};
use crate::exception::{Eval, Exception};
use crate::object::{Enumerator, Object};
use crate::types::Type;
use parking_lot::Mutex;
use std::sync::Arc;

pub(crate) static TYPES: &[&TypeDef] = &[&ARRAY];

/// `System.Array`, with the element type as its parameter.
pub(crate) static ARRAY: TypeDef = class("System.Array")
    .generic(&["T"])
    .aliases(&["Array"])
    .bases(&["IList<T>", "IReadOnlyList<T>", "IList"])
    .members(&[
        property("int Length", |_, a, _| Ok((len(&a[0]) as i32).into())),
        property("long LongLength", |_, a, _| Ok((len(&a[0]) as i64).into())),
        property("int Rank", |_, _, _| Ok(1.into())),
        indexer("T this[int index]", |_, a, _| get(&a[0], a[1].long()))
            .set(|_, a, _| set(&a[0], a[1].long(), &a[2])),
        indexer("T this[long index]", |_, a, _| get(&a[0], a[1].long()))
            .set(|_, a, _| set(&a[0], a[1].long(), &a[2])),
        property("bool IsFixedSize", |_, _, _| Ok(true.into())),
        property("bool IsReadOnly", |_, _, _| Ok(false.into())),
        property("bool IsSynchronized", |_, _, _| Ok(false.into())),
        property("object SyncRoot", |_, a, _| Ok(a[0].clone())),
        method("int GetLength(int dimension)", |_, a, _| {
            one_dimension(&a[1])?;
            Ok((len(&a[0]) as i32).into())
        }),
        method("long GetLongLength(int dimension)", |_, a, _| {
            one_dimension(&a[1])?;
            Ok((len(&a[0]) as i64).into())
        }),
        method("int GetLowerBound(int dimension)", |_, a, _| {
            one_dimension(&a[1])?;
            Ok(0.into())
        }),
        method("int GetUpperBound(int dimension)", |_, a, _| {
            Ok((len(&a[0]) as i32 - 1).into())
        }),
        method("object GetValue(int index)", |_, a, _| get(&a[0], a[1].long())),
        method("object GetValue(long index)", |_, a, _| get(&a[0], a[1].long())),
        method("void SetValue(object value, int index)", |_, a, _| {
            set(&a[0], a[2].long(), &a[1])
        }),
        method("void SetValue(object value, long index)", |_, a, _| {
            set(&a[0], a[2].long(), &a[1])
        }),
        method("object Clone()", |cx, a, t| copy(cx, &a[0], t)),
        method("void CopyTo(T[] array, long index)", |_, a, _| {
            let items = items(&a[0]);
            copy_into(&items, 0, &a[1], a[2].int(), items.len() as i32)
        }),
        method("void CopyTo(T[] array, int index)", |_, a, _| {
            let items = items(&a[0]);
            copy_into(&items, 0, &a[1], a[2].int(), items.len() as i32)
        }),
    ]);

/// An array. Bytes are kept as bytes.
#[derive(Debug)]
pub(crate) struct Array {
    element: Type,
    items: Mutex<Items>,
}

#[derive(Debug)]
enum Items {
    Bytes(Vec<u8>),
    Values(Vec<Value>),
}

impl Array {
    fn len(&self) -> usize {
        match &*self.items.lock() {
            Items::Bytes(bytes) => bytes.len(),
            Items::Values(values) => values.len(),
        }
    }

    fn get(&self, at: usize) -> Option<Value> {
        match &*self.items.lock() {
            Items::Bytes(bytes) => bytes.get(at).map(|it| Value::Byte(*it)),
            Items::Values(values) => values.get(at).cloned(),
        }
    }

    fn set(&self, at: usize, value: &Value) -> bool {
        match (&mut *self.items.lock(), value) {
            (Items::Bytes(bytes), value) => bytes
                .get_mut(at)
                .map(|place| *place = value.int() as u8)
                .is_some(),
            (Items::Values(values), value) => {
                values.get_mut(at).map(|place| *place = value.clone()).is_some()
            }
        }
    }

    fn to_vec(&self) -> Vec<Value> {
        match &*self.items.lock() {
            Items::Bytes(bytes) => bytes.iter().map(|it| Value::Byte(*it)).collect(),
            Items::Values(values) => values.clone(),
        }
    }

    fn replace(&self, items: Vec<Value>) {
        *self.items.lock() = match self.element {
            Type::Byte => Items::Bytes(items.iter().map(|it| it.int() as u8).collect()),
            _ => Items::Values(items),
        };
    }
}

impl Object for Array {
    fn ty(&self) -> Type {
        Type::array(self.element.clone())
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        Some(Box::new(Walk { array: self, at: 0 }))
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        if let Items::Values(values) = self.items.get_mut() {
            bury(std::mem::take(values));
        }
    }
}

struct Walk {
    array: Arc<Array>,
    at: usize,
}

impl Enumerator for Walk {
    fn next(&mut self, _: &mut Cx<'_>) -> Eval<Option<Value>> {
        self.at += 1;
        Ok(self.array.get(self.at - 1))
    }
}

/// An array of these values.
pub(crate) fn new(element: Type, items: Vec<Value>) -> Value {
    let array = Array {
        element,
        items: Mutex::new(Items::Values(Vec::new())),
    };
    array.replace(items);
    Value::object(array)
}

/// A `byte[]`.
pub(crate) fn from_bytes(bytes: &[u8]) -> Value {
    Value::object(Array {
        element: Type::Byte,
        items: Mutex::new(Items::Bytes(bytes.to_vec())),
    })
}

/// The content of a `byte[]`.
pub(crate) fn to_bytes(value: &Value) -> Option<Vec<u8>> {
    match &*value.as_object::<Array>()?.items.lock() {
        Items::Bytes(bytes) => Some(bytes.clone()),
        Items::Values(_) => None,
    }
}

/// A `byte[]` argument that must not be null.
pub(crate) fn bytes(value: &Value, parameter: &str) -> Result<Vec<u8>, Exception> {
    to_bytes(value).ok_or_else(|| Exception::argument_null(parameter))
}

/// The elements of an array; empty for anything else.
pub(crate) fn items(value: &Value) -> Vec<Value> {
    value.as_object::<Array>().map(Array::to_vec).unwrap_or_default()
}

/// Whether it is an array.
pub(crate) fn is_array(value: &Value) -> bool {
    value.as_object::<Array>().is_some()
}

/// The elements of an argument that must not be null.
pub(super) fn items_of(value: &Value) -> Result<Vec<Value>, Exception> {
    value
        .as_object::<Array>()
        .map(Array::to_vec)
        .ok_or_else(|| Exception::argument_null("array"))
}

pub(crate) fn len(value: &Value) -> usize {
    value.as_object::<Array>().map_or(0, Array::len)
}

pub(crate) fn get(array: &Value, at: i64) -> Eval {
    let item = usize::try_from(at)
        .ok()
        .and_then(|at| array.as_object::<Array>()?.get(at));
    item.ok_or_else(|| Exception::index_out_of_range().into())
}

pub(crate) fn set(array: &Value, at: i64, value: &Value) -> Eval {
    let Some(array) = array.as_object::<Array>() else {
        return Err(Exception::null_reference().into());
    };
    // A `string[]` seen as `object[]` still takes strings only.
    if !array.element.is_value() && !value.is_null() && !cast::is_instance(value, &array.element) {
        let message = "Attempted to access an element as a type incompatible with the array.";
        return Err(Exception::new("System.ArrayTypeMismatchException", message).into());
    }
    match usize::try_from(at).is_ok_and(|at| array.set(at, value)) {
        true => Ok(Value::Null),
        false => Err(Exception::index_out_of_range().into()),
    }
}

fn one_dimension(dimension: &Value) -> Result<(), Exception> {
    match dimension.int() {
        0 => Ok(()),
        _ => Err(Exception::index_out_of_range()),
    }
}

fn copy(cx: &mut Cx<'_>, array: &Value, t: &[Type]) -> Eval {
    let items = items(array);
    cx.charge_values(items.len())?;
    Ok(new(t[0].clone(), items))
}

/// Where the first element stands that a predicate takes.
pub(super) fn position(cx: &mut Cx<'_>, array: &Value, test: &Value) -> Eval<Option<usize>> {
    for (at, item) in items_of(array)?.into_iter().enumerate() {
        cx.step()?;
        if cx.holds(test, &[item])? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Changes the elements of an array.
pub(super) fn edit(array: &Value, change: impl FnOnce(&mut Vec<Value>) -> Eval<()>) -> Eval {
    let mut items = items_of(array)?;
    change(&mut items)?;
    if let Some(array) = array.as_object::<Array>() {
        array.replace(items);
    }
    Ok(Value::Null)
}

/// Copies elements from a place in one array to a place in another.
pub(super) fn copy_into(source: &[Value], from: i32, target: &Value, at: i32, count: i32) -> Eval {
    let range = |start: i32, length: usize| {
        start >= 0 && count >= 0 && i64::from(start) + i64::from(count) <= length as i64
    };
    if !range(from, source.len()) {
        let message = "Source array was not long enough. Check the source index, length, and the array's lower bounds. (Parameter 'sourceArray')";
        return Err(Exception::argument(message).into());
    }
    if !range(at, len(target)) {
        let message = "Destination array was not long enough. Check the destination index, length, and the array's lower bounds. (Parameter 'destinationArray')";
        return Err(Exception::argument(message).into());
    }
    for step in 0..count {
        if let Some(item) = source.get((from + step) as usize) {
            set(target, i64::from(at + step), item)?;
        }
    }
    Ok(Value::Null)
}
