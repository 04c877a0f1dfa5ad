//! `System.Collections.Generic.HashSet<T>`.

use super::compare::{Key, Map};
use super::table::{Member, TypeDef, class, constructor, method, property, static_method};
use super::{array, comparers, list};
use crate::Value;
use crate::eval::{Cx, bury};
use crate::exception::{Eval, Exception};
use crate::object::{Enumerator, Object};
use crate::types::Type;
use parking_lot::Mutex;
use std::sync::Arc;

pub(crate) static TYPES: &[&TypeDef] = &[&HASH_SET];

/// `System.Collections.Generic.HashSet<T>`.
pub(crate) static HASH_SET: TypeDef = class("System.Collections.Generic.HashSet")
    .generic(&["T"])
    .bases(&["ISet<T>", "IReadOnlyCollection<T>"])
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    constructor("()", |cx, _, t| make(cx, &Value::Null, t, Value::Null)),
    constructor("(IEnumerable<T> collection)", |cx, a, t| {
        make(cx, &a[0], t, Value::Null)
    }),
    constructor("(IEqualityComparer<T> comparer)", |cx, a, t| {
        make(cx, &Value::Null, t, a[0].clone())
    }),
    constructor(
        "(IEnumerable<T> collection, IEqualityComparer<T> comparer)",
        |cx, a, t| make(cx, &a[0], t, a[1].clone()),
    ),
    constructor("(int capacity)", |cx, _, t| {
        make(cx, &Value::Null, t, Value::Null)
    }),
    constructor("(int capacity, IEqualityComparer<T> comparer)", |cx, a, t| {
        make(cx, &Value::Null, t, a[1].clone())
    }),
    static_method("IEqualityComparer<HashSet<T>> CreateSetComparer()", |_, _, t| {
        Ok(Value::object(SetComparer(t[0].clone())))
    }),
    property("int Count", |_, a, _| Ok((a[0].of::<Set>()?.len() as i32).into())),
    property("IEqualityComparer<T> Comparer", |_, a, _| {
        Ok(comparers::or_default(&a[0].of::<Set>()?.comparer))
    }),
    method("int EnsureCapacity(int capacity)", |_, a, _| {
        Ok((a[0].of::<Set>()?.len() as i32).max(a[1].int()).into())
    }),
    method("void TrimExcess()", |_, _, _| Ok(Value::Null)),
    method("bool TryGetValue(T equalValue, out T actualValue)", |_, a, t| {
        let set = a[0].of::<Set>()?;
        let found = set.state.lock().entries.get(&set.fold(&a[1])).cloned();
        let known = found.is_some();
        a[2] = found.unwrap_or_else(|| crate::eval::cast::default_of(&t[0]));
        Ok(known.into())
    }),
    method("void CopyTo(T[] array, int arrayIndex)", |_, a, _| {
        copy_to(a, a[2].long(), i32::MAX)
    }),
    method("void CopyTo(T[] array, int arrayIndex, int count)", |_, a, _| {
        copy_to(a, a[2].long(), a[3].int())
    }),
    method("bool IsProperSubsetOf(IEnumerable<T> other)", |cx, a, t| {
        let other = other(cx, a, t)?;
        let set = a[0].of::<Set>()?;
        Ok((set.len() < other.len() && set.items().iter().all(|it| other.contains(it))).into())
    }),
    method("bool IsProperSupersetOf(IEnumerable<T> other)", |cx, a, t| {
        let other = other(cx, a, t)?;
        let set = a[0].of::<Set>()?;
        Ok((other.len() < set.len() && other.items().iter().all(|it| set.contains(it))).into())
    }),
    method("bool Add(T item)", |cx, a, _| {
        let set = a[0].of::<Set>()?;
        cx.grow(set.len())?;
        Ok(set.add(&a[1]).into())
    }),
    method("bool Remove(T item)", |_, a, _| {
        Ok(a[0].of::<Set>()?.remove(&a[1]).into())
    }),
    method("bool Contains(T item)", |_, a, _| {
        Ok(a[0].of::<Set>()?.contains(&a[1]).into())
    }),
    method("void Clear()", |_, a, _| {
        a[0].of::<Set>()?.state.lock().entries.clear();
        Ok(Value::Null)
    }),
    method("int RemoveWhere(Predicate<T> match)", |cx, a, _| {
        let mut removed = 0;
        for item in a[0].of::<Set>()?.items() {
            cx.step()?;
            if cx.holds(&a[1], std::slice::from_ref(&item))? {
                removed += i32::from(a[0].of::<Set>()?.remove(&item));
            }
        }
        Ok(removed.into())
    }),
    method("void UnionWith(IEnumerable<T> other)", |cx, a, _| {
        for item in cx.collect(&a[1])? {
            a[0].of::<Set>()?.add(&item);
        }
        Ok(Value::Null)
    }),
    method("void ExceptWith(IEnumerable<T> other)", |cx, a, _| {
        for item in cx.collect(&a[1])? {
            a[0].of::<Set>()?.remove(&item);
        }
        Ok(Value::Null)
    }),
    method("void IntersectWith(IEnumerable<T> other)", |cx, a, t| {
        let other = other(cx, a, t)?;
        let set = a[0].of::<Set>()?;
        for item in set.items() {
            if !other.contains(&item) {
                set.remove(&item);
            }
        }
        Ok(Value::Null)
    }),
    method("void SymmetricExceptWith(IEnumerable<T> other)", |cx, a, t| {
        let other = other(cx, a, t)?;
        let set = a[0].of::<Set>()?;
        for item in other.items() {
            if !set.remove(&item) {
                set.add(&item);
            }
        }
        Ok(Value::Null)
    }),
    method("bool IsSubsetOf(IEnumerable<T> other)", |cx, a, t| {
        let other = other(cx, a, t)?;
        Ok(a[0]
            .of::<Set>()?
            .items()
            .iter()
            .all(|it| other.contains(it))
            .into())
    }),
    method("bool IsSupersetOf(IEnumerable<T> other)", |cx, a, t| {
        let other = other(cx, a, t)?;
        Ok(other
            .items()
            .iter()
            .all(|it| a[0].of::<Set>().is_ok_and(|set| set.contains(it)))
            .into())
    }),
    method("bool Overlaps(IEnumerable<T> other)", |cx, a, t| {
        let other = other(cx, a, t)?;
        Ok(a[0]
            .of::<Set>()?
            .items()
            .iter()
            .any(|it| other.contains(it))
            .into())
    }),
    method("bool SetEquals(IEnumerable<T> other)", |cx, a, t| {
        let other = other(cx, a, t)?;
        let set = a[0].of::<Set>()?;
        Ok((other.len() == set.len() && set.items().iter().all(|it| other.contains(it))).into())
    }),
    method("void CopyTo(T[] array)", |_, a, _| copy_to(a, 0, i32::MAX)),
];

/// A member of a set that is seen as `ISet<T>`: the row of that name.
pub(super) fn call(cx: &mut Cx<'_>, name: &str, a: &mut [Value], t: &[Type]) -> Eval {
    let row = HASH_SET.rows().iter().find(|it| it.name == name);
    match row {
        Some(row) => (row.member.get)(cx, a, t),
        None => Err(Exception::not_supported("Specified method is not supported.").into()),
    }
}

/// The object behind a set.
#[derive(Debug)]
pub(crate) struct Set {
    element: Type,
    comparer: Value,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: Map<Value>,
    version: u64,
}

impl Set {
    fn fold(&self, item: &Value) -> Key {
        Key(comparers::fold(&self.comparer, item))
    }

    pub(crate) fn len(&self) -> usize {
        self.state.lock().entries.len()
    }

    pub(crate) fn items(&self) -> Vec<Value> {
        self.state.lock().entries.values().cloned().collect()
    }

    pub(crate) fn contains(&self, item: &Value) -> bool {
        self.state.lock().entries.contains_key(&self.fold(item))
    }

    pub(crate) fn add(&self, item: &Value) -> bool {
        let key = self.fold(item);
        let mut state = self.state.lock();
        if state.entries.contains_key(&key) {
            return false;
        }
        state.version += 1;
        state.entries.insert(key, item.clone());
        true
    }

    fn remove(&self, item: &Value) -> bool {
        let key = self.fold(item);
        let mut state = self.state.lock();
        let removed = state.entries.shift_remove(&key).is_some();
        state.version += u64::from(removed);
        removed
    }
}

impl Object for Set {
    fn ty(&self) -> Type {
        Type::generic(&HASH_SET, [self.element.clone()])
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        let version = self.state.lock().version;
        Some(Box::new(Walk {
            set: self,
            at: 0,
            version,
        }))
    }
}

impl Drop for Set {
    fn drop(&mut self) {
        bury(
            self.state
                .get_mut()
                .entries
                .drain(..)
                .map(|(_, item)| item)
                .collect::<Vec<_>>(),
        );
    }
}

struct Walk {
    set: Arc<Set>,
    at: usize,
    version: u64,
}

impl Enumerator for Walk {
    fn next(&mut self, _: &mut Cx<'_>) -> Eval<Option<Value>> {
        let state = self.set.state.lock();
        if state.version != self.version {
            return Err(list::modified().into());
        }
        self.at += 1;
        Ok(state.entries.get_index(self.at - 1).map(|(_, item)| item.clone()))
    }
}

/// A set of these items.
pub(crate) fn new(element: Type, items: Vec<Value>, comparer: Value) -> Set {
    let set = Set {
        element,
        comparer,
        state: Mutex::default(),
    };
    for item in items {
        set.add(&item);
    }
    set
}

fn make(cx: &mut Cx<'_>, source: &Value, t: &[Type], comparer: Value) -> Eval {
    cx.charge(128)?;
    let items = if source.is_null() {
        Vec::new()
    } else {
        cx.collect(source)?
    };
    Ok(Value::object(new(t[0].clone(), items, comparer)))
}

fn copy_to(a: &[Value], from: i64, count: i32) -> Eval {
    let count = usize::try_from(count)
        .map_err(|_| Exception::out_of_range("Non-negative number required.", "count"))?;
    for (at, item) in a[0].of::<Set>()?.items().iter().take(count).enumerate() {
        array::set(&a[1], from + at as i64, item)?;
    }
    Ok(Value::Null)
}

// Sets with the same elements are equal.
#[derive(Debug)]
struct SetComparer(Type);

impl Object for SetComparer {
    fn ty(&self) -> Type {
        let set = Type::generic(&HASH_SET, [self.0.clone()]);
        Type::generic(&comparers::EQUALITY_COMPARER, [set])
    }

    fn folded(&self, value: &Value) -> Option<Value> {
        let set = value.as_object::<Set>()?;
        let mut hashes: Vec<u64> = set.items().iter().map(super::compare::hash).collect();
        hashes.sort_unstable();
        Some(format!("{hashes:?}").into())
    }
}

fn other(cx: &mut Cx<'_>, a: &[Value], t: &[Type]) -> Eval<Set> {
    let comparer = a[0].of::<Set>()?.comparer.clone();
    Ok(new(t[0].clone(), cx.collect(&a[1])?, comparer))
}
