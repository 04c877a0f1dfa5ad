//! `System.Boolean`.

use super::compare;
use super::table::{TypeDef, method, static_method, static_property, structure};
use crate::Value;
use crate::dotnet::number;

pub(crate) static TYPES: &[&TypeDef] = &[&BOOLEAN];

/// `System.Boolean`.
pub(crate) static BOOLEAN: TypeDef = structure("System.Boolean")
    .bases(&["IComparable", "IComparable<bool>", "IEquatable<bool>"])
    .members(&[
        static_property("string TrueString", |_, _, _| Ok("True".into())),
        static_property("string FalseString", |_, _, _| Ok("False".into())),
        static_method("bool Parse(string value)", |_, a, _| {
            Ok(number::parse_bool(&a[0].str("value")?.as_str())?.into())
        }),
        static_method("bool TryParse(string value, out bool result)", |_, a, _| {
            let parsed = a[0]
                .str_or_null()
                .and_then(|it| number::parse_bool(&it.as_str()).ok());
            a[1] = parsed.unwrap_or_default().into();
            Ok(parsed.is_some().into())
        }),
        method("bool Equals(bool obj)", |_, a, _| {
            Ok((a[0].bool() == a[1].bool()).into())
        }),
        method("int CompareTo(object obj)", |_, a, _| match &a[1] {
            Value::Null => Ok(1.into()),
            Value::Bool(other) => Ok((a[0].bool().cmp(other) as i32).into()),
            _ => Err(crate::Exception::argument("Object must be of type Boolean.").into()),
        }),
        method("int CompareTo(bool value)", |_, a, _| {
            Ok((compare::order(&a[0], &a[1])? as i32).into())
        }),
        method("string ToString(IFormatProvider provider)", |_, a, _| {
            Ok(Value::Text(a[0].text()))
        })
        .not_in_azure(),
    ]);
