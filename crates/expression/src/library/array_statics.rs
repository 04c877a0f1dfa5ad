//! The members of `System.Array` that are called by the class name.

use super::array::{copy_into, edit, items_of, len, new, position};
use super::table::{TypeDef, static_class, static_method};
use super::{compare, comparers};
use crate::Value;
use crate::eval::{Cx, cast};
use crate::exception::{Eval, Exception};

pub(crate) static TYPES: &[&TypeDef] = &[&STATICS];

/// The members of `Array` that are called by the class name.
pub(crate) static STATICS: TypeDef = static_class("System.Array").members(&[
    static_method("bool Exists<T>(T[] array, Predicate<T> match)", |cx, a, _| {
        Ok(position(cx, &a[0], &a[1])?.is_some().into())
    }),
    static_method("T Find<T>(T[] array, Predicate<T> match)", |cx, a, t| {
        let found = position(cx, &a[0], &a[1])?;
        Ok(found.and_then(|at| super::array::items(&a[0]).get(at).cloned()).unwrap_or_else(|| cast::default_of(&t[0])))
    }),
    static_method("int FindIndex<T>(T[] array, Predicate<T> match)", |cx, a, _| {
        Ok(position(cx, &a[0], &a[1])?.map_or(-1, |at| at as i32).into())
    }),
    static_method("T FindLast<T>(T[] array, Predicate<T> match)", |cx, a, t| {
        for item in items_of(&a[0])?.into_iter().rev() {
            cx.step()?;
            if cx.holds(&a[1], std::slice::from_ref(&item))? {
                return Ok(item);
            }
        }
        Ok(cast::default_of(&t[0]))
    }),
    static_method("T[] FindAll<T>(T[] array, Predicate<T> match)", |cx, a, t| {
        let mut found = Vec::new();
        for item in items_of(&a[0])? {
            cx.step()?;
            if cx.holds(&a[1], std::slice::from_ref(&item))? {
                found.push(item);
            }
        }
        Ok(new(t[0].clone(), found))
    }),
    static_method("bool TrueForAll<T>(T[] array, Predicate<T> match)", |cx, a, _| {
        for item in items_of(&a[0])? {
            cx.step()?;
            if !cx.holds(&a[1], &[item])? {
                return Ok(false.into());
            }
        }
        Ok(true.into())
    }),
    static_method("void ForEach<T>(T[] array, Action<T> action)", |cx, a, _| {
        for item in items_of(&a[0])? {
            cx.invoke(&a[1], &[item])?;
        }
        Ok(Value::Null)
    }),
    static_method("TOutput[] ConvertAll<TInput, TOutput>(TInput[] array, Converter<TInput, TOutput> converter)", |cx, a, t| {
        let mut made = Vec::new();
        for item in items_of(&a[0])? {
            made.push(cx.invoke(&a[1], &[item])?);
        }
        Ok(new(t[1].clone(), made))
    }),
    static_method("int FindIndex<T>(T[] array, int startIndex, Predicate<T> match)", |cx, a, _| {
        let items = items_of(&a[0])?;
        let count = items.len() as i32 - a[1].int();
        find(cx, &items, a[1].int(), count, &a[2])
    }),
    static_method("int FindIndex<T>(T[] array, int startIndex, int count, Predicate<T> match)", |cx, a, _| {
        find(cx, &items_of(&a[0])?, a[1].int(), a[2].int(), &a[3])
    }),
    static_method("int FindLastIndex<T>(T[] array, Predicate<T> match)", |cx, a, _| {
        let items = items_of(&a[0])?;
        let length = items.len() as i32;
        find_last(cx, &items, length - 1, length, &a[1])
    }),
    static_method("int FindLastIndex<T>(T[] array, int startIndex, Predicate<T> match)", |cx, a, _| {
        find_last(cx, &items_of(&a[0])?, a[1].int(), a[1].int() + 1, &a[2])
    }),
    static_method("int FindLastIndex<T>(T[] array, int startIndex, int count, Predicate<T> match)", |cx, a, _| {
        find_last(cx, &items_of(&a[0])?, a[1].int(), a[2].int(), &a[3])
    }),
    static_method("int IndexOf<T>(T[] array, T value)", |_, a, _| {
        let items = items_of(&a[0])?;
        Ok(number(index_of(&items, &a[1], 0, items.len() as i32)?))
    }),
    static_method("int IndexOf<T>(T[] array, T value, int startIndex)", |_, a, _| {
        let items = items_of(&a[0])?;
        Ok(number(index_of(&items, &a[1], a[2].int(), items.len() as i32 - a[2].int())?))
    }),
    static_method("int IndexOf<T>(T[] array, T value, int startIndex, int count)", |_, a, _| {
        Ok(number(index_of(&items_of(&a[0])?, &a[1], a[2].int(), a[3].int())?))
    }),
    static_method("int LastIndexOf<T>(T[] array, T value)", |_, a, _| {
        let items = items_of(&a[0])?;
        let length = items.len() as i32;
        Ok(number(last_index_of(&items, &a[1], length - 1, length)?))
    }),
    static_method("int LastIndexOf<T>(T[] array, T value, int startIndex)", |_, a, _| {
        Ok(number(last_index_of(&items_of(&a[0])?, &a[1], a[2].int(), a[2].int() + 1)?))
    }),
    static_method("int LastIndexOf<T>(T[] array, T value, int startIndex, int count)", |_, a, _| {
        Ok(number(last_index_of(&items_of(&a[0])?, &a[1], a[2].int(), a[3].int())?))
    }),
    static_method("int BinarySearch<T>(T[] array, T value)", |_, a, _| {
        let items = items_of(&a[0])?;
        search(&items, 0, items.len() as i32, &a[1], &Value::Null)
    }),
    static_method("int BinarySearch<T>(T[] array, T value, IComparer<T> comparer)", |_, a, _| {
        let items = items_of(&a[0])?;
        search(&items, 0, items.len() as i32, &a[1], &a[2])
    }),
    static_method("int BinarySearch<T>(T[] array, int index, int length, T value)", |_, a, _| {
        search(&items_of(&a[0])?, a[1].int(), a[2].int(), &a[3], &Value::Null)
    }),
    static_method("int BinarySearch<T>(T[] array, int index, int length, T value, IComparer<T> comparer)", |_, a, _| {
        search(&items_of(&a[0])?, a[1].int(), a[2].int(), &a[3], &a[4])
    }),
    static_method("void Reverse<T>(T[] array)", |_, a, _| edit(&a[0], |items| {
        items.reverse();
        Ok(())
    })),
    static_method("void Reverse<T>(T[] array, int index, int length)", |_, a, _| {
        let range = range(len(&a[0]), a[1].int(), a[2].int())?;
        edit(&a[0], |items| {
            items[range].reverse();
            Ok(())
        })
    }),
    static_method("void Fill<T>(T[] array, T value)", |_, a, _| edit(&a[0], |items| {
        items.fill(a[1].clone());
        Ok(())
    })),
    static_method("void Fill<T>(T[] array, T value, int startIndex, int count)", |_, a, _| {
        let range = range(len(&a[0]), a[2].int(), a[3].int())?;
        edit(&a[0], |items| {
            items[range].fill(a[1].clone());
            Ok(())
        })
    }),
    static_method("void Sort<T>(T[] array)", |cx, a, _| sort(cx, &a[0], None, None, &Value::Null)),
    static_method("void Sort<T>(T[] array, IComparer<T> comparer)", |cx, a, _| sort(cx, &a[0], None, None, &a[1])),
    static_method("void Sort<T>(T[] array, int index, int length)", |cx, a, _| {
        sort(cx, &a[0], None, Some((a[1].int(), a[2].int())), &Value::Null)
    }),
    static_method("void Sort<T>(T[] array, int index, int length, IComparer<T> comparer)", |cx, a, _| {
        sort(cx, &a[0], None, Some((a[1].int(), a[2].int())), &a[3])
    }),
    static_method("void Sort<TKey, TValue>(TKey[] keys, TValue[] items)", |cx, a, _| {
        sort(cx, &a[0], Some(&a[1]), None, &Value::Null)
    }),
    static_method("void Sort<TKey, TValue>(TKey[] keys, TValue[] items, IComparer<TKey> comparer)", |cx, a, _| {
        sort(cx, &a[0], Some(&a[1]), None, &a[2])
    }),
    static_method("void Sort<TKey, TValue>(TKey[] keys, TValue[] items, int index, int length)", |cx, a, _| {
        sort(cx, &a[0], Some(&a[1]), Some((a[2].int(), a[3].int())), &Value::Null)
    }),
    static_method(
        "void Sort<TKey, TValue>(TKey[] keys, TValue[] items, int index, int length, IComparer<TKey> comparer)",
        |cx, a, _| sort(cx, &a[0], Some(&a[1]), Some((a[2].int(), a[3].int())), &a[4]),
    ),
    static_method("void Sort<T>(T[] array, Comparison<T> comparison)", |cx, a, _| {
        let mut items = items_of(&a[0])?;
        super::list::sort(&mut items, &mut |x, y| Ok(cx.invoke(&a[1], &[x.clone(), y.clone()])?.int().cmp(&0)))?;
        edit(&a[0], |it| {
            *it = items;
            Ok(())
        })
    }),
    static_method("void Copy<T>(T[] sourceArray, T[] destinationArray, long length)", |_, a, _| {
        copy_into(&items_of(&a[0])?, 0, &a[1], 0, a[2].int())
    }),
    static_method(
        "void Copy<T>(T[] sourceArray, long sourceIndex, T[] destinationArray, long destinationIndex, long length)",
        |_, a, _| copy_into(&items_of(&a[0])?, a[1].int(), &a[2], a[3].int(), a[4].int()),
    ),
    static_method(
        "void ConstrainedCopy<T>(T[] sourceArray, int sourceIndex, T[] destinationArray, int destinationIndex, int length)",
        |_, a, _| copy_into(&items_of(&a[0])?, a[1].int(), &a[2], a[3].int(), a[4].int()),
    ),
    static_method("void Clear<T>(T[] array, int index, int length)", |_, a, t| {
        let default = cast::default_of(&t[0]);
        let (from, count) = (a[1].int(), a[2].int());
        let length = len(&a[0]) as i64;
        if from < 0 || count < 0 || i64::from(from) + i64::from(count) > length {
            return Err(Exception::index_out_of_range().into());
        }
        edit(&a[0], |items| {
            items[from as usize..(from + count) as usize].fill(default);
            Ok(())
        })
    }),
    static_method("void Copy<T>(T[] sourceArray, T[] destinationArray, int length)", |_, a, _| {
        copy_into(&items_of(&a[0])?, 0, &a[1], 0, a[2].int())
    }),
    static_method(
        "void Copy<T>(T[] sourceArray, int sourceIndex, T[] destinationArray, int destinationIndex, int length)",
        |_, a, _| copy_into(&items_of(&a[0])?, a[1].int(), &a[2], a[3].int(), a[4].int()),
    ),
    static_method("void Resize<T>(ref T[] array, int newSize)", |cx, a, t| {
        let mut items = super::array::items(&a[0]);
        let size = usize::try_from(a[1].int()).map_err(|_| Exception::out_of_range("Non-negative number required.", "newSize"))?;
        cx.charge_values(size)?;
        items.resize(size, cast::default_of(&t[0]));
        a[0] = new(t[0].clone(), items);
        Ok(Value::Null)
    }),
    static_method("T[] Empty<T>()", |_, _, t| Ok(new(t[0].clone(), Vec::new()))),
]);

fn number(found: Option<usize>) -> Value {
    found.map_or(-1, |at| at as i32).into()
}

// A part of an array, as an index and a count give it.
fn range(length: usize, from: i32, count: i32) -> Result<std::ops::Range<usize>, Exception> {
    if from < 0 || count < 0 {
        let parameter = if from < 0 { "index" } else { "length" };
        return Err(Exception::out_of_range(
            "Non-negative number required.",
            parameter,
        ));
    }
    let range = from as usize..from as usize + count as usize;
    match range.end <= length {
        true => Ok(range),
        false => Err(Exception::argument(
            "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.",
        )),
    }
}

fn start_range(length: usize, from: i32, count: i32) -> Result<std::ops::Range<usize>, Exception> {
    let start = usize::try_from(from).ok().filter(|it| *it <= length);
    let start = start.ok_or_else(|| {
        Exception::out_of_range(
            "Index was out of range. Must be non-negative and less than the size of the collection.",
            "startIndex",
        )
    })?;
    match usize::try_from(count).ok().filter(|it| start + it <= length) {
        Some(count) => Ok(start..start + count),
        None => Err(Exception::out_of_range(
            "Count must be positive and count must refer to a location within the string/array/collection.",
            "count",
        )),
    }
}

// `count` elements that end at `last`.
fn last_range(length: usize, last: i32, count: i32) -> Result<std::ops::Range<usize>, Exception> {
    if length == 0 {
        return Ok(0..0);
    }
    let end = usize::try_from(last).ok().filter(|it| *it < length);
    let end = end.ok_or_else(|| {
        Exception::out_of_range(
            "Index was out of range. Must be non-negative and less than the size of the collection.",
            "startIndex",
        )
    })? + 1;
    match usize::try_from(count).ok().filter(|it| *it <= end) {
        Some(count) => Ok(end - count..end),
        None => Err(Exception::out_of_range(
            "Count must be positive and count must refer to a location within the string/array/collection.",
            "count",
        )),
    }
}

/// Where a value first stands among `count` elements from `from` on.
pub(super) fn index_of(items: &[Value], value: &Value, from: i32, count: i32) -> Eval<Option<usize>> {
    let range = start_range(items.len(), from, count)?;
    let start = range.start;
    Ok(items[range]
        .iter()
        .position(|it| compare::equals(it, value))
        .map(|at| start + at))
}

/// Where a value last stands among the `count` elements that end at `last`.
pub(super) fn last_index_of(items: &[Value], value: &Value, last: i32, count: i32) -> Eval<Option<usize>> {
    let range = last_range(items.len(), last, count)?;
    let start = range.start;
    Ok(items[range]
        .iter()
        .rposition(|it| compare::equals(it, value))
        .map(|at| start + at))
}

/// `FindIndex`.
pub(super) fn find(cx: &mut Cx<'_>, items: &[Value], from: i32, count: i32, test: &Value) -> Eval {
    for at in start_range(items.len(), from, count)? {
        cx.step()?;
        if cx.holds(test, std::slice::from_ref(&items[at]))? {
            return Ok((at as i32).into());
        }
    }
    Ok((-1).into())
}

/// `FindLastIndex`.
pub(super) fn find_last(cx: &mut Cx<'_>, items: &[Value], last: i32, count: i32, test: &Value) -> Eval {
    for at in last_range(items.len(), last, count)?.rev() {
        cx.step()?;
        if cx.holds(test, std::slice::from_ref(&items[at]))? {
            return Ok((at as i32).into());
        }
    }
    Ok((-1).into())
}

/// `BinarySearch`: the place, or the complement of where the value would stand.
pub(super) fn search(items: &[Value], from: i32, count: i32, value: &Value, comparer: &Value) -> Eval {
    let range = range(items.len(), from, count)?;
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = (low + high) / 2;
        match comparers::order(comparer, &items[middle], value)? {
            std::cmp::Ordering::Equal => return Ok((middle as i32).into()),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Ok((!(low as i32)).into())
}

// Sorts a part of an array, and another one along with it.
fn sort(
    cx: &mut Cx<'_>,
    keys: &Value,
    along: Option<&Value>,
    part: Option<(i32, i32)>,
    comparer: &Value,
) -> Eval {
    let mut items = items_of(keys)?;
    let along = along.filter(|it| !it.is_null());
    let mut others = along.map(super::array::items).unwrap_or_default();
    let range = match part {
        Some((from, count)) => range(items.len(), from, count)?,
        None => 0..items.len(),
    };
    if along.is_some() && others.len() < range.end {
        let message = "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.";
        return Err(Exception::argument(message).into());
    }
    let mut order: Vec<Value> = range.clone().map(|at| (at as i32).into()).collect();
    super::list::sort(&mut order, &mut |x, y| {
        cx.step()?;
        comparers::order(comparer, &items[x.int() as usize], &items[y.int() as usize])
    })?;
    let pick = |from: &[Value]| -> Vec<Value> {
        order
            .iter()
            .filter_map(|at| from.get(at.int() as usize).cloned())
            .collect()
    };
    let (sorted, moved) = (pick(&items), pick(&others));
    items.splice(range.clone(), sorted);
    if let Some(along) = along {
        others.splice(range, moved);
        edit(along, |it| {
            *it = others;
            Ok(())
        })?;
    }
    edit(keys, |it| {
        *it = items;
        Ok(())
    })
}
