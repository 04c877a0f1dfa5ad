//! What is behind a list: its items, its walk, and sorting.

use super::list::LIST;
use crate::Value;
use crate::eval::{Cx, bury};
use crate::exception::{Eval, Exception};
use crate::object::{Enumerator, Object};
use crate::types::Type;
use parking_lot::Mutex;
use std::cmp::Ordering;
use std::sync::Arc;

/// The object behind a list.
#[derive(Debug)]
pub(crate) struct List {
    pub(super) element: Type,
    pub(super) state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) items: Vec<Value>,
    // What `Capacity` tells: it grows as .NET's does.
    pub(super) capacity: usize,
    // Counts changes: a walk over a list that changes is an error.
    pub(super) version: u64,
}

impl List {
    pub(crate) fn len(&self) -> usize {
        self.state.lock().items.len()
    }

    pub(crate) fn items(&self) -> Vec<Value> {
        self.state.lock().items.clone()
    }

    pub(crate) fn at(&self, at: i32) -> Eval {
        let item = usize::try_from(at)
            .ok()
            .and_then(|at| self.state.lock().items.get(at).cloned());
        item.ok_or_else(|| out_of_range().into())
    }

    pub(super) fn index(&self, at: i32) -> Result<usize, Exception> {
        usize::try_from(at)
            .ok()
            .filter(|at| *at < self.len())
            .ok_or_else(out_of_range)
    }

    pub(super) fn range(&self, from: i32, count: i32) -> Result<std::ops::Range<usize>, Exception> {
        if from < 0 || count < 0 {
            return Err(Exception::out_of_range(
                "Non-negative number required.",
                if from < 0 { "index" } else { "count" },
            ));
        }
        let range = from as usize..from as usize + count as usize;
        match range.end <= self.len() {
            true => Ok(range),
            false => Err(Exception::argument(
                "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.",
            )),
        }
    }

    pub(crate) fn edit(&self, change: impl FnOnce(&mut Vec<Value>)) -> Eval {
        let mut state = self.state.lock();
        change(&mut state.items);
        state.version += 1;
        if state.capacity < state.items.len() {
            state.capacity = (state.capacity * 2).max(4).max(state.items.len());
        }
        Ok(Value::Null)
    }
}

impl Object for List {
    fn ty(&self) -> Type {
        Type::generic(&LIST, [self.element.clone()])
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        let version = self.state.lock().version;
        Some(Box::new(Walk {
            list: self,
            at: 0,
            version,
        }))
    }
}

impl Drop for List {
    fn drop(&mut self) {
        bury(std::mem::take(&mut self.state.get_mut().items));
    }
}

struct Walk {
    list: Arc<List>,
    at: usize,
    pub(super) version: u64,
}

impl Enumerator for Walk {
    fn next(&mut self, _: &mut Cx<'_>) -> Eval<Option<Value>> {
        let state = self.list.state.lock();
        if state.version != self.version {
            return Err(modified().into());
        }
        self.at += 1;
        Ok(state.items.get(self.at - 1).cloned())
    }
}

/// What a walk over a changed collection throws.
pub(crate) fn modified() -> Exception {
    Exception::invalid_operation("Collection was modified; enumeration operation may not execute.")
}

/// A `List<T>`.
pub(crate) fn new(element: Type, items: Vec<Value>) -> Value {
    Value::object(List {
        element,
        state: Mutex::new(State {
            capacity: items.len(),
            items,
            version: 0,
        }),
    })
}

pub(crate) fn out_of_range() -> Exception {
    let message = "Index was out of range. Must be non-negative and less than the size of the collection.";
    Exception::out_of_range(message, "index")
}

/// Sorts with an order that may throw. Stable, and safe with an order that contradicts itself.
pub(crate) fn sort(
    items: &mut Vec<Value>,
    order: &mut dyn FnMut(&Value, &Value) -> Eval<Ordering>,
) -> Eval<()> {
    if items.len() < 2 {
        return Ok(());
    }
    let mut right = items.split_off(items.len() / 2);
    sort(items, order)?;
    sort(&mut right, order)?;
    let left = std::mem::replace(items, Vec::with_capacity(items.len() + right.len()));
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = match order(b, a)? {
            Ordering::Less => right.next(),
            _ => left.next(),
        };
        items.extend(next);
    }
    items.extend(left);
    items.extend(right);
    Ok(())
}
