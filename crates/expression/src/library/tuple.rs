//! `System.Tuple` and `System.ValueTuple`. Their `Item1` and so on are known to the checker.

use super::anonymous;
use super::table::{TypeDef, class, constructor, static_class, static_method, structure};
use crate::Value;
use crate::types::Type;
use std::sync::Arc;

pub(crate) static TYPES: &[&TypeDef] = &[&TUPLE, &VALUE_TUPLE, &TUPLE_CREATE, &VALUE_TUPLE_CREATE];

/// `System.Tuple<...>`.
pub(crate) static TUPLE: TypeDef = class("System.Tuple")
    .generic(&["A", "B", "C", "D", "E", "F", "G"])
    .variadic()
    .members(&[
        constructor("(A a)", |_, a, t| Ok(make(a, t))),
        constructor("(A a, B b)", |_, a, t| Ok(make(a, t))),
        constructor("(A a, B b, C c)", |_, a, t| Ok(make(a, t))),
        constructor("(A a, B b, C c, D d)", |_, a, t| Ok(make(a, t))),
        constructor("(A a, B b, C c, D d, E e)", |_, a, t| Ok(make(a, t))),
        constructor("(A a, B b, C c, D d, E e, F f)", |_, a, t| Ok(make(a, t))),
        constructor("(A a, B b, C c, D d, E e, F f, G g)", |_, a, t| Ok(make(a, t))),
    ]);

/// `System.ValueTuple<...>`.
pub(crate) static VALUE_TUPLE: TypeDef = structure("System.ValueTuple").generic(&["A"]).variadic();

/// `Tuple.Create`.
pub(crate) static TUPLE_CREATE: TypeDef = static_class("System.Tuple").members(&[
    static_method("Tuple<A> Create<A>(A a)", |_, a, t| Ok(make(a, t))),
    static_method("Tuple<A, B> Create<A, B>(A a, B b)", |_, a, t| Ok(make(a, t))),
    static_method("Tuple<A, B, C> Create<A, B, C>(A a, B b, C c)", |_, a, t| {
        Ok(make(a, t))
    }),
    static_method(
        "Tuple<A, B, C, D> Create<A, B, C, D>(A a, B b, C c, D d)",
        |_, a, t| Ok(make(a, t)),
    ),
    static_method(
        "Tuple<A, B, C, D, E> Create<A, B, C, D, E>(A a, B b, C c, D d, E e)",
        |_, a, t| Ok(make(a, t)),
    ),
    static_method(
        "Tuple<A, B, C, D, E, F> Create<A, B, C, D, E, F>(A a, B b, C c, D d, E e, F f)",
        |_, a, t| Ok(make(a, t)),
    ),
    static_method(
        "Tuple<A, B, C, D, E, F, G> Create<A, B, C, D, E, F, G>(A a, B b, C c, D d, E e, F f, G g)",
        |_, a, t| Ok(make(a, t)),
    ),
]);

/// `ValueTuple.Create`.
pub(crate) static VALUE_TUPLE_CREATE: TypeDef = static_class("System.ValueTuple").members(&[
    static_method("(A, B) Create<A, B>(A a, B b)", |_, a, t| Ok(make_value(a, t))),
    static_method("(A, B, C) Create<A, B, C>(A a, B b, C c)", |_, a, t| {
        Ok(make_value(a, t))
    }),
    static_method(
        "(A, B, C, D) Create<A, B, C, D>(A a, B b, C c, D d)",
        |_, a, t| Ok(make_value(a, t)),
    ),
]);

fn make(a: &mut [Value], t: &[Type]) -> Value {
    anonymous::new(Type::generic(&TUPLE, t.to_vec()), a.to_vec())
}

fn make_value(a: &mut [Value], t: &[Type]) -> Value {
    let items: Arc<[_]> = t.iter().map(|it| (None, it.clone())).collect();
    value_tuple(Type::Tuple(items), a.to_vec())
}

/// The tuple with another value at `at`.
pub(crate) fn with_item(whole: &Value, at: usize, item: Value) -> Value {
    let ty = whole.ty();
    let count = match &ty {
        Type::Tuple(items) => items.len(),
        _ => 0,
    };
    let items = (0..count).map(|it| match it == at {
        true => item.clone(),
        false => super::anonymous::item(whole, it),
    });
    value_tuple(ty.clone(), items.collect())
}

/// A value tuple.
pub(crate) fn value_tuple(ty: Type, items: Vec<Value>) -> Value {
    anonymous::new(ty, items)
}
