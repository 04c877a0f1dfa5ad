//! Dropping long chains without deep recursion.

use crate::Value;
use std::cell::RefCell;

thread_local! {
    // What is waiting to be dropped; `None` while nobody drains.
    static WAITING: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

/// Drops values that may hold each other in a chain of any length: the outermost call drops for all inner ones.
pub(crate) fn bury(values: impl IntoIterator<Item = Value>) {
    let outermost = WAITING.try_with(|waiting| {
        let mut waiting = waiting.borrow_mut();
        match waiting.as_mut() {
            Some(list) => {
                list.extend(values.into_iter().filter(|it| matches!(it, Value::Object(_))));
                false
            }
            None => {
                *waiting = Some(
                    values
                        .into_iter()
                        .filter(|it| matches!(it, Value::Object(_)))
                        .collect(),
                );
                true
            }
        }
    });
    if outermost != Ok(true) {
        return;
    }
    while let Ok(Some(next)) = WAITING.try_with(|waiting| waiting.borrow_mut().as_mut().and_then(Vec::pop)) {
        drop(next);
    }
    let _ = WAITING.try_with(|waiting| waiting.borrow_mut().take());
}
