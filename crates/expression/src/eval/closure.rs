//! Lambdas and local functions as values.

use super::code::{Function, FunctionBody};
use super::cx::{Cell, Cx, Slot};
use super::statements::{Flow, exec};
use crate::Value;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::types::Type;
use std::sync::Arc;

// Enough for the deepest expression between two checks.
pub(crate) const RED_ZONE: usize = if cfg!(debug_assertions) {
    4 << 20
} else {
    512 << 10
};
pub(crate) const STACK: usize = 16 << 20;

/// A function and the variables that it shares with the code around it.
#[derive(Debug)]
pub(crate) struct Closure {
    pub(super) function: Arc<Function>,
    pub(super) cells: Vec<Option<Cell>>,
}

impl Object for Closure {
    fn ty(&self) -> Type {
        self.function.ty.clone()
    }
}

impl Drop for Closure {
    fn drop(&mut self) {
        // A shared variable may hold another closure, and so on.
        let last = self
            .cells
            .drain(..)
            .flatten()
            .filter_map(Arc::into_inner)
            .map(parking_lot::Mutex::into_inner);
        super::bury(last.collect::<Vec<_>>());
    }
}

/// The function as a value, sharing the cells of the running code.
pub(super) fn close(cx: &Cx<'_>, function: &Arc<Function>) -> Value {
    let cells = function
        .captures
        .iter()
        .map(|(outer, _)| cx.cell(*outer).cloned())
        .collect();
    Value::object(Closure {
        function: function.clone(),
        cells,
    })
}

/// Calls a function value; `out` and `ref` arguments are written back.
pub(crate) fn call(cx: &mut Cx<'_>, function: &Value, args: &mut [Value]) -> Eval {
    let Some(closure) = function.as_object::<Closure>() else {
        return match function {
            Value::Null => Err(Exception::null_reference().into()),
            other => Err(Exception::invalid_cast(&other.type_name(), "System.Delegate").into()),
        };
    };
    cx.enter()?;
    let result = stacker::maybe_grow(RED_ZONE, STACK, || in_frame(cx, closure, args));
    cx.depth -= 1;
    result
}

fn in_frame(cx: &mut Cx<'_>, closure: &Closure, args: &mut [Value]) -> Eval {
    let function = &closure.function;
    let (outer, base) = (cx.base, cx.slots.len());
    cx.slots
        .resize(base + function.frame as usize, Slot::Value(Value::Null));
    cx.base = base;
    for ((_, slot), cell) in function.captures.iter().zip(&closure.cells) {
        if let (Some(cell), Some(place)) = (cell, cx.slots.get_mut(base + *slot as usize)) {
            *place = Slot::Cell(cell.clone());
        }
    }
    for (at, (slot, shared)) in function.params.iter().enumerate() {
        let value = args.get_mut(at).map(std::mem::take).unwrap_or_default();
        match shared {
            true => cx.fresh_cell(*slot, value),
            false => cx.set_local(*slot, value),
        }
    }
    let result = match &function.body {
        FunctionBody::Value(code) => code.eval(cx),
        FunctionBody::Block(block) => exec(cx, block).map(|flow| match flow {
            Flow::Return => std::mem::take(&mut cx.result),
            _ => Value::Null,
        }),
    };
    for at in &function.refs {
        if let (Some((slot, _)), Some(arg)) = (function.params.get(*at), args.get_mut(*at)) {
            *arg = cx.local(*slot);
        }
    }
    cx.slots.truncate(base);
    cx.base = outer;
    result
}
