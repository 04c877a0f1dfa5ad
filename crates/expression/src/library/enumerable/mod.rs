//! `System.Linq.Enumerable`: extension methods over any sequence. What gives a sequence is lazy.

mod group; // GroupBy, Join, ToLookup
mod lazy; // sequences that are computed while they are walked
mod numbers; // Sum, Average
mod operators; // rows that give sequences
mod scalars; // rows that give one value or a collection

use super::table::{TypeDef, interface, property, static_class};
use crate::Value;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::object::{Enumerator, Object};
use crate::types::Type;
use parking_lot::Mutex;

pub(crate) static TYPES: &[&TypeDef] = &[
    &OPERATORS,
    &SCALARS,
    &NUMBERS,
    &GROUPS,
    &ORDERED,
    &group::IGROUPING,
    &group::ILOOKUP,
];

static OPERATORS: TypeDef = static_class("System.Linq.Enumerable").members(operators::MEMBERS);
static SCALARS: TypeDef = static_class("System.Linq.Enumerable.Scalars").members(scalars::MEMBERS);
static NUMBERS: TypeDef = static_class("System.Linq.Enumerable.Numbers").members(numbers::MEMBERS);
static GROUPS: TypeDef = static_class("System.Linq.Enumerable.Groups").members(group::MEMBERS);

/// `System.Linq.IOrderedEnumerable<T>`.
pub(crate) static ORDERED: TypeDef = interface("System.Linq.IOrderedEnumerable")
    .generic(&["out T"])
    .bases(&["IEnumerable<T>"])
    .members(&[
        // A sequence knows no length; this row only keeps the table from being empty.
        property("string DebugView", |_, _, _| Ok(Value::Null)).not_in_azure(),
    ]);

/// The elements of any value that is a sequence.
pub(crate) fn iterate(cx: &mut Cx<'_>, value: &Value) -> Eval<Box<dyn Enumerator>> {
    match value {
        Value::Null => Err(Exception::argument_null("source").into()),
        Value::Text(text) => Ok(over(text.units().iter().map(|it| Value::Char(*it)).collect())),
        Value::Part(part) => Ok(over(super::context::entries(cx, *part))),
        Value::Object(object) => match object.clone().enumerate() {
            Some(walk) => Ok(walk),
            None => Err(not_a_sequence(value)),
        },
        _ => Err(not_a_sequence(value)),
    }
}

fn not_a_sequence(value: &Value) -> crate::exception::Fault {
    Exception::invalid_cast(&value.type_name(), "System.Collections.IEnumerable").into()
}

struct Over(std::vec::IntoIter<Value>);

impl Enumerator for Over {
    fn next(&mut self, _: &mut Cx<'_>) -> Eval<Option<Value>> {
        Ok(self.0.next())
    }
}

/// A walk over values that are there already.
pub(crate) fn over(items: Vec<Value>) -> Box<dyn Enumerator> {
    Box::new(Over(items.into_iter()))
}

/// `GetEnumerator()` as an object.
struct Cursor {
    element: Type,
    state: Mutex<(Option<Box<dyn Enumerator>>, Value)>,
}

impl std::fmt::Debug for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cursor")
    }
}

impl Object for Cursor {
    fn ty(&self) -> Type {
        Type::generic(&super::interfaces::IENUMERATOR, [self.element.clone()])
    }
}

pub(crate) fn enumerator(cx: &mut Cx<'_>, source: &Value, element: &Type) -> Eval {
    let walk = iterate(cx, source)?;
    Ok(Value::object(Cursor {
        element: element.clone(),
        state: Mutex::new((Some(walk), Value::Null)),
    }))
}

pub(crate) fn current(cursor: &Value) -> Eval {
    Ok(cursor.of::<Cursor>()?.state.lock().1.clone())
}

pub(crate) fn move_next(cx: &mut Cx<'_>, cursor: &Value) -> Eval {
    cx.step()?;
    let cursor = cursor.of::<Cursor>()?;
    // Taken out while it runs: a lambda may come back to the same cursor.
    let walk = cursor.state.lock().0.take();
    let Some(mut walk) = walk else {
        return Ok(false.into());
    };
    let next = walk.next(cx)?;
    let found = next.is_some();
    *cursor.state.lock() = (Some(walk), next.unwrap_or_default());
    Ok(found.into())
}
