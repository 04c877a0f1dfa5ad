//! `System.Nullable<T>`: null or the value itself.

use super::compare;
use super::table::{TypeDef, constructor, method, property, static_class, static_method, structure};
use crate::Value;
use crate::eval::cast::default_of;
use crate::exception::Exception;

pub(crate) static TYPES: &[&TypeDef] = &[&NULLABLE, &STATICS];

/// `System.Nullable<T>`. Its members take a null receiver.
pub(crate) static NULLABLE: TypeDef = structure("System.Nullable")
    .generic(&["T"])
    .default(|_| Value::Null)
    .members(&[
        constructor("(T value)", |_, a, _| Ok(a[0].clone())),
        property("bool HasValue", |_, a, _| Ok((!a[0].is_null()).into())),
        property("T Value", |_, a, _| match &a[0] {
            Value::Null => Err(Exception::invalid_operation("Nullable object must have a value.").into()),
            value => Ok(value.clone()),
        }),
        method("T GetValueOrDefault()", |_, a, t| {
            Ok(if a[0].is_null() {
                default_of(&t[0])
            } else {
                a[0].clone()
            })
        }),
        method("T GetValueOrDefault(T defaultValue)", |_, a, _| {
            Ok(if a[0].is_null() {
                a[1].clone()
            } else {
                a[0].clone()
            })
        }),
        method("string ToString()", |cx, a, _| Ok(cx.text(&a[0])?.into())),
        method("bool Equals(object other)", |_, a, _| {
            Ok(compare::equals(&a[0], &a[1]).into())
        }),
        method(
            "int GetHashCode()",
            |_, a, _| Ok(compare::hash_code(&a[0]).into()),
        ),
    ]);

/// `System.Nullable`, the static class.
pub(crate) static STATICS: TypeDef = static_class("System.Nullable").members(&[
    static_method("int Compare<T>(T? n1, T? n2)", |_, a, _| {
        Ok((compare::order(&a[0], &a[1])? as i32).into())
    }),
    static_method("bool Equals<T>(T? n1, T? n2)", |_, a, _| {
        Ok(compare::equals(&a[0], &a[1]).into())
    }),
]);
