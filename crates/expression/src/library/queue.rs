//! `System.Collections.Generic.Queue<T>`.

use super::table::{TypeDef, class, constructor, method, property};
use super::{array, compare};
use crate::Value;
use crate::eval::bury;
use crate::exception::Exception;
use crate::object::{Enumerator, Object};
use crate::types::Type;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;

pub(crate) static TYPES: &[&TypeDef] = &[&QUEUE];

/// `System.Collections.Generic.Queue<T>`.
pub(crate) static QUEUE: TypeDef = class("System.Collections.Generic.Queue")
    .generic(&["T"])
    .bases(&["IReadOnlyCollection<T>"])
    .members(&[
        constructor("()", |_, _, t| Ok(new(&t[0], Vec::new()))),
        constructor("(int capacity)", |_, _, t| Ok(new(&t[0], Vec::new()))),
        constructor("(IEnumerable<T> collection)", |cx, a, t| {
            Ok(new(&t[0], cx.collect(&a[0])?))
        }),
        property("int Count", |_, a, _| {
            Ok((a[0].of::<Queue>()?.items.lock().len() as i32).into())
        }),
        method("void Enqueue(T item)", |cx, a, _| {
            let mut items = a[0].of::<Queue>()?.items.lock();
            cx.grow(items.len())?;
            items.push_back(a[1].clone());
            Ok(Value::Null)
        }),
        method("T Dequeue()", |_, a, _| {
            a[0].of::<Queue>()?
                .items
                .lock()
                .pop_front()
                .ok_or_else(|| empty().into())
        }),
        method("T Peek()", |_, a, _| {
            a[0].of::<Queue>()?
                .items
                .lock()
                .front()
                .cloned()
                .ok_or_else(|| empty().into())
        }),
        method("bool TryDequeue(out T result)", |_, a, t| {
            let item = a[0].of::<Queue>()?.items.lock().pop_front();
            let found = item.is_some();
            a[1] = item.unwrap_or_else(|| crate::eval::cast::default_of(&t[0]));
            Ok(found.into())
        }),
        method("bool Contains(T item)", |_, a, _| {
            Ok(a[0]
                .of::<Queue>()?
                .items
                .lock()
                .iter()
                .any(|it| compare::equals(it, &a[1]))
                .into())
        }),
        method("bool TryPeek(out T result)", |_, a, t| {
            let item = a[0].of::<Queue>()?.items.lock().front().cloned();
            let found = item.is_some();
            a[1] = item.unwrap_or_else(|| crate::eval::cast::default_of(&t[0]));
            Ok(found.into())
        }),
        method("void CopyTo(T[] array, int arrayIndex)", |_, a, _| {
            let items: Vec<Value> = a[0].of::<Queue>()?.items.lock().iter().cloned().collect();
            for (at, item) in items.iter().enumerate() {
                array::set(&a[1], a[2].long() + at as i64, item)?;
            }
            Ok(Value::Null)
        }),
        method("void TrimExcess()", |_, _, _| Ok(Value::Null)),
        method("void Clear()", |_, a, _| {
            a[0].of::<Queue>()?.items.lock().clear();
            Ok(Value::Null)
        }),
        method("T[] ToArray()", |_, a, t| {
            Ok(array::new(
                t[0].clone(),
                a[0].of::<Queue>()?.items.lock().iter().cloned().collect(),
            ))
        }),
    ]);

#[derive(Debug)]
struct Queue {
    element: Type,
    items: Mutex<VecDeque<Value>>,
}

impl Object for Queue {
    fn ty(&self) -> Type {
        Type::generic(&QUEUE, [self.element.clone()])
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        let items: Vec<Value> = self.items.lock().iter().cloned().collect();
        Some(super::enumerable::over(items))
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        bury(std::mem::take(self.items.get_mut()));
    }
}

fn new(element: &Type, items: Vec<Value>) -> Value {
    Value::object(Queue {
        element: element.clone(),
        items: Mutex::new(items.into()),
    })
}

fn empty() -> Exception {
    Exception::invalid_operation("Queue empty.")
}
