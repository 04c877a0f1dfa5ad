//! The interfaces of collections. A row here serves every type that implements the interface.

use super::table::{Member, TypeDef, extension, indexer, interface, method, property, static_class};
use super::{array, compare, context, dictionary, list};
use crate::Value;
use crate::eval::{Cx, cast};
use crate::exception::{Eval, Exception};
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[
    &IENUMERABLE,
    &IENUMERABLE_0,
    &IENUMERATOR,
    &ICOLLECTION,
    &IREADONLY_COLLECTION,
    &ILIST,
    &ILIST_0,
    &IREADONLY_LIST,
    &ISET,
    &IDICTIONARY,
    &IREADONLY_DICTIONARY,
    &ICOMPARABLE,
    &ICOMPARABLE_0,
    &IEQUATABLE,
    &DICTIONARY_EXTENSIONS,
];

/// `System.Collections.Generic.IEnumerable<out T>`.
pub(crate) static IENUMERABLE: TypeDef = interface("System.Collections.Generic.IEnumerable")
    .generic(&["out T"])
    .bases(&["IEnumerable"])
    .members(&[method("IEnumerator<T> GetEnumerator()", |cx, a, t| {
        super::enumerable::enumerator(cx, &a[0], &t[0])
    })]);

/// `System.Collections.IEnumerable`.
pub(crate) static IENUMERABLE_0: TypeDef = interface("System.Collections.IEnumerable");

/// `System.Collections.Generic.IEnumerator<out T>`.
pub(crate) static IENUMERATOR: TypeDef = interface("System.Collections.Generic.IEnumerator")
    .generic(&["out T"])
    .bases(&["IDisposable"])
    .members(&[
        property("T Current", |_, a, _| super::enumerable::current(&a[0])),
        method("bool MoveNext()", |cx, a, _| {
            super::enumerable::move_next(cx, &a[0])
        }),
    ]);

/// `System.Collections.Generic.ICollection<T>`.
pub(crate) static ICOLLECTION: TypeDef = interface("System.Collections.Generic.ICollection")
    .generic(&["T"])
    .bases(&["IEnumerable<T>"])
    .members(&[
        property("int Count", |cx, a, _| Ok(count(cx, &a[0])?.into())),
        property("bool IsReadOnly", |_, a, _| Ok(array::is_array(&a[0]).into())),
        method("void Add(T item)", |cx, a, _| add(cx, &a[0], &a[1])),
        method("bool Contains(T item)", |cx, a, _| {
            Ok(position(cx, &a[0], &a[1])?.is_some().into())
        }),
        method("bool Remove(T item)", |cx, a, _| {
            let at = position(cx, &a[0], &a[1])?;
            if let Some(at) = at {
                a[0].of::<list::List>()
                    .map_err(|_| fixed())?
                    .edit(|items| drop(items.remove(at)))?;
            }
            Ok(at.is_some().into())
        }),
        method("void Clear()", |_, a, _| {
            match (
                a[0].as_object::<list::List>(),
                a[0].as_object::<dictionary::Dictionary>(),
            ) {
                (Some(list), _) => list.edit(Vec::clear),
                (_, Some(dictionary)) => {
                    dictionary.clear();
                    Ok(Value::Null)
                }
                _ => Err(Exception::not_supported("Collection is read-only.").into()),
            }
        }),
        method("void CopyTo(T[] array, int arrayIndex)", |cx, a, _| {
            for (at, item) in cx.collect(&a[0])?.iter().enumerate() {
                array::set(&a[1], a[2].long() + at as i64, item)?;
            }
            Ok(Value::Null)
        }),
    ]);

/// `System.Collections.Generic.IReadOnlyCollection<out T>`.
pub(crate) static IREADONLY_COLLECTION: TypeDef = interface("System.Collections.Generic.IReadOnlyCollection")
    .generic(&["out T"])
    .bases(&["IEnumerable<T>"])
    .members(&[property("int Count", |cx, a, _| Ok(count(cx, &a[0])?.into()))]);

/// `System.Collections.Generic.IList<T>`.
pub(crate) static ILIST: TypeDef = interface("System.Collections.Generic.IList")
    .generic(&["T"])
    .bases(&["ICollection<T>"])
    .members(&[
        indexer("T this[int index]", |cx, a, _| at(cx, &a[0], a[1].int())).set(|_, a, _| {
            match a[0].as_object::<list::List>() {
                Some(list) => {
                    let value = a[2].clone();
                    let at = usize::try_from(a[1].int())
                        .ok()
                        .filter(|at| *at < list.len())
                        .ok_or_else(list::out_of_range)?;
                    list.edit(|items| items[at] = value)
                }
                None => array::set(&a[0], a[1].long(), &a[2]),
            }
        }),
        method("int IndexOf(T item)", |cx, a, _| {
            Ok(position(cx, &a[0], &a[1])?.map_or(-1, |at| at as i32).into())
        }),
        method("void Insert(int index, T item)", |_, a, _| {
            let list = a[0].of::<list::List>().map_err(|_| fixed())?;
            let at = usize::try_from(a[1].int())
                .ok()
                .filter(|at| *at <= list.len())
                .ok_or_else(list::out_of_range)?;
            list.edit(|items| items.insert(at, a[2].clone()))
        }),
        method("void RemoveAt(int index)", |_, a, _| {
            let list = a[0].of::<list::List>().map_err(|_| fixed())?;
            let at = usize::try_from(a[1].int())
                .ok()
                .filter(|at| *at < list.len())
                .ok_or_else(list::out_of_range)?;
            list.edit(|items| drop(items.remove(at)))
        }),
    ]);

/// `System.Collections.IList`.
pub(crate) static ILIST_0: TypeDef = interface("System.Collections.IList").bases(&["IEnumerable"]);

/// `System.Collections.Generic.IReadOnlyList<out T>`.
pub(crate) static IREADONLY_LIST: TypeDef = interface("System.Collections.Generic.IReadOnlyList")
    .generic(&["out T"])
    .bases(&["IReadOnlyCollection<T>"])
    .members(&[indexer("T this[int index]", |cx, a, _| at(cx, &a[0], a[1].int()))]);

/// `System.Collections.Generic.ISet<T>`.
pub(crate) static ISET: TypeDef = interface("System.Collections.Generic.ISet")
    .generic(&["T"])
    .bases(&["ICollection<T>"])
    .members(ISET_MEMBERS);

// Every set is a `HashSet`.
static ISET_MEMBERS: &[Member] = &[
    method("bool Add(T item)", |_, a, _| {
        match a[0].as_object::<super::hash_set::Set>() {
            Some(set) => Ok(set.add(&a[1]).into()),
            None => Err(fixed().into()),
        }
    }),
    method("void UnionWith(IEnumerable<T> other)", |cx, a, t| {
        super::hash_set::call(cx, "UnionWith", a, t)
    }),
    method("void ExceptWith(IEnumerable<T> other)", |cx, a, t| {
        super::hash_set::call(cx, "ExceptWith", a, t)
    }),
    method("void IntersectWith(IEnumerable<T> other)", |cx, a, t| {
        super::hash_set::call(cx, "IntersectWith", a, t)
    }),
    method("void SymmetricExceptWith(IEnumerable<T> other)", |cx, a, t| {
        super::hash_set::call(cx, "SymmetricExceptWith", a, t)
    }),
    method("bool IsSubsetOf(IEnumerable<T> other)", |cx, a, t| {
        super::hash_set::call(cx, "IsSubsetOf", a, t)
    }),
    method("bool IsSupersetOf(IEnumerable<T> other)", |cx, a, t| {
        super::hash_set::call(cx, "IsSupersetOf", a, t)
    }),
    method("bool IsProperSubsetOf(IEnumerable<T> other)", |cx, a, t| {
        super::hash_set::call(cx, "IsProperSubsetOf", a, t)
    }),
    method("bool IsProperSupersetOf(IEnumerable<T> other)", |cx, a, t| {
        super::hash_set::call(cx, "IsProperSupersetOf", a, t)
    }),
    method("bool Overlaps(IEnumerable<T> other)", |cx, a, t| {
        super::hash_set::call(cx, "Overlaps", a, t)
    }),
    method("bool SetEquals(IEnumerable<T> other)", |cx, a, t| {
        super::hash_set::call(cx, "SetEquals", a, t)
    }),
];

/// `System.Collections.Generic.IDictionary<TKey, TValue>`.
pub(crate) static IDICTIONARY: TypeDef = interface("System.Collections.Generic.IDictionary")
    .generic(&["TKey", "TValue"])
    .bases(&["ICollection<KeyValuePair<TKey, TValue>>"])
    .members(&[
        indexer("TValue this[TKey key]", get_item).set(|_, a, _| {
            a[0].of::<dictionary::Dictionary>()
                .map_err(|_| fixed())?
                .set(&a[1], a[2].clone())
        }),
        property("ICollection<TKey> Keys", keys),
        property("ICollection<TValue> Values", values),
        method("bool ContainsKey(TKey key)", |cx, a, _| {
            Ok(find(cx, &a[0], &a[1])?.is_some().into())
        }),
        method("bool TryGetValue(TKey key, out TValue value)", try_get),
        method("void Add(TKey key, TValue value)", |_, a, _| {
            a[0].of::<dictionary::Dictionary>()
                .map_err(|_| fixed())?
                .add(&a[1], a[2].clone())
        }),
        method("bool Remove(TKey key)", |_, a, _| {
            Ok(a[0]
                .of::<dictionary::Dictionary>()
                .map_err(|_| fixed())?
                .remove(&a[1])?
                .is_some()
                .into())
        }),
    ]);

/// `System.Collections.Generic.IReadOnlyDictionary<TKey, TValue>`.
pub(crate) static IREADONLY_DICTIONARY: TypeDef = interface("System.Collections.Generic.IReadOnlyDictionary")
    .generic(&["TKey", "TValue"])
    .bases(&["IReadOnlyCollection<KeyValuePair<TKey, TValue>>"])
    .members(READ_ONLY);

static READ_ONLY: &[Member] = &[
    indexer("TValue this[TKey key]", get_item),
    property("IEnumerable<TKey> Keys", keys),
    property("IEnumerable<TValue> Values", values),
    method("bool ContainsKey(TKey key)", |cx, a, _| {
        Ok(find(cx, &a[0], &a[1])?.is_some().into())
    }),
    method("bool TryGetValue(TKey key, out TValue value)", try_get),
];

/// `System.IComparable<T>`.
pub(crate) static ICOMPARABLE: TypeDef =
    interface("System.IComparable")
        .generic(&["in T"])
        .members(&[method("int CompareTo(T other)", |_, a, _| {
            Ok((compare::order(&a[0], &a[1])? as i32).into())
        })]);

/// `System.IComparable`.
pub(crate) static ICOMPARABLE_0: TypeDef = interface("System.IComparable");

/// `System.IEquatable<T>`.
pub(crate) static IEQUATABLE: TypeDef = interface("System.IEquatable").generic(&["T"]);

/// The `GetValueOrDefault` that API Management adds to its dictionaries.
pub(crate) static DICTIONARY_EXTENSIONS: TypeDef = static_class("DictionaryExtensions").members(&[
    extension("string GetValueOrDefault(this IReadOnlyDictionary<string, string[]> dictionary, string key)", |cx, a, _| {
        joined(cx, a)
    }),
    extension(
        "string GetValueOrDefault(this IReadOnlyDictionary<string, string[]> dictionary, string key, string defaultValue)",
        |cx, a, _| match joined(cx, a)? {
            Value::Null => Ok(a[2].clone()),
            found => Ok(found),
        },
    ),
    extension("T GetValueOrDefault<T>(this IReadOnlyDictionary<string, object> dictionary, string key)", |cx, a, t| {
        match find(cx, &a[0], &a[1])? {
            Some(value) => crate::eval::cast_variable(value, &t[0]),
            None => Ok(cast::default_of(&t[0])),
        }
    }),
    extension(
        "T GetValueOrDefault<T>(this IReadOnlyDictionary<string, object> dictionary, string key, T defaultValue)",
        |cx, a, t| match find(cx, &a[0], &a[1])? {
            Some(value) => crate::eval::cast_variable(value, &t[0]),
            None => Ok(a[2].clone()),
        },
    ),
    extension("object GetValueOrDefault(this IReadOnlyDictionary<string, object> dictionary, string key)", |cx, a, _| {
        Ok(find(cx, &a[0], &a[1])?.unwrap_or_default())
    }),
    extension("TValue GetValueOrDefault<TKey, TValue>(this IReadOnlyDictionary<TKey, TValue> dictionary, TKey key)", |cx, a, t| {
        Ok(find(cx, &a[0], &a[1])?.unwrap_or_else(|| cast::default_of(&t[1])))
    }),
    extension(
        "TValue GetValueOrDefault<TKey, TValue>(this IReadOnlyDictionary<TKey, TValue> dictionary, TKey key, TValue defaultValue)",
        |cx, a, _| Ok(find(cx, &a[0], &a[1])?.unwrap_or_else(|| a[2].clone())),
    ),
    // Published documents that are in use call it on a deserialized `IDictionary` too.
    extension("TValue GetValueOrDefault<TKey, TValue>(this IDictionary<TKey, TValue> dictionary, TKey key)", |cx, a, t| {
        Ok(find(cx, &a[0], &a[1])?.unwrap_or_else(|| cast::default_of(&t[1])))
    }),
    extension(
        "TValue GetValueOrDefault<TKey, TValue>(this IDictionary<TKey, TValue> dictionary, TKey key, TValue defaultValue)",
        |cx, a, _| Ok(find(cx, &a[0], &a[1])?.unwrap_or_else(|| a[2].clone())),
    ),
]);

fn fixed() -> Exception {
    Exception::not_supported("Collection was of a fixed size.")
}

/// The value of a key in anything that is a dictionary.
pub(crate) fn find(cx: &mut Cx<'_>, map: &Value, key: &Value) -> Eval<Option<Value>> {
    if key.is_null() {
        return Err(Exception::argument_null("key").into());
    }
    match map {
        Value::Part(part) => Ok(context::lookup(cx, *part, &key.to_text())),
        Value::Null => Err(Exception::null_reference().into()),
        Value::Object(object) => match map.as_object::<dictionary::Dictionary>() {
            Some(dictionary) => Ok(dictionary.find(key)?),
            None => Ok(object.get(key)),
        },
        _ => Ok(None),
    }
}

fn get_item(cx: &mut Cx<'_>, a: &mut [Value], _: &[Type]) -> Eval {
    find(cx, &a[0], &a[1])?.ok_or_else(|| Cx::missing_key(&a[1].to_text()).into())
}

fn try_get(cx: &mut Cx<'_>, a: &mut [Value], t: &[Type]) -> Eval {
    let found = find(cx, &a[0], &a[1])?;
    let known = found.is_some();
    a[2] = found.unwrap_or_else(|| cast::default_of(&t[1]));
    Ok(known.into())
}

// Values of a header or claim, joined with commas as API Management does; null when absent.
fn joined(cx: &mut Cx<'_>, a: &[Value]) -> Eval {
    if let Value::Part(part) = &a[0]
        && let Some(text) = context::joined(cx, *part, &a[1])?
    {
        return Ok(text);
    }
    match find(cx, &a[0], &a[1])? {
        None => Ok(Value::Null),
        Some(values) => {
            let texts: Vec<String> = array::items(&values).iter().map(Value::to_text).collect();
            Ok(texts.join(",").into())
        }
    }
}

fn pairs(cx: &mut Cx<'_>, map: &Value) -> Eval<Vec<(Value, Value)>> {
    Ok(cx.collect(map)?.iter().map(dictionary::pair).collect())
}

fn keys(cx: &mut Cx<'_>, a: &mut [Value], t: &[Type]) -> Eval {
    let keys = pairs(cx, &a[0])?.into_iter().map(|it| it.0).collect();
    Ok(list::new(t[0].clone(), keys))
}

fn values(cx: &mut Cx<'_>, a: &mut [Value], t: &[Type]) -> Eval {
    let values = pairs(cx, &a[0])?.into_iter().map(|it| it.1).collect();
    Ok(list::new(t[1].clone(), values))
}

/// The number of elements.
pub(crate) fn count(cx: &mut Cx<'_>, value: &Value) -> Eval<i32> {
    if let Some(list) = value.as_object::<list::List>() {
        return Ok(list.len() as i32);
    }
    if array::is_array(value) {
        return Ok(array::len(value) as i32);
    }
    if let Some(dictionary) = value.as_object::<dictionary::Dictionary>() {
        return Ok(dictionary.len() as i32);
    }
    let mut walk = cx.iterate(value)?;
    let mut count = 0;
    while walk.next(cx)?.is_some() {
        cx.step()?;
        count += 1;
    }
    Ok(count)
}

/// The element at an index of a list or array.
pub(crate) fn at(cx: &mut Cx<'_>, value: &Value, at: i32) -> Eval {
    if let Some(list) = value.as_object::<list::List>() {
        return list.at(at);
    }
    if array::is_array(value) {
        return array::get(value, i64::from(at));
    }
    let items = cx.collect(value)?;
    usize::try_from(at)
        .ok()
        .and_then(|at| items.get(at).cloned())
        .ok_or_else(|| list::out_of_range().into())
}

fn position(cx: &mut Cx<'_>, value: &Value, item: &Value) -> Eval<Option<usize>> {
    Ok(cx.collect(value)?.iter().position(|it| compare::equals(it, item)))
}

fn add(cx: &mut Cx<'_>, value: &Value, item: &Value) -> Eval {
    cx.charge_values(1)?;
    if let Some(list) = value.as_object::<list::List>() {
        return list.edit(|items| items.push(item.clone()));
    }
    if let Some(dictionary) = value.as_object::<dictionary::Dictionary>() {
        let (key, value) = dictionary::pair(item);
        return dictionary.add(&key, value);
    }
    if let Some(set) = value.as_object::<super::hash_set::Set>() {
        set.add(item);
        return Ok(Value::Null);
    }
    Err(fixed().into())
}
