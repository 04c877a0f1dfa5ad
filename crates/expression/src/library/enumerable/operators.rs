//! Rows that give sequences.

use super::lazy::{Lazy, Op, over};
use crate::Value;
use crate::exception::Exception;
use crate::library::table::{Member, extension, static_method};
use crate::types::Type;

pub(super) static MEMBERS: &[Member] = &[
    extension(
        "IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Where(a[1].clone(), false)),
    ),
    extension(
        "IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T, int, bool> predicate)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Where(a[1].clone(), true)),
    ),
    extension(
        "IEnumerable<R> Select<T, R>(this IEnumerable<T> source, Func<T, R> selector)",
        |_, a, t| over(&a[0], t[1].clone(), Op::Select(a[1].clone(), false)),
    ),
    extension(
        "IEnumerable<R> Select<T, R>(this IEnumerable<T> source, Func<T, int, R> selector)",
        |_, a, t| over(&a[0], t[1].clone(), Op::Select(a[1].clone(), true)),
    ),
    extension(
        "IEnumerable<R> SelectMany<T, R>(this IEnumerable<T> source, Func<T, IEnumerable<R>> selector)",
        |_, a, t| over(&a[0], t[1].clone(), Op::SelectMany(a[1].clone(), false, None)),
    ),
    extension(
        "IEnumerable<R> SelectMany<T, R>(this IEnumerable<T> source, Func<T, int, IEnumerable<R>> selector)",
        |_, a, t| over(&a[0], t[1].clone(), Op::SelectMany(a[1].clone(), true, None)),
    ),
    extension(
        "IEnumerable<R> SelectMany<T, C, R>(this IEnumerable<T> source, Func<T, IEnumerable<C>> collectionSelector, Func<T, C, R> resultSelector)",
        |_, a, t| {
            over(
                &a[0],
                t[2].clone(),
                Op::SelectMany(a[1].clone(), false, Some(a[2].clone())),
            )
        },
    ),
    extension(
        "IEnumerable<T> Skip<T>(this IEnumerable<T> source, int count)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Skip(a[1].long())),
    ),
    extension(
        "IEnumerable<T> Take<T>(this IEnumerable<T> source, int count)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Take(a[1].long())),
    ),
    extension(
        "IEnumerable<T> SkipLast<T>(this IEnumerable<T> source, int count)",
        |_, a, t| over(&a[0], t[0].clone(), Op::SkipLast(a[1].long())),
    ),
    extension(
        "IEnumerable<T> TakeLast<T>(this IEnumerable<T> source, int count)",
        |_, a, t| over(&a[0], t[0].clone(), Op::TakeLast(a[1].long())),
    ),
    extension(
        "IEnumerable<T> SkipWhile<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
        |_, a, t| over(&a[0], t[0].clone(), Op::SkipWhile(a[1].clone(), false)),
    ),
    extension(
        "IEnumerable<T> SkipWhile<T>(this IEnumerable<T> source, Func<T, int, bool> predicate)",
        |_, a, t| over(&a[0], t[0].clone(), Op::SkipWhile(a[1].clone(), true)),
    ),
    extension(
        "IEnumerable<T> TakeWhile<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
        |_, a, t| over(&a[0], t[0].clone(), Op::TakeWhile(a[1].clone(), false)),
    ),
    extension(
        "IEnumerable<T> TakeWhile<T>(this IEnumerable<T> source, Func<T, int, bool> predicate)",
        |_, a, t| over(&a[0], t[0].clone(), Op::TakeWhile(a[1].clone(), true)),
    ),
    extension(
        "IEnumerable<T> Concat<T>(this IEnumerable<T> first, IEnumerable<T> second)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Concat(a[1].clone())),
    ),
    extension(
        "IEnumerable<T> Append<T>(this IEnumerable<T> source, T element)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Append(a[1].clone())),
    ),
    extension(
        "IEnumerable<T> Prepend<T>(this IEnumerable<T> source, T element)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Prepend(a[1].clone())),
    ),
    extension(
        "IEnumerable<T> Distinct<T>(this IEnumerable<T> source)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Distinct(Value::Null)),
    ),
    extension(
        "IEnumerable<T> Distinct<T>(this IEnumerable<T> source, IEqualityComparer<T> comparer)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Distinct(a[1].clone())),
    ),
    extension(
        "IEnumerable<T> DistinctBy<T, K>(this IEnumerable<T> source, Func<T, K> keySelector)",
        |_, a, t| over(&a[0], t[0].clone(), Op::DistinctBy(a[1].clone())),
    ),
    extension(
        "IEnumerable<T> Union<T>(this IEnumerable<T> first, IEnumerable<T> second)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Union(a[1].clone(), Value::Null)),
    ),
    extension(
        "IEnumerable<T> Union<T>(this IEnumerable<T> first, IEnumerable<T> second, IEqualityComparer<T> comparer)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Union(a[1].clone(), a[2].clone())),
    ),
    extension(
        "IEnumerable<T> Except<T>(this IEnumerable<T> first, IEnumerable<T> second)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Except(a[1].clone(), Value::Null)),
    ),
    extension(
        "IEnumerable<T> Except<T>(this IEnumerable<T> first, IEnumerable<T> second, IEqualityComparer<T> comparer)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Except(a[1].clone(), a[2].clone())),
    ),
    extension(
        "IEnumerable<T> Intersect<T>(this IEnumerable<T> first, IEnumerable<T> second)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Intersect(a[1].clone(), Value::Null)),
    ),
    extension(
        "IEnumerable<T> Intersect<T>(this IEnumerable<T> first, IEnumerable<T> second, IEqualityComparer<T> comparer)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Intersect(a[1].clone(), a[2].clone())),
    ),
    extension(
        "IEnumerable<R> Zip<A, B, R>(this IEnumerable<A> first, IEnumerable<B> second, Func<A, B, R> resultSelector)",
        |_, a, t| over(&a[0], t[2].clone(), Op::Zip(a[1].clone(), Some(a[2].clone()))),
    ),
    extension(
        "IEnumerable<(A First, B Second)> Zip<A, B>(this IEnumerable<A> first, IEnumerable<B> second)",
        |_, a, t| {
            let pair = Type::Tuple(
                [
                    (Some("First".into()), t[0].clone()),
                    (Some("Second".into()), t[1].clone()),
                ]
                .into(),
            );
            over(&a[0], pair, Op::Zip(a[1].clone(), None))
        },
    ),
    extension(
        "IEnumerable<T> Reverse<T>(this IEnumerable<T> source)",
        |_, a, t| over(&a[0], t[0].clone(), Op::Reverse),
    ),
    extension(
        "IEnumerable<T[]> Chunk<T>(this IEnumerable<T> source, int size)",
        |_, a, t| {
            let size = usize::try_from(a[1].int()).ok().filter(|it| *it > 0);
            let size = size.ok_or_else(|| {
                Exception::out_of_range("Specified argument was out of the range of valid values.", "size")
            })?;
            over(&a[0], Type::array(t[0].clone()), Op::Chunk(size))
        },
    ),
    extension(
        "IOrderedEnumerable<T> OrderBy<T, K>(this IEnumerable<T> source, Func<T, K> keySelector)",
        |_, a, t| {
            over(
                &a[0],
                t[0].clone(),
                Op::Order(vec![(a[1].clone(), false, Value::Null)]),
            )
        },
    ),
    extension(
        "IOrderedEnumerable<T> OrderBy<T, K>(this IEnumerable<T> source, Func<T, K> keySelector, IComparer<K> comparer)",
        |_, a, t| {
            over(
                &a[0],
                t[0].clone(),
                Op::Order(vec![(a[1].clone(), false, a[2].clone())]),
            )
        },
    ),
    extension(
        "IOrderedEnumerable<T> OrderByDescending<T, K>(this IEnumerable<T> source, Func<T, K> keySelector)",
        |_, a, t| {
            over(
                &a[0],
                t[0].clone(),
                Op::Order(vec![(a[1].clone(), true, Value::Null)]),
            )
        },
    ),
    extension(
        "IOrderedEnumerable<T> OrderByDescending<T, K>(this IEnumerable<T> source, Func<T, K> keySelector, IComparer<K> comparer)",
        |_, a, t| {
            over(
                &a[0],
                t[0].clone(),
                Op::Order(vec![(a[1].clone(), true, a[2].clone())]),
            )
        },
    ),
    extension(
        "IOrderedEnumerable<T> ThenBy<T, K>(this IOrderedEnumerable<T> source, Func<T, K> keySelector)",
        |_, a, t| then(a, t, false),
    ),
    extension(
        "IOrderedEnumerable<T> ThenByDescending<T, K>(this IOrderedEnumerable<T> source, Func<T, K> keySelector)",
        |_, a, t| then(a, t, true),
    ),
    extension(
        "IOrderedEnumerable<T> ThenBy<T, K>(this IOrderedEnumerable<T> source, Func<T, K> keySelector, IComparer<K> comparer)",
        |_, a, t| then_with(a, t, false, a[2].clone()),
    ),
    extension(
        "IOrderedEnumerable<T> ThenByDescending<T, K>(this IOrderedEnumerable<T> source, Func<T, K> keySelector, IComparer<K> comparer)",
        |_, a, t| then_with(a, t, true, a[2].clone()),
    ),
    extension(
        "IEnumerable<R> SelectMany<T, C, R>(this IEnumerable<T> source, Func<T, int, IEnumerable<C>> collectionSelector, Func<T, C, R> resultSelector)",
        |_, a, t| {
            over(
                &a[0],
                t[2].clone(),
                Op::SelectMany(a[1].clone(), true, Some(a[2].clone())),
            )
        },
    ),
    extension(
        "IEnumerable<T> DefaultIfEmpty<T>(this IEnumerable<T> source)",
        |_, a, t| {
            over(
                &a[0],
                t[0].clone(),
                Op::DefaultIfEmpty(crate::eval::cast::default_of(&t[0])),
            )
        },
    ),
    extension(
        "IEnumerable<T> DefaultIfEmpty<T>(this IEnumerable<T> source, T defaultValue)",
        |_, a, t| over(&a[0], t[0].clone(), Op::DefaultIfEmpty(a[1].clone())),
    ),
    extension("IEnumerable<R> Cast<R>(this IEnumerable source)", |_, a, t| {
        over(&a[0], t[0].clone(), Op::Cast(t[0].clone()))
    }),
    extension("IEnumerable<R> OfType<R>(this IEnumerable source)", |_, a, t| {
        over(&a[0], t[0].clone(), Op::OfType(t[0].clone()))
    }),
    extension(
        "IEnumerable<T> AsEnumerable<T>(this IEnumerable<T> source)",
        |_, a, _| Ok(a[0].clone()),
    ),
    static_method(
        "IEnumerable<int> Range(int start, int count)",
        |_, a, _| match a[1].int() {
            count if count < 0 || i64::from(a[0].int()) + i64::from(count) - 1 > i64::from(i32::MAX) => {
                Err(Exception::out_of_range(
                    "Specified argument was out of the range of valid values.",
                    "count",
                )
                .into())
            }
            count => over(&Value::Null, Type::Int, Op::Range(a[0].int(), count)),
        },
    ),
    static_method(
        "IEnumerable<T> Repeat<T>(T element, int count)",
        |_, a, t| match a[1].int() {
            count if count < 0 => Err(Exception::out_of_range(
                "Specified argument was out of the range of valid values.",
                "count",
            )
            .into()),
            count => over(&Value::Null, t[0].clone(), Op::Repeat(a[0].clone(), count)),
        },
    ),
    static_method("IEnumerable<T> Empty<T>()", |_, _, t| {
        Ok(crate::library::array::new(t[0].clone(), Vec::new()))
    }),
];

fn then(a: &[Value], t: &[Type], descending: bool) -> crate::exception::Eval {
    then_with(a, t, descending, Value::Null)
}

fn then_with(a: &[Value], t: &[Type], descending: bool, comparer: Value) -> crate::exception::Eval {
    let first = a[0].of::<Lazy>()?;
    let Op::Order(keys) = &first.op else {
        return Err(Exception::null_reference().into());
    };
    let mut keys = keys.clone();
    keys.push((a[1].clone(), descending, comparer));
    over(&first.source, t[0].clone(), Op::Order(keys))
}
