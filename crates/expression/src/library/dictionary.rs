//! `System.Collections.Generic.Dictionary<TKey, TValue>`.

use super::compare::{Key, Map};
use super::table::{Member, TypeDef, class, constructor, indexer, method, property};
use super::{comparers, key_value_pair, list};
use crate::Value;
use crate::eval::{Cx, bury, cast};
use crate::exception::{Eval, Exception};
use crate::object::{Enumerator, Object};
use crate::types::Type;
use parking_lot::Mutex;
use std::sync::Arc;

pub(crate) static TYPES: &[&TypeDef] = &[&DICTIONARY];

/// `System.Collections.Generic.Dictionary<TKey, TValue>`.
pub(crate) static DICTIONARY: TypeDef = class("System.Collections.Generic.Dictionary")
    .generic(&["TKey", "TValue"])
    .bases(&["IDictionary<TKey, TValue>", "IReadOnlyDictionary<TKey, TValue>"])
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    constructor("()", |cx, _, t| make(cx, t, Value::Null)),
    constructor("(int capacity)", |cx, _, t| make(cx, t, Value::Null)),
    constructor("(IEqualityComparer<TKey> comparer)", |cx, a, t| {
        make(cx, t, a[0].clone())
    }),
    constructor("(int capacity, IEqualityComparer<TKey> comparer)", |cx, a, t| {
        make(cx, t, a[1].clone())
    }),
    constructor("(IDictionary<TKey, TValue> dictionary)", |cx, a, t| {
        copy(cx, &a[0], t, Value::Null)
    }),
    constructor(
        "(IDictionary<TKey, TValue> dictionary, IEqualityComparer<TKey> comparer)",
        |cx, a, t| copy(cx, &a[0], t, a[1].clone()),
    ),
    constructor(
        "(IEnumerable<KeyValuePair<TKey, TValue>> collection)",
        |cx, a, t| copy(cx, &a[0], t, Value::Null),
    ),
    constructor(
        "(IEnumerable<KeyValuePair<TKey, TValue>> collection, IEqualityComparer<TKey> comparer)",
        |cx, a, t| copy(cx, &a[0], t, a[1].clone()),
    ),
    property("IEqualityComparer<TKey> Comparer", |_, a, _| {
        Ok(comparers::or_default(&a[0].of::<Dictionary>()?.comparer))
    }),
    method("int EnsureCapacity(int capacity)", |_, a, _| {
        Ok((a[0].of::<Dictionary>()?.len() as i32).max(a[1].int()).into())
    }),
    method("void TrimExcess()", |_, _, _| Ok(Value::Null)),
    method("void TrimExcess(int capacity)", |_, a, _| {
        match a[1].int() < a[0].of::<Dictionary>()?.len() as i32 {
            true => {
                let message = "Specified argument was out of the range of valid values.";
                Err(Exception::out_of_range(message, "capacity").into())
            }
            false => Ok(Value::Null),
        }
    }),
    property("int Count", |_, a, _| {
        Ok((a[0].of::<Dictionary>()?.len() as i32).into())
    }),
    property("ICollection<TKey> Keys", |_, a, t| {
        Ok(list::new(t[0].clone(), a[0].of::<Dictionary>()?.keys()))
    }),
    property("ICollection<TValue> Values", |_, a, t| {
        Ok(list::new(t[1].clone(), a[0].of::<Dictionary>()?.values()))
    }),
    indexer("TValue this[TKey key]", |_, a, _| {
        a[0].of::<Dictionary>()?.at(&a[1])
    })
    .set(|cx, a, _| {
        let dictionary = a[0].of::<Dictionary>()?;
        cx.grow(dictionary.len())?;
        dictionary.set(&a[1], a[2].clone())
    }),
    method("void Add(TKey key, TValue value)", |cx, a, _| {
        let dictionary = a[0].of::<Dictionary>()?;
        cx.grow(dictionary.len())?;
        dictionary.add(&a[1], a[2].clone())
    }),
    method("bool TryAdd(TKey key, TValue value)", |cx, a, _| {
        let dictionary = a[0].of::<Dictionary>()?;
        cx.grow(dictionary.len())?;
        Ok(dictionary.add(&a[1], a[2].clone()).is_ok().into())
    }),
    method("bool ContainsKey(TKey key)", |_, a, _| {
        Ok(a[0].of::<Dictionary>()?.find(&a[1])?.is_some().into())
    }),
    method("bool ContainsValue(TValue value)", |_, a, _| {
        Ok(a[0]
            .of::<Dictionary>()?
            .values()
            .iter()
            .any(|it| super::compare::equals(it, &a[1]))
            .into())
    }),
    method("bool TryGetValue(TKey key, out TValue value)", |_, a, t| {
        let found = a[0].of::<Dictionary>()?.find(&a[1])?;
        let known = found.is_some();
        a[2] = found.unwrap_or_else(|| cast::default_of(&t[1]));
        Ok(known.into())
    }),
    method("bool Remove(TKey key)", |_, a, _| {
        Ok(a[0].of::<Dictionary>()?.remove(&a[1])?.is_some().into())
    }),
    method("bool Remove(TKey key, out TValue value)", |_, a, t| {
        let removed = a[0].of::<Dictionary>()?.remove(&a[1])?;
        let known = removed.is_some();
        a[2] = removed.unwrap_or_else(|| cast::default_of(&t[1]));
        Ok(known.into())
    }),
    method("void Clear()", |_, a, _| {
        a[0].of::<Dictionary>()?.clear();
        Ok(Value::Null)
    }),
];

/// The object behind a dictionary.
#[derive(Debug)]
pub(crate) struct Dictionary {
    key: Type,
    value: Type,
    // `IEqualityComparer<TKey>`, or null.
    comparer: Value,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: Map<(Value, Value)>,
    version: u64,
}

impl Dictionary {
    fn fold(&self, key: &Value) -> Result<Key, Exception> {
        match key {
            Value::Null => Err(Exception::argument_null("key")),
            key => Ok(Key(comparers::fold(&self.comparer, key))),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.state.lock().entries.len()
    }

    pub(crate) fn find(&self, key: &Value) -> Result<Option<Value>, Exception> {
        let key = self.fold(key)?;
        Ok(self.state.lock().entries.get(&key).map(|it| it.1.clone()))
    }

    pub(crate) fn at(&self, key: &Value) -> Eval {
        self.find(key)?
            .ok_or_else(|| Cx::missing_key(&key.to_text()).into())
    }

    pub(crate) fn set(&self, key: &Value, value: Value) -> Eval {
        let folded = self.fold(key)?;
        let mut state = self.state.lock();
        state.version += 1;
        match state.entries.get_mut(&folded) {
            Some(entry) => entry.1 = value,
            None => drop(state.entries.insert(folded, (key.clone(), value))),
        }
        Ok(Value::Null)
    }

    pub(crate) fn add(&self, key: &Value, value: Value) -> Eval {
        if self.find(key)?.is_some() {
            let message = format!(
                "An item with the same key has already been added. Key: {}",
                key.to_text()
            );
            return Err(Exception::argument(message).into());
        }
        self.set(key, value)
    }

    pub(crate) fn remove(&self, key: &Value) -> Result<Option<Value>, Exception> {
        let key = self.fold(key)?;
        let mut state = self.state.lock();
        let removed = state.entries.shift_remove(&key).map(|it| it.1);
        state.version += u64::from(removed.is_some());
        Ok(removed)
    }

    pub(crate) fn clear(&self) {
        let mut state = self.state.lock();
        state.version += 1;
        state.entries.clear();
    }

    pub(crate) fn keys(&self) -> Vec<Value> {
        self.state
            .lock()
            .entries
            .values()
            .map(|it| it.0.clone())
            .collect()
    }

    pub(crate) fn values(&self) -> Vec<Value> {
        self.state
            .lock()
            .entries
            .values()
            .map(|it| it.1.clone())
            .collect()
    }
}

impl Object for Dictionary {
    fn ty(&self) -> Type {
        Type::generic(&DICTIONARY, [self.key.clone(), self.value.clone()])
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        let version = self.state.lock().version;
        Some(Box::new(Walk {
            dictionary: self,
            at: 0,
            version,
        }))
    }
}

impl Drop for Dictionary {
    fn drop(&mut self) {
        bury(
            self.state
                .get_mut()
                .entries
                .drain(..)
                .flat_map(|(_, (key, value))| [key, value])
                .collect::<Vec<_>>(),
        );
    }
}

struct Walk {
    dictionary: Arc<Dictionary>,
    at: usize,
    version: u64,
}

impl Enumerator for Walk {
    fn next(&mut self, _: &mut Cx<'_>) -> Eval<Option<Value>> {
        let state = self.dictionary.state.lock();
        if state.version != self.version {
            return Err(list::modified().into());
        }
        self.at += 1;
        let entry = state
            .entries
            .get_index(self.at - 1)
            .map(|(_, entry)| entry.clone());
        Ok(entry.map(|(key, value)| {
            key_value_pair::new(
                self.dictionary.key.clone(),
                self.dictionary.value.clone(),
                key,
                value,
            )
        }))
    }
}

/// An empty dictionary.
pub(crate) fn new(key: Type, value: Type, comparer: Value) -> Dictionary {
    Dictionary {
        key,
        value,
        comparer,
        state: Mutex::default(),
    }
}

/// A dictionary of strings to string arrays, ignoring case if asked.
pub(crate) fn of_strings(
    entries: impl IntoIterator<Item = (String, Vec<String>)>,
    ignore_case: bool,
) -> Value {
    let comparer = match ignore_case {
        true => comparers::ignoring_case(),
        false => Value::Null,
    };
    let dictionary = new(Type::String, Type::array(Type::String), comparer);
    for (key, values) in entries {
        let _ = dictionary.set(&key.into(), Value::strings(values));
    }
    Value::object(dictionary)
}

fn make(cx: &mut Cx<'_>, t: &[Type], comparer: Value) -> Eval {
    cx.charge(128)?;
    Ok(Value::object(new(t[0].clone(), t[1].clone(), comparer)))
}

fn copy(cx: &mut Cx<'_>, source: &Value, t: &[Type], comparer: Value) -> Eval {
    let dictionary = new(t[0].clone(), t[1].clone(), comparer);
    for item in cx.collect(source)? {
        let (key, value) = pair(&item);
        dictionary.add(&key, value)?;
    }
    Ok(Value::object(dictionary))
}

/// Key and value of a `KeyValuePair`.
pub(crate) fn pair(item: &Value) -> (Value, Value) {
    key_value_pair::parts(item).unwrap_or_else(|_| (Value::Null, item.clone()))
}
