//! `System.Collections.Generic.List<T>`.

use super::list_items::State;
use super::table::{Member, TypeDef, class, constructor, indexer, method, property};
use super::{array, array_statics, compare};
use crate::Value;
use crate::eval::{Cx, cast};
use crate::exception::{Eval, Exception};
use crate::types::Type;
use parking_lot::Mutex;
use std::cmp::Ordering;

pub(crate) use super::list_items::{List, modified, new, out_of_range, sort};

pub(crate) static TYPES: &[&TypeDef] = &[&LIST];

/// `System.Collections.Generic.List<T>`.
pub(crate) static LIST: TypeDef = class("System.Collections.Generic.List")
    .generic(&["T"])
    .bases(&["IList<T>", "IReadOnlyList<T>", "IList"])
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    constructor("()", |cx, _, t| {
        cx.charge(64)?;
        Ok(new(t[0].clone(), Vec::new()))
    }),
    constructor("(int capacity)", |_, a, t| {
        let capacity = usize::try_from(a[0].int())
            .map_err(|_| Exception::out_of_range("Non-negative number required.", "capacity"))?;
        Ok(Value::object(List {
            element: t[0].clone(),
            state: Mutex::new(State {
                capacity,
                ..State::default()
            }),
        }))
    }),
    constructor("(IEnumerable<T> collection)", |cx, a, t| {
        Ok(new(t[0].clone(), cx.collect(&a[0])?))
    }),
    property(
        "int Count",
        |_, a, _| Ok((a[0].of::<List>()?.len() as i32).into()),
    ),
    property("int Capacity", |_, a, _| {
        let list = a[0].of::<List>()?;
        let state = list.state.lock();
        Ok((state.capacity.max(state.items.len()) as i32).into())
    })
    .set(|_, a, _| {
        let list = a[0].of::<List>()?;
        let mut state = list.state.lock();
        match usize::try_from(a[1].int())
            .ok()
            .filter(|it| *it >= state.items.len())
        {
            Some(capacity) => {
                state.capacity = capacity;
                Ok(Value::Null)
            }
            None => Err(Exception::out_of_range("capacity was less than the current size.", "value").into()),
        }
    }),
    indexer("T this[int index]", |_, a, _| a[0].of::<List>()?.at(a[1].int())).set(|_, a, _| {
        let value = a[2].clone();
        let list = a[0].of::<List>()?;
        let at = list.index(a[1].int())?;
        list.edit(|items| items[at] = value)
    }),
    method("void Add(T item)", |cx, a, _| {
        let (list, item) = (a[0].of::<List>()?, a[1].clone());
        cx.grow(list.len())?;
        list.edit(|items| items.push(item))
    }),
    method("void AddRange(IEnumerable<T> collection)", |cx, a, _| {
        let more = cx.collect(&a[1])?;
        let list = a[0].of::<List>()?;
        cx.grow(list.len() + more.len())?;
        list.edit(|items| items.extend(more))
    }),
    method("void Insert(int index, T item)", |cx, a, _| {
        let list = a[0].of::<List>()?;
        cx.grow(list.len())?;
        let at = usize::try_from(a[1].int()).ok().filter(|at| *at <= list.len());
        let at = at.ok_or_else(|| {
            Exception::out_of_range("Index must be within the bounds of the List.", "index")
        })?;
        list.edit(|items| items.insert(at, a[2].clone()))
    }),
    method(
        "void InsertRange(int index, IEnumerable<T> collection)",
        |cx, a, _| {
            let more = cx.collect(&a[2])?;
            let list = a[0].of::<List>()?;
            let at = usize::try_from(a[1].int())
                .ok()
                .filter(|at| *at <= list.len())
                .ok_or_else(out_of_range)?;
            list.edit(|items| drop(items.splice(at..at, more)))
        },
    ),
    method("bool Remove(T item)", |_, a, _| {
        let list = a[0].of::<List>()?;
        let at = list.items().iter().position(|it| compare::equals(it, &a[1]));
        if let Some(at) = at {
            list.edit(|items| drop(items.remove(at)))?;
        }
        Ok(at.is_some().into())
    }),
    method("void RemoveAt(int index)", |_, a, _| {
        let list = a[0].of::<List>()?;
        let at = list.index(a[1].int())?;
        list.edit(|items| drop(items.remove(at)))
    }),
    method("void RemoveRange(int index, int count)", |_, a, _| {
        let list = a[0].of::<List>()?;
        let range = list.range(a[1].int(), a[2].int())?;
        list.edit(|items| drop(items.drain(range)))
    }),
    method("int RemoveAll(Predicate<T> match)", |cx, a, _| {
        let list = a[0].of::<List>()?;
        let (before, mut kept) = (list.items(), Vec::new());
        let count = before.len();
        for item in before {
            cx.step()?;
            if !cx.holds(&a[1], std::slice::from_ref(&item))? {
                kept.push(item);
            }
        }
        let removed = count - kept.len();
        list.edit(|items| *items = kept)?;
        Ok((removed as i32).into())
    }),
    method("void Clear()", |_, a, _| a[0].of::<List>()?.edit(Vec::clear)),
    method("bool Contains(T item)", |_, a, _| {
        Ok(a[0]
            .of::<List>()?
            .items()
            .iter()
            .any(|it| compare::equals(it, &a[1]))
            .into())
    }),
    method("int IndexOf(T item)", |_, a, _| index_of(a, 0, i32::MAX)),
    method("int IndexOf(T item, int index)", |_, a, _| {
        index_of(a, a[2].int(), i32::MAX)
    }),
    method("int IndexOf(T item, int index, int count)", |_, a, _| {
        index_of(a, a[2].int(), a[3].int())
    }),
    method("int LastIndexOf(T item)", |_, a, _| {
        last_index_of(a, a[0].of::<List>()?.len() as i32 - 1, i32::MAX)
    }),
    method("int LastIndexOf(T item, int index)", |_, a, _| {
        last_index_of(a, a[2].int(), i32::MAX)
    }),
    method("int LastIndexOf(T item, int index, int count)", |_, a, _| {
        last_index_of(a, a[2].int(), a[3].int())
    }),
    method("int BinarySearch(T item)", |_, a, _| {
        let items = a[0].of::<List>()?.items();
        array_statics::search(&items, 0, items.len() as i32, &a[1], &Value::Null)
    }),
    method("int BinarySearch(T item, IComparer<T> comparer)", |_, a, _| {
        let items = a[0].of::<List>()?.items();
        array_statics::search(&items, 0, items.len() as i32, &a[1], &a[2])
    }),
    method(
        "int BinarySearch(int index, int count, T item, IComparer<T> comparer)",
        |_, a, _| {
            let items = a[0].of::<List>()?.items();
            array_statics::search(&items, a[1].int(), a[2].int(), &a[3], &a[4])
        },
    ),
    method("int FindIndex(int startIndex, Predicate<T> match)", |cx, a, _| {
        let items = a[0].of::<List>()?.items();
        array_statics::find(cx, &items, a[1].int(), items.len() as i32 - a[1].int(), &a[2])
    }),
    method(
        "int FindIndex(int startIndex, int count, Predicate<T> match)",
        |cx, a, _| {
            let items = a[0].of::<List>()?.items();
            array_statics::find(cx, &items, a[1].int(), a[2].int(), &a[3])
        },
    ),
    method(
        "int FindLastIndex(int startIndex, Predicate<T> match)",
        |cx, a, _| {
            let items = a[0].of::<List>()?.items();
            array_statics::find_last(cx, &items, a[1].int(), a[1].int() + 1, &a[2])
        },
    ),
    method(
        "int FindLastIndex(int startIndex, int count, Predicate<T> match)",
        |cx, a, _| {
            let items = a[0].of::<List>()?.items();
            array_statics::find_last(cx, &items, a[1].int(), a[2].int(), &a[3])
        },
    ),
    method("bool Exists(Predicate<T> match)", |cx, a, _| {
        Ok(find(cx, a, false)?.is_some().into())
    }),
    method("T Find(Predicate<T> match)", |cx, a, t| {
        Ok(found(find(cx, a, false)?, t))
    }),
    method("T FindLast(Predicate<T> match)", |cx, a, t| {
        Ok(found(find(cx, a, true)?, t))
    }),
    method("int FindIndex(Predicate<T> match)", |cx, a, _| {
        Ok(find(cx, a, false)?.map_or(-1, |it| it.0 as i32).into())
    }),
    method("int FindLastIndex(Predicate<T> match)", |cx, a, _| {
        Ok(find(cx, a, true)?.map_or(-1, |it| it.0 as i32).into())
    }),
    method("List<T> FindAll(Predicate<T> match)", |cx, a, t| {
        let mut kept = Vec::new();
        for item in a[0].of::<List>()?.items() {
            cx.step()?;
            if cx.holds(&a[1], std::slice::from_ref(&item))? {
                kept.push(item);
            }
        }
        Ok(new(t[0].clone(), kept))
    }),
    method("bool TrueForAll(Predicate<T> match)", |cx, a, _| {
        for item in a[0].of::<List>()?.items() {
            cx.step()?;
            if !cx.holds(&a[1], &[item])? {
                return Ok(false.into());
            }
        }
        Ok(true.into())
    }),
    method("void ForEach(Action<T> action)", |cx, a, _| {
        let list = a[0].clone();
        let mut walk = cx.iterate(&list)?;
        while let Some(item) = walk.next(cx)? {
            cx.invoke(&a[1], &[item])?;
        }
        Ok(Value::Null)
    }),
    method(
        "List<TOutput> ConvertAll<TOutput>(Converter<T, TOutput> converter)",
        |cx, a, t| {
            let mut made = Vec::new();
            for item in a[0].of::<List>()?.items() {
                made.push(cx.invoke(&a[1], &[item])?);
            }
            Ok(new(t[1].clone(), made))
        },
    ),
    method("List<T> GetRange(int index, int count)", |cx, a, t| {
        let list = a[0].of::<List>()?;
        let range = list.range(a[1].int(), a[2].int())?;
        cx.charge_values(range.len())?;
        Ok(new(t[0].clone(), list.items()[range].to_vec()))
    }),
    method("void Reverse()", |_, a, _| {
        a[0].of::<List>()?.edit(|items| items.reverse())
    }),
    method("void Reverse(int index, int count)", |_, a, _| {
        let list = a[0].of::<List>()?;
        let range = list.range(a[1].int(), a[2].int())?;
        list.edit(|items| items[range].reverse())
    }),
    method(
        "void Sort(int index, int count, IComparer<T> comparer)",
        |cx, a, _| {
            let list = a[0].of::<List>()?;
            let range = list.range(a[1].int(), a[2].int())?;
            let mut part = list.items()[range.clone()].to_vec();
            sort(&mut part, &mut |x, y| {
                cx.step()?;
                super::comparers::order(&a[3], x, y)
            })?;
            list.edit(|items| drop(items.splice(range, part)))
        },
    ),
    method("void Sort()", |cx, a, _| {
        sort_list(cx, a, |_, _, x, y| compare::order(x, y))
    }),
    method("void Sort(Comparison<T> comparison)", |cx, a, _| {
        sort_list(cx, a, |cx, a, x, y| {
            Ok(cx.invoke(&a[1], &[x.clone(), y.clone()])?.int().cmp(&0))
        })
    }),
    method("void Sort(IComparer<T> comparer)", |cx, a, _| {
        sort_list(cx, a, |_, a, x, y| super::comparers::order(&a[1], x, y))
    }),
    method("T[] ToArray()", |cx, a, t| {
        let items = a[0].of::<List>()?.items();
        cx.charge_values(items.len())?;
        Ok(array::new(t[0].clone(), items))
    }),
    method("void CopyTo(T[] array)", |_, a, _| copy_to(a, 0)),
    method("void CopyTo(T[] array, int arrayIndex)", |_, a, _| {
        copy_to(a, a[2].long())
    }),
    method(
        "void CopyTo(int index, T[] array, int arrayIndex, int count)",
        |_, a, _| {
            let list = a[0].of::<List>()?;
            let range = list.range(a[1].int(), a[4].int())?;
            copy_all(&list.items()[range], &a[2], a[3].long())
        },
    ),
    method("IReadOnlyList<T> AsReadOnly()", |_, a, t| {
        Ok(new(t[0].clone(), a[0].of::<List>()?.items()))
    }),
    method("void TrimExcess()", |_, a, _| {
        let list = a[0].of::<List>()?;
        let mut state = list.state.lock();
        state.capacity = state.items.len();
        Ok(Value::Null)
    }),
];

fn find(cx: &mut Cx<'_>, a: &[Value], last: bool) -> Eval<Option<(usize, Value)>> {
    let mut items: Vec<_> = a[0].of::<List>()?.items().into_iter().enumerate().collect();
    if last {
        items.reverse();
    }
    for (at, item) in items {
        cx.step()?;
        if cx.holds(&a[1], std::slice::from_ref(&item))? {
            return Ok(Some((at, item)));
        }
    }
    Ok(None)
}

fn found(found: Option<(usize, Value)>, t: &[Type]) -> Value {
    found.map_or_else(|| cast::default_of(&t[0]), |it| it.1)
}

fn index_of(a: &[Value], from: i32, count: i32) -> Eval {
    let items = a[0].of::<List>()?.items();
    let count = count.min(items.len() as i32 - from);
    let found = array_statics::index_of(&items, &a[1], from, count);
    Ok(place(found.map_err(|_| out_of_range())?))
}

fn last_index_of(a: &[Value], last: i32, count: i32) -> Eval {
    let items = a[0].of::<List>()?.items();
    Ok(place(array_statics::last_index_of(
        &items,
        &a[1],
        last,
        count.min(last + 1),
    )?))
}

fn place(found: Option<usize>) -> Value {
    found.map_or(-1, |at| at as i32).into()
}

fn copy_to(a: &[Value], from: i64) -> Eval {
    copy_all(&a[0].of::<List>()?.items(), &a[1], from)
}

fn copy_all(items: &[Value], target: &Value, from: i64) -> Eval {
    for (at, item) in items.iter().enumerate() {
        array::set(target, from + at as i64, item).map_err(|_| {
            Exception::argument("Destination array was not long enough. Check the destination index, length, and the array's lower bounds. (Parameter 'destinationArray')")
        })?;
    }
    Ok(Value::Null)
}

type Order = fn(&mut Cx<'_>, &[Value], &Value, &Value) -> Eval<Ordering>;

fn sort_list(cx: &mut Cx<'_>, a: &[Value], order: Order) -> Eval {
    let list = a[0].of::<List>()?;
    let mut items = list.items();
    sort(&mut items, &mut |x, y| {
        cx.step()?;
        order(cx, a, x, y)
    })?;
    list.edit(|it| *it = items)
}
