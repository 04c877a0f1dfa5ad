//! Library objects as values.

use crate::Value;
use crate::eval::Cx;
use crate::exception::Eval;
use crate::text::Text;
use crate::types::Type;
use std::any::Any;
use std::cmp::Ordering;
use std::fmt::Debug;
use std::sync::Arc;

/// What a library type keeps inside a [`Value::Object`]. Mutable state goes behind a `parking_lot::Mutex`, which is
/// never held while other code runs (a lambda, `ToString()` of an element).
pub trait Object: Any + Send + Sync + Debug {
    /// The .NET type, with its type arguments.
    fn ty(&self) -> Type;

    /// `ToString()`. The name of the type, unless the type has its own text.
    fn text(&self) -> Text {
        Text::from(self.ty().clr_name())
    }

    /// `ToString(format)` as a composite format calls it; `None` for a type that is not `IFormattable`.
    fn formatted(&self, _format: &str) -> Option<Eval<String>> {
        None
    }

    /// Whether it is the same object as another of its Rust type: for types that are handles themselves.
    fn same_as(&self, _other: &dyn Object) -> bool {
        false
    }

    /// `Equals` beyond being the same object.
    fn equals(&self, _other: &Value) -> bool {
        false
    }

    /// `GetHashCode()` of a type whose `equals` is its own.
    fn hash(&self) -> Option<u64> {
        None
    }

    /// `CompareTo`, for `OrderBy`, `Max` and their like.
    fn compare(&self, _other: &Value) -> Option<Ordering> {
        None
    }

    /// What stands for a value under this equality comparer; `None` for a type that is none.
    fn folded(&self, _value: &Value) -> Option<Value> {
        None
    }

    /// The order of two values under this comparer; `None` for a type that is none.
    fn ordered(&self, _one: &Value, _other: &Value) -> Option<Eval<Ordering>> {
        None
    }

    /// `GetEnumerator()`, for a type that is `IEnumerable`.
    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        None
    }

    /// The pairs, for a type that is a dictionary and does not live in `library/dictionary.rs`.
    fn get(&self, _key: &Value) -> Option<Value> {
        None
    }

    /// `Dispose()`.
    fn dispose(&self) {}
}

/// A walk over a sequence.
pub trait Enumerator: Send {
    /// The next element.
    fn next(&mut self, cx: &mut Cx<'_>) -> Eval<Option<Value>>;
}

/// The object as `T`.
pub(crate) fn downcast<T: Object>(object: &dyn Object) -> Option<&T> {
    (object as &dyn Any).downcast_ref::<T>()
}
