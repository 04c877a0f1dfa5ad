//! `Sum` and `Average`.

use super::scalars::none;
use crate::Value;
use crate::eval::{Cx, operation};
use crate::exception::{Eval, Exception};
use crate::library::table::{Member, extension};
use crate::types::Type;

macro_rules! rows {
    ($($word:literal, $average:literal, $ty:expr;)*) => {
        &[$(
            extension(concat!($word, " Sum(this IEnumerable<", $word, "> source)"), |cx, a, _| sum(cx, a, &$ty)),
            extension(concat!($word, "? Sum(this IEnumerable<", $word, "?> source)"), |cx, a, _| sum(cx, a, &$ty)),
            extension(concat!($word, " Sum<T>(this IEnumerable<T> source, Func<T, ", $word, "> selector)"), |cx, a, _| sum(cx, a, &$ty)),
            extension(concat!($word, "? Sum<T>(this IEnumerable<T> source, Func<T, ", $word, "?> selector)"), |cx, a, _| sum(cx, a, &$ty)),
            extension(concat!($average, " Average(this IEnumerable<", $word, "> source)"), |cx, a, _| average(cx, a, &$ty, false)),
            extension(concat!($average, "? Average(this IEnumerable<", $word, "?> source)"), |cx, a, _| average(cx, a, &$ty, true)),
            extension(concat!($average, " Average<T>(this IEnumerable<T> source, Func<T, ", $word, "> selector)"), |cx, a, _| average(cx, a, &$ty, false)),
            extension(concat!($average, "? Average<T>(this IEnumerable<T> source, Func<T, ", $word, "?> selector)"), |cx, a, _| average(cx, a, &$ty, true)),
        )*]
    };
}

pub(super) static MEMBERS: &[Member] = rows! {
    "int", "double", Type::Int;
    "long", "double", Type::Long;
    "float", "float", Type::Single;
    "double", "double", Type::Double;
    "decimal", "decimal", Type::Decimal;
};

// Null elements do not count.
fn numbers(cx: &mut Cx<'_>, a: &[Value]) -> Eval<Vec<Value>> {
    let mut numbers = Vec::new();
    for item in cx.collect(&a[0])? {
        let number = match a.get(1) {
            Some(selector) => cx.invoke(selector, &[item])?,
            None => item,
        };
        if !number.is_null() {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

fn total(numbers: &[Value], ty: &Type) -> Eval {
    // A sum of integers throws when it overflows, unlike `+`.
    let Some(add) = operation("+", ty, true) else {
        return Err(none().into());
    };
    let mut total = crate::eval::cast::default_of(ty);
    for number in numbers {
        total = add(&total, number)?;
    }
    Ok(total)
}

fn sum(cx: &mut Cx<'_>, a: &[Value], ty: &Type) -> Eval {
    total(&numbers(cx, a)?, ty)
}

fn average(cx: &mut Cx<'_>, a: &[Value], ty: &Type, nullable: bool) -> Eval {
    let numbers = numbers(cx, a)?;
    if numbers.is_empty() {
        return if nullable {
            Ok(Value::Null)
        } else {
            Err(none().into())
        };
    }
    let count = numbers.len();
    match ty {
        Type::Decimal => {
            let sum = total(&numbers, ty)?.decimal();
            let quotient = crate::eval::quotient(sum, rust_decimal::Decimal::from(count));
            quotient.map(Value::Decimal).ok_or_else(|| {
                Exception::overflow("Value was either too large or too small for a Decimal.").into()
            })
        }
        Type::Single => {
            let sum: f64 = numbers.iter().map(Value::double).sum();
            Ok(Value::Single((sum / count as f64) as f32))
        }
        Type::Double => {
            let sum: f64 = numbers.iter().map(Value::double).sum();
            Ok((sum / count as f64).into())
        }
        _ => {
            let sum: i128 = numbers.iter().filter_map(Value::integer).sum();
            Ok((sum as f64 / count as f64).into())
        }
    }
}
