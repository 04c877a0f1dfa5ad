//! `System.Collections.Generic.Stack<T>`.

use super::table::{TypeDef, class, constructor, method, property};
use super::{array, compare};
use crate::Value;
use crate::eval::bury;
use crate::exception::Exception;
use crate::object::{Enumerator, Object};
use crate::types::Type;
use parking_lot::Mutex;
use std::sync::Arc;

pub(crate) static TYPES: &[&TypeDef] = &[&STACK];

/// `System.Collections.Generic.Stack<T>`; it is walked from the top.
pub(crate) static STACK: TypeDef = class("System.Collections.Generic.Stack")
    .generic(&["T"])
    .bases(&["IReadOnlyCollection<T>"])
    .members(&[
        constructor("()", |_, _, t| Ok(new(&t[0], Vec::new()))),
        constructor("(int capacity)", |_, _, t| Ok(new(&t[0], Vec::new()))),
        constructor("(IEnumerable<T> collection)", |cx, a, t| {
            Ok(new(&t[0], cx.collect(&a[0])?))
        }),
        property("int Count", |_, a, _| {
            Ok((a[0].of::<Stack>()?.items.lock().len() as i32).into())
        }),
        method("void Push(T item)", |cx, a, _| {
            let mut items = a[0].of::<Stack>()?.items.lock();
            cx.grow(items.len())?;
            items.push(a[1].clone());
            Ok(Value::Null)
        }),
        method("T Pop()", |_, a, _| {
            a[0].of::<Stack>()?
                .items
                .lock()
                .pop()
                .ok_or_else(|| empty().into())
        }),
        method("T Peek()", |_, a, _| {
            a[0].of::<Stack>()?
                .items
                .lock()
                .last()
                .cloned()
                .ok_or_else(|| empty().into())
        }),
        method("bool TryPop(out T result)", |_, a, t| {
            let item = a[0].of::<Stack>()?.items.lock().pop();
            let found = item.is_some();
            a[1] = item.unwrap_or_else(|| crate::eval::cast::default_of(&t[0]));
            Ok(found.into())
        }),
        method("bool Contains(T item)", |_, a, _| {
            Ok(a[0]
                .of::<Stack>()?
                .items
                .lock()
                .iter()
                .any(|it| compare::equals(it, &a[1]))
                .into())
        }),
        method("bool TryPeek(out T result)", |_, a, t| {
            let item = a[0].of::<Stack>()?.items.lock().last().cloned();
            let found = item.is_some();
            a[1] = item.unwrap_or_else(|| crate::eval::cast::default_of(&t[0]));
            Ok(found.into())
        }),
        method("void CopyTo(T[] array, int arrayIndex)", |_, a, _| {
            let items: Vec<Value> = a[0].of::<Stack>()?.items.lock().iter().rev().cloned().collect();
            for (at, item) in items.iter().enumerate() {
                array::set(&a[1], a[2].long() + at as i64, item)?;
            }
            Ok(Value::Null)
        }),
        method("void TrimExcess()", |_, _, _| Ok(Value::Null)),
        method("void Clear()", |_, a, _| {
            a[0].of::<Stack>()?.items.lock().clear();
            Ok(Value::Null)
        }),
        method("T[] ToArray()", |_, a, t| {
            Ok(array::new(
                t[0].clone(),
                a[0].of::<Stack>()?.items.lock().iter().rev().cloned().collect(),
            ))
        }),
    ]);

#[derive(Debug)]
struct Stack {
    element: Type,
    items: Mutex<Vec<Value>>,
}

impl Object for Stack {
    fn ty(&self) -> Type {
        Type::generic(&STACK, [self.element.clone()])
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        let items: Vec<Value> = self.items.lock().iter().rev().cloned().collect();
        Some(super::enumerable::over(items))
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        bury(std::mem::take(self.items.get_mut()));
    }
}

fn new(element: &Type, items: Vec<Value>) -> Value {
    Value::object(Stack {
        element: element.clone(),
        items: Mutex::new(items),
    })
}

fn empty() -> Exception {
    Exception::invalid_operation("Stack empty.")
}
