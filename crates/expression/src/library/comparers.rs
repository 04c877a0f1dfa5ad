//! `StringComparer`, `IEqualityComparer<T>` and `IComparer<T>`.

use super::compare;
use super::string_comparison::{self as string, How};
use super::table::{TypeDef, class, interface, method, static_method, static_property};
use crate::Value;
use crate::exception::Eval;
use crate::object::Object;
use crate::types::Type;
use std::cmp::Ordering;

pub(crate) static TYPES: &[&TypeDef] = &[&STRING_COMPARER, &EQUALITY_COMPARER, &COMPARER];

/// `System.StringComparer`.
pub(crate) static STRING_COMPARER: TypeDef = class("System.StringComparer")
    .bases(&["IEqualityComparer<string>", "IComparer<string>"])
    .members(&[
        static_property("StringComparer Ordinal", |_, _, _| Ok(new(How::Ordinal))),
        static_property("StringComparer OrdinalIgnoreCase", |_, _, _| {
            Ok(new(How::OrdinalIgnoreCase))
        }),
        static_property("StringComparer CurrentCulture", |_, _, _| Ok(new(How::Culture))),
        static_property("StringComparer CurrentCultureIgnoreCase", |_, _, _| {
            Ok(new(How::CultureIgnoreCase))
        }),
        static_property("StringComparer InvariantCulture", |_, _, _| Ok(new(How::Culture))),
        static_property("StringComparer InvariantCultureIgnoreCase", |_, _, _| {
            Ok(new(How::CultureIgnoreCase))
        }),
        static_method(
            "StringComparer FromComparison(StringComparison comparisonType)",
            |_, a, _| Ok(new(string::how(&a[0]))),
        ),
        method("bool Equals(object x, object y)", |_, a, _| {
            Ok(match (&a[1], &a[2]) {
                (Value::Text(_), Value::Text(_)) => string::equal(&a[1], &a[2], a[0].of::<Comparer>()?.0),
                (one, other) => compare::equals(one, other),
            }
            .into())
        }),
        method("int Compare(object x, object y)", |_, a, _| {
            Ok(match (&a[1], &a[2]) {
                (Value::Text(_), Value::Text(_)) => string::ordered(&a[1], &a[2], a[0].of::<Comparer>()?.0),
                (one, other) => compare::order(one, other)? as i32,
            }
            .into())
        }),
        method("int GetHashCode(object obj)", |_, a, _| match a[1].is_null() {
            true => Err(crate::Exception::argument_null("obj").into()),
            false => Ok(compare::hash_code(&fold(&a[0], &a[1])).into()),
        }),
        method("bool Equals(string x, string y)", |_, a, _| {
            Ok(string::equal(&a[1], &a[2], a[0].of::<Comparer>()?.0).into())
        }),
        method("int Compare(string x, string y)", |_, a, _| {
            Ok(string::ordered(&a[1], &a[2], a[0].of::<Comparer>()?.0).into())
        }),
        method("int GetHashCode(string obj)", |_, a, _| {
            Ok(compare::hash_code(&fold(&a[0], &a[1])).into())
        }),
    ]);

/// `System.Collections.Generic.IEqualityComparer<T>`.
pub(crate) static EQUALITY_COMPARER: TypeDef = interface("System.Collections.Generic.IEqualityComparer")
    .generic(&["in T"])
    .aliases(&["EqualityComparer"])
    .members(&[
        static_property("IEqualityComparer<T> Default", |_, _, _| Ok(new(How::Ordinal))),
        method("bool Equals(T x, T y)", |_, a, _| {
            Ok(compare::equals(&fold(&a[0], &a[1]), &fold(&a[0], &a[2])).into())
        }),
        method("int GetHashCode(T obj)", |_, a, _| {
            Ok(compare::hash_code(&fold(&a[0], &a[1])).into())
        }),
    ]);

/// `System.Collections.Generic.IComparer<T>`.
pub(crate) static COMPARER: TypeDef = interface("System.Collections.Generic.IComparer")
    .generic(&["in T"])
    .aliases(&["Comparer"])
    .members(&[
        static_property("IComparer<T> Default", |_, _, _| Ok(new(How::Culture))),
        method("int Compare(T x, T y)", |_, a, _| {
            Ok((order(&a[0], &a[1], &a[2])? as i32).into())
        }),
    ]);

#[derive(Debug)]
struct Comparer(How);

impl Object for Comparer {
    fn ty(&self) -> Type {
        Type::class(&STRING_COMPARER)
    }
}

fn new(how: How) -> Value {
    Value::object(Comparer(how))
}

/// What stands for a value under a comparer: values that the comparer finds equal have equal folds.
pub(crate) fn fold(comparer: &Value, value: &Value) -> Value {
    if let Value::Object(object) = comparer
        && let Some(folded) = object.folded(value)
    {
        return folded;
    }
    match (comparer.as_object::<Comparer>().map(|it| it.0), value) {
        (Some(How::OrdinalIgnoreCase | How::CultureIgnoreCase), Value::Text(text)) => {
            crate::dotnet::strings::upper(&text.as_str()).into()
        }
        _ => value.clone(),
    }
}

/// A comparer, or the default one.
pub(crate) fn or_default(comparer: &Value) -> Value {
    match comparer {
        Value::Null => new(How::Ordinal),
        known => known.clone(),
    }
}

/// The order under a comparer; null is the default one.
pub(crate) fn order(comparer: &Value, a: &Value, b: &Value) -> Eval<Ordering> {
    if let Value::Object(object) = comparer
        && let Some(order) = object.ordered(a, b)
    {
        return order;
    }
    match (comparer.as_object::<Comparer>(), a, b) {
        (Some(comparer), Value::Text(_) | Value::Null, Value::Text(_) | Value::Null) => {
            Ok(string::order(a, b, comparer.0))
        }
        _ => compare::order(a, b),
    }
}

/// `StringComparer.OrdinalIgnoreCase`.
pub(crate) fn ignoring_case() -> Value {
    new(How::OrdinalIgnoreCase)
}
