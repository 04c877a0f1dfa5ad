//! Rows that give one value or a collection.

use crate::Value;
use crate::eval::{Cx, cast};
use crate::exception::{Eval, Exception};
use crate::library::table::{Member, extension};
use crate::library::{array, compare, comparers, dictionary, hash_set, interfaces, list};
use crate::types::Type;
use std::cmp::Ordering;

pub(super) static MEMBERS: &[Member] = &[
    extension("T First<T>(this IEnumerable<T> source)", |cx, a, _| {
        first(cx, a)?.ok_or_else(|| none().into())
    }),
    extension(
        "T First<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
        |cx, a, _| first(cx, a)?.ok_or_else(|| no_match().into()),
    ),
    extension("T FirstOrDefault<T>(this IEnumerable<T> source)", |cx, a, t| {
        Ok(or_default(first(cx, a)?, t))
    }),
    extension(
        "T FirstOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
        |cx, a, t| Ok(or_default(first(cx, a)?, t)),
    ),
    extension("T Last<T>(this IEnumerable<T> source)", |cx, a, _| {
        last(cx, a)?.ok_or_else(|| none().into())
    }),
    extension(
        "T Last<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
        |cx, a, _| last(cx, a)?.ok_or_else(|| no_match().into()),
    ),
    extension("T LastOrDefault<T>(this IEnumerable<T> source)", |cx, a, t| {
        Ok(or_default(last(cx, a)?, t))
    }),
    extension(
        "T LastOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
        |cx, a, t| Ok(or_default(last(cx, a)?, t)),
    ),
    extension("T Single<T>(this IEnumerable<T> source)", |cx, a, _| {
        single(cx, a)?.ok_or_else(|| none().into())
    }),
    extension(
        "T Single<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
        |cx, a, _| single(cx, a)?.ok_or_else(|| no_match().into()),
    ),
    extension("T SingleOrDefault<T>(this IEnumerable<T> source)", |cx, a, t| {
        Ok(or_default(single(cx, a)?, t))
    }),
    extension(
        "T SingleOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
        |cx, a, t| Ok(or_default(single(cx, a)?, t)),
    ),
    extension(
        "T ElementAt<T>(this IEnumerable<T> source, int index)",
        |cx, a, _| match element_at(cx, a)? {
            Some(item) => Ok(item),
            None => Err(no_element(&a[0]).into()),
        },
    ),
    extension(
        "T ElementAtOrDefault<T>(this IEnumerable<T> source, int index)",
        |cx, a, t| Ok(or_default(element_at(cx, a)?, t)),
    ),
    extension("bool Any<T>(this IEnumerable<T> source)", |cx, a, _| {
        Ok(first(cx, a)?.is_some().into())
    }),
    extension(
        "bool Any<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
        |cx, a, _| Ok(first(cx, a)?.is_some().into()),
    ),
    extension(
        "bool All<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
        |cx, a, _| {
            let mut walk = cx.iterate(&a[0])?;
            while let Some(item) = walk.next(cx)? {
                cx.step()?;
                if !cx.holds(&a[1], &[item])? {
                    return Ok(false.into());
                }
            }
            Ok(true.into())
        },
    ),
    extension("int Count<T>(this IEnumerable<T> source)", |cx, a, _| {
        if a[0].is_null() {
            return Err(Exception::argument_null("source").into());
        }
        Ok(interfaces::count(cx, &a[0])?.into())
    }),
    extension(
        "int Count<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
        |cx, a, _| Ok((count(cx, a)? as i32).into()),
    ),
    extension("long LongCount<T>(this IEnumerable<T> source)", |cx, a, _| {
        Ok(i64::from(interfaces::count(cx, &a[0])?).into())
    }),
    extension(
        "long LongCount<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
        |cx, a, _| Ok(count(cx, a)?.into()),
    ),
    extension(
        "bool Contains<T>(this IEnumerable<T> source, T value)",
        |cx, a, _| contains(cx, &a[0], &a[1], &Value::Null),
    ),
    extension(
        "bool Contains<T>(this IEnumerable<T> source, T value, IEqualityComparer<T> comparer)",
        |cx, a, _| contains(cx, &a[0], &a[1], &a[2]),
    ),
    extension(
        "bool SequenceEqual<T>(this IEnumerable<T> first, IEnumerable<T> second, IEqualityComparer<T> comparer)",
        |cx, a, _| {
            let (first, second) = (cx.collect(&a[0])?, cx.collect(&a[1])?);
            let fold = |it: &Value| comparers::fold(&a[2], it);
            let same = |(one, other): (&Value, &Value)| compare::equals(&fold(one), &fold(other));
            Ok((first.len() == second.len() && first.iter().zip(&second).all(same)).into())
        },
    ),
    extension(
        "bool SequenceEqual<T>(this IEnumerable<T> first, IEnumerable<T> second)",
        |cx, a, _| {
            let (first, second) = (cx.collect(&a[0])?, cx.collect(&a[1])?);
            Ok(
                (first.len() == second.len()
                    && first.iter().zip(&second).all(|(a, b)| compare::equals(a, b)))
                .into(),
            )
        },
    ),
    extension(
        "T Aggregate<T>(this IEnumerable<T> source, Func<T, T, T> func)",
        |cx, a, _| {
            let mut walk = cx.iterate(&a[0])?;
            let Some(mut total) = walk.next(cx)? else {
                return Err(none().into());
            };
            while let Some(item) = walk.next(cx)? {
                total = cx.invoke(&a[1], &[total, item])?;
            }
            Ok(total)
        },
    ),
    extension(
        "A Aggregate<T, A>(this IEnumerable<T> source, A seed, Func<A, T, A> func)",
        |cx, a, _| fold(cx, a),
    ),
    extension(
        "R Aggregate<T, A, R>(this IEnumerable<T> source, A seed, Func<A, T, A> func, Func<A, R> resultSelector)",
        |cx, a, _| {
            let total = fold(cx, a)?;
            cx.invoke(&a[3], &[total])
        },
    ),
    extension("T Min<T>(this IEnumerable<T> source)", |cx, a, t| {
        extreme(cx, a, &t[0], Ordering::Less)
    }),
    extension(
        "R Min<T, R>(this IEnumerable<T> source, Func<T, R> selector)",
        |cx, a, t| extreme(cx, a, &t[1], Ordering::Less),
    ),
    extension("T Max<T>(this IEnumerable<T> source)", |cx, a, t| {
        extreme(cx, a, &t[0], Ordering::Greater)
    }),
    extension(
        "R Max<T, R>(this IEnumerable<T> source, Func<T, R> selector)",
        |cx, a, t| extreme(cx, a, &t[1], Ordering::Greater),
    ),
    extension(
        "T MinBy<T, K>(this IEnumerable<T> source, Func<T, K> keySelector)",
        |cx, a, t| extreme_by(cx, a, t, Ordering::Less),
    ),
    extension(
        "T MaxBy<T, K>(this IEnumerable<T> source, Func<T, K> keySelector)",
        |cx, a, t| extreme_by(cx, a, t, Ordering::Greater),
    ),
    extension("T[] ToArray<T>(this IEnumerable<T> source)", |cx, a, t| {
        Ok(array::new(t[0].clone(), cx.collect(&a[0])?))
    }),
    extension("List<T> ToList<T>(this IEnumerable<T> source)", |cx, a, t| {
        Ok(list::new(t[0].clone(), cx.collect(&a[0])?))
    }),
    extension(
        "HashSet<T> ToHashSet<T>(this IEnumerable<T> source)",
        |cx, a, t| {
            Ok(Value::object(hash_set::new(
                t[0].clone(),
                cx.collect(&a[0])?,
                Value::Null,
            )))
        },
    ),
    extension(
        "HashSet<T> ToHashSet<T>(this IEnumerable<T> source, IEqualityComparer<T> comparer)",
        |cx, a, t| {
            Ok(Value::object(hash_set::new(
                t[0].clone(),
                cx.collect(&a[0])?,
                a[1].clone(),
            )))
        },
    ),
    extension(
        "Dictionary<K, T> ToDictionary<T, K>(this IEnumerable<T> source, Func<T, K> keySelector)",
        |cx, a, t| to_dictionary(cx, a, None, &t[1], &t[0], Value::Null),
    ),
    extension(
        "Dictionary<K, T> ToDictionary<T, K>(this IEnumerable<T> source, Func<T, K> keySelector, IEqualityComparer<K> comparer)",
        |cx, a, t| to_dictionary(cx, a, None, &t[1], &t[0], a[2].clone()),
    ),
    extension(
        "Dictionary<K, E> ToDictionary<T, K, E>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector)",
        |cx, a, t| to_dictionary(cx, a, Some(a[2].clone()), &t[1], &t[2], Value::Null),
    ),
    extension(
        "Dictionary<K, E> ToDictionary<T, K, E>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector, IEqualityComparer<K> comparer)",
        |cx, a, t| to_dictionary(cx, a, Some(a[2].clone()), &t[1], &t[2], a[3].clone()),
    ),
];

/// What an empty sequence throws.
pub(super) fn none() -> Exception {
    Exception::invalid_operation("Sequence contains no elements")
}

fn no_match() -> Exception {
    Exception::invalid_operation("Sequence contains no matching element")
}

fn or_default(found: Option<Value>, t: &[Type]) -> Value {
    found.unwrap_or_else(|| cast::default_of(&t[0]))
}

// The next element that the predicate in `a[1]` takes, if there is one.
fn matching(cx: &mut Cx<'_>, walk: &mut dyn crate::object::Enumerator, a: &[Value]) -> Eval<Option<Value>> {
    while let Some(item) = walk.next(cx)? {
        cx.step()?;
        match a.get(1) {
            Some(test) if !cx.holds(test, std::slice::from_ref(&item))? => (),
            _ => return Ok(Some(item)),
        }
    }
    Ok(None)
}

fn first(cx: &mut Cx<'_>, a: &[Value]) -> Eval<Option<Value>> {
    let mut walk = cx.iterate(&a[0])?;
    matching(cx, &mut *walk, a)
}

fn last(cx: &mut Cx<'_>, a: &[Value]) -> Eval<Option<Value>> {
    let mut walk = cx.iterate(&a[0])?;
    let mut last = None;
    while let Some(item) = matching(cx, &mut *walk, a)? {
        last = Some(item);
    }
    Ok(last)
}

fn single(cx: &mut Cx<'_>, a: &[Value]) -> Eval<Option<Value>> {
    let mut walk = cx.iterate(&a[0])?;
    let found = matching(cx, &mut *walk, a)?;
    match found.is_some() && matching(cx, &mut *walk, a)?.is_some() {
        true => Err(Exception::invalid_operation(match a.len() {
            1 => "Sequence contains more than one element",
            _ => "Sequence contains more than one matching element",
        })
        .into()),
        false => Ok(found),
    }
}

fn element_at(cx: &mut Cx<'_>, a: &[Value]) -> Eval<Option<Value>> {
    let mut left = a[1].int();
    let mut walk = cx.iterate(&a[0])?;
    if left < 0 {
        return Ok(None);
    }
    while let Some(item) = walk.next(cx)? {
        cx.step()?;
        if left == 0 {
            return Ok(Some(item));
        }
        left -= 1;
    }
    Ok(None)
}

// A list answers for itself; a sequence says less.
fn no_element(source: &Value) -> Exception {
    let name = source.type_name();
    match name.ends_with("[]") || name.starts_with("System.Collections.Generic.List") {
        true => list::out_of_range(),
        false => Exception::out_of_range(
            "Specified argument was out of the range of valid values.",
            "index",
        ),
    }
}

fn count(cx: &mut Cx<'_>, a: &[Value]) -> Eval<i64> {
    let mut walk = cx.iterate(&a[0])?;
    let mut count = 0;
    while matching(cx, &mut *walk, a)?.is_some() {
        count += 1;
    }
    Ok(count)
}

fn contains(cx: &mut Cx<'_>, source: &Value, item: &Value, comparer: &Value) -> Eval {
    let mut walk = cx.iterate(source)?;
    let wanted = comparers::fold(comparer, item);
    while let Some(item) = walk.next(cx)? {
        cx.step()?;
        if compare::equals(&comparers::fold(comparer, &item), &wanted) {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

fn fold(cx: &mut Cx<'_>, a: &[Value]) -> Eval {
    let mut walk = cx.iterate(&a[0])?;
    let mut total = a[1].clone();
    while let Some(item) = walk.next(cx)? {
        total = cx.invoke(&a[2], &[total, item])?;
    }
    Ok(total)
}

// Null elements do not count; without any other, the result is null or, for value types, an exception.
fn extreme(cx: &mut Cx<'_>, a: &[Value], ty: &Type, wanted: Ordering) -> Eval {
    let mut walk = cx.iterate(&a[0])?;
    let mut best = Value::Null;
    while let Some(item) = walk.next(cx)? {
        cx.step()?;
        let item = match a.get(1) {
            Some(selector) => cx.invoke(selector, &[item])?,
            None => item,
        };
        if !item.is_null() && (best.is_null() || compare::order(&item, &best)? == wanted) {
            best = item;
        }
    }
    match best.is_null() && ty.is_value() && !matches!(ty, Type::Nullable(_)) {
        true => Err(none().into()),
        false => Ok(best),
    }
}

fn extreme_by(cx: &mut Cx<'_>, a: &[Value], t: &[Type], wanted: Ordering) -> Eval {
    let mut best: Option<(Value, Value)> = None;
    for item in cx.collect(&a[0])? {
        let key = cx.invoke(&a[1], std::slice::from_ref(&item))?;
        let better = match &best {
            Some((_, known)) => compare::order(&key, known)? == wanted,
            None => true,
        };
        if better {
            best = Some((item, key));
        }
    }
    match best {
        Some((item, _)) => Ok(item),
        None if t[0].is_value() => Err(none().into()),
        None => Ok(Value::Null),
    }
}

fn to_dictionary(
    cx: &mut Cx<'_>,
    a: &[Value],
    element: Option<Value>,
    key: &Type,
    value: &Type,
    comparer: Value,
) -> Eval {
    let made = dictionary::new(key.clone(), value.clone(), comparer);
    for item in cx.collect(&a[0])? {
        let key = cx.invoke(&a[1], std::slice::from_ref(&item))?;
        let value = match &element {
            Some(element) => cx.invoke(element, &[item])?,
            None => item,
        };
        cx.charge_values(2)?;
        made.add(&key, value)?;
    }
    Ok(Value::object(made))
}
