//! `GroupBy`, `ToLookup`, `Join`, `GroupJoin`.

use super::lazy::{Op, over as lazy};
use crate::Value;
use crate::eval::{Cx, bury};
use crate::exception::Eval;
use crate::library::compare::{Key, Map};
use crate::library::table::{Member, TypeDef, extension, indexer, interface, method, property};
use crate::library::{array, comparers};
use crate::object::{Enumerator, Object};
use crate::types::Type;
use std::sync::Arc;

/// `System.Linq.IGrouping<out TKey, out TElement>`.
pub(crate) static IGROUPING: TypeDef = interface("System.Linq.IGrouping")
    .generic(&["out TKey", "out TElement"])
    .bases(&["IEnumerable<TElement>"])
    .members(&[property("TKey Key", |_, a, _| {
        Ok(a[0].of::<Grouping>()?.key.clone())
    })]);

/// `System.Linq.ILookup<TKey, TElement>`.
pub(crate) static ILOOKUP: TypeDef = interface("System.Linq.ILookup")
    .generic(&["TKey", "TElement"])
    .aliases(&["Lookup"])
    .bases(&["IEnumerable<IGrouping<TKey, TElement>>"])
    .members(&[
        property("int Count", |_, a, _| {
            Ok((a[0].of::<Lookup>()?.groups.len() as i32).into())
        }),
        method("bool Contains(TKey key)", |_, a, _| {
            let lookup = a[0].of::<Lookup>()?;
            Ok(lookup
                .groups
                .contains_key(&Key(comparers::fold(&lookup.comparer, &a[1])))
                .into())
        }),
        indexer("IEnumerable<TElement> this[TKey key]", |_, a, t| {
            let lookup = a[0].of::<Lookup>()?;
            let found = lookup.groups.get(&Key(comparers::fold(&lookup.comparer, &a[1])));
            Ok(found
                .cloned()
                .unwrap_or_else(|| array::new(t[1].clone(), Vec::new())))
        }),
    ]);

/// How a sequence is grouped.
#[derive(Debug, Clone)]
pub(crate) struct Grouped {
    key: Value,
    element: Option<Value>,
    result: Option<Value>,
    comparer: Value,
    types: (Type, Type),
}

/// How two sequences are joined.
#[derive(Debug, Clone)]
pub(crate) struct Joined {
    inner: Value,
    outer_key: Value,
    inner_key: Value,
    result: Value,
    grouped: bool,
    comparer: Value,
    element: Type,
}

pub(super) static MEMBERS: &[Member] = &[
    extension(
        "IEnumerable<IGrouping<K, T>> GroupBy<T, K>(this IEnumerable<T> source, Func<T, K> keySelector)",
        |_, a, t| group_by(a, (&t[1], &t[0]), None, None, Value::Null),
    ),
    extension(
        "IEnumerable<IGrouping<K, T>> GroupBy<T, K>(this IEnumerable<T> source, Func<T, K> keySelector, IEqualityComparer<K> comparer)",
        |_, a, t| group_by(a, (&t[1], &t[0]), None, None, a[2].clone()),
    ),
    extension(
        "IEnumerable<IGrouping<K, E>> GroupBy<T, K, E>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector)",
        |_, a, t| group_by(a, (&t[1], &t[2]), Some(&a[2]), None, Value::Null),
    ),
    extension(
        "IEnumerable<R> GroupBy<T, K, R>(this IEnumerable<T> source, Func<T, K> keySelector, Func<K, IEnumerable<T>, R> resultSelector)",
        |_, a, t| group_by(a, (&t[1], &t[0]), None, Some((&a[2], &t[2])), Value::Null),
    ),
    extension(
        "IEnumerable<R> GroupBy<T, K, E, R>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector, Func<K, IEnumerable<E>, R> resultSelector)",
        |_, a, t| group_by(a, (&t[1], &t[2]), Some(&a[2]), Some((&a[3], &t[3])), Value::Null),
    ),
    extension(
        "IEnumerable<IGrouping<K, E>> GroupBy<T, K, E>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector, IEqualityComparer<K> comparer)",
        |_, a, t| group_by(a, (&t[1], &t[2]), Some(&a[2]), None, a[3].clone()),
    ),
    extension(
        "IEnumerable<R> GroupBy<T, K, R>(this IEnumerable<T> source, Func<T, K> keySelector, Func<K, IEnumerable<T>, R> resultSelector, IEqualityComparer<K> comparer)",
        |_, a, t| group_by(a, (&t[1], &t[0]), None, Some((&a[2], &t[2])), a[3].clone()),
    ),
    extension(
        "IEnumerable<R> GroupBy<T, K, E, R>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector, Func<K, IEnumerable<E>, R> resultSelector, IEqualityComparer<K> comparer)",
        |_, a, t| group_by(a, (&t[1], &t[2]), Some(&a[2]), Some((&a[3], &t[3])), a[4].clone()),
    ),
    extension(
        "ILookup<K, T> ToLookup<T, K>(this IEnumerable<T> source, Func<T, K> keySelector)",
        |cx, a, t| to_lookup(cx, a, (&t[1], &t[0]), None, &Value::Null),
    ),
    extension(
        "ILookup<K, T> ToLookup<T, K>(this IEnumerable<T> source, Func<T, K> keySelector, IEqualityComparer<K> comparer)",
        |cx, a, t| to_lookup(cx, a, (&t[1], &t[0]), None, &a[2]),
    ),
    extension(
        "ILookup<K, E> ToLookup<T, K, E>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector)",
        |cx, a, t| to_lookup(cx, a, (&t[1], &t[2]), Some(&a[2]), &Value::Null),
    ),
    extension(
        "ILookup<K, E> ToLookup<T, K, E>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector, IEqualityComparer<K> comparer)",
        |cx, a, t| to_lookup(cx, a, (&t[1], &t[2]), Some(&a[2]), &a[3]),
    ),
    extension(
        "IEnumerable<R> Join<A, B, K, R>(this IEnumerable<A> outer, IEnumerable<B> inner, Func<A, K> outerKeySelector, Func<B, K> innerKeySelector, Func<A, B, R> resultSelector)",
        |_, a, t| join_with(a, &t[1], &t[3], false, Value::Null),
    ),
    extension(
        "IEnumerable<R> Join<A, B, K, R>(this IEnumerable<A> outer, IEnumerable<B> inner, Func<A, K> outerKeySelector, Func<B, K> innerKeySelector, Func<A, B, R> resultSelector, IEqualityComparer<K> comparer)",
        |_, a, t| join_with(a, &t[1], &t[3], false, a[5].clone()),
    ),
    extension(
        "IEnumerable<R> GroupJoin<A, B, K, R>(this IEnumerable<A> outer, IEnumerable<B> inner, Func<A, K> outerKeySelector, Func<B, K> innerKeySelector, Func<A, IEnumerable<B>, R> resultSelector, IEqualityComparer<K> comparer)",
        |_, a, t| join_with(a, &t[1], &t[3], true, a[5].clone()),
    ),
    extension(
        "IEnumerable<R> GroupJoin<A, B, K, R>(this IEnumerable<A> outer, IEnumerable<B> inner, Func<A, K> outerKeySelector, Func<B, K> innerKeySelector, Func<A, IEnumerable<B>, R> resultSelector)",
        |_, a, t| join_with(a, &t[1], &t[3], true, Value::Null),
    ),
];

/// A key and its elements.
#[derive(Debug)]
struct Grouping {
    ty: Type,
    key: Value,
    items: Vec<Value>,
}

impl Object for Grouping {
    fn ty(&self) -> Type {
        self.ty.clone()
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        Some(super::over(self.items.clone()))
    }
}

impl Drop for Grouping {
    fn drop(&mut self) {
        bury(std::mem::take(&mut self.items));
    }
}

#[derive(Debug)]
struct Lookup {
    ty: Type,
    comparer: Value,
    groups: Map<Value>,
}

impl Object for Lookup {
    fn ty(&self) -> Type {
        self.ty.clone()
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        Some(super::over(self.groups.values().cloned().collect()))
    }
}

fn grouping_type(types: (&Type, &Type)) -> Type {
    Type::generic(&IGROUPING, [types.0.clone(), types.1.clone()])
}

fn group_by(
    a: &[Value],
    types: (&Type, &Type),
    element: Option<&Value>,
    result: Option<(&Value, &Type)>,
    comparer: Value,
) -> Eval {
    let made = result.map_or_else(|| grouping_type(types), |it| it.1.clone());
    let grouped = Grouped {
        key: a[1].clone(),
        element: element.cloned(),
        result: result.map(|it| it.0.clone()),
        comparer,
        types: (types.0.clone(), types.1.clone()),
    };
    lazy(&a[0], made, Op::Group(Box::new(grouped)))
}

/// The groups of `items`, or what is made of each.
pub(super) fn groups(cx: &mut Cx<'_>, items: Vec<Value>, how: &Grouped) -> Eval<Vec<Value>> {
    let mut made = Vec::new();
    for (_, (key, items)) in collect(cx, items, &how.key, how.element.as_ref(), &how.comparer)? {
        let ty = grouping_type((&how.types.0, &how.types.1));
        let group = Value::object(Grouping {
            ty,
            key: key.clone(),
            items,
        });
        made.push(match &how.result {
            Some(result) => cx.invoke(result, &[key, group])?,
            None => group,
        });
    }
    Ok(made)
}

type Collected = Map<(Value, Vec<Value>)>;

fn collect(
    cx: &mut Cx<'_>,
    items: Vec<Value>,
    key: &Value,
    element: Option<&Value>,
    comparer: &Value,
) -> Eval<Collected> {
    let mut groups = Collected::default();
    for item in items {
        cx.charge_values(2)?;
        let key = cx.invoke(key, std::slice::from_ref(&item))?;
        let item = match element {
            Some(element) => cx.invoke(element, &[item])?,
            None => item,
        };
        let folded = Key(comparers::fold(comparer, &key));
        groups
            .entry(folded)
            .or_insert_with(|| (key, Vec::new()))
            .1
            .push(item);
    }
    Ok(groups)
}

fn to_lookup(
    cx: &mut Cx<'_>,
    a: &[Value],
    types: (&Type, &Type),
    element: Option<&Value>,
    comparer: &Value,
) -> Eval {
    let items = cx.collect(&a[0])?;
    let groups = collect(cx, items, &a[1], element, comparer)?;
    let groups = groups.into_iter().map(|(folded, (key, items))| {
        (
            folded,
            Value::object(Grouping {
                ty: grouping_type(types),
                key,
                items,
            }),
        )
    });
    let ty = Type::generic(&ILOOKUP, [types.0.clone(), types.1.clone()]);
    Ok(Value::object(Lookup {
        ty,
        comparer: comparer.clone(),
        groups: groups.collect(),
    }))
}

fn join_with(a: &[Value], element: &Type, result: &Type, grouped: bool, comparer: Value) -> Eval {
    let joined = Joined {
        inner: a[1].clone(),
        outer_key: a[2].clone(),
        inner_key: a[3].clone(),
        result: a[4].clone(),
        grouped,
        comparer,
        element: element.clone(),
    };
    lazy(&a[0], result.clone(), Op::Join(Box::new(joined)))
}

/// The results of a join, in the order of the outer sequence.
pub(super) fn join(cx: &mut Cx<'_>, outer: Vec<Value>, how: &Joined) -> Eval<Vec<Value>> {
    let inner = cx.collect(&how.inner)?;
    let groups = collect(cx, inner, &how.inner_key, None, &how.comparer)?;
    let mut made = Vec::new();
    for item in outer {
        let key = cx.invoke(&how.outer_key, std::slice::from_ref(&item))?;
        // Null keys match nothing.
        let found = match key {
            Value::Null => None,
            key => groups.get(&Key(comparers::fold(&how.comparer, &key))),
        };
        let found = found.map(|it| it.1.clone()).unwrap_or_default();
        cx.charge_values(found.len() + 1)?;
        match how.grouped {
            true => {
                let group = array::new(how.element.clone(), found);
                made.push(cx.invoke(&how.result, &[item, group])?);
            }
            false => {
                for other in found {
                    made.push(cx.invoke(&how.result, &[item.clone(), other])?);
                }
            }
        }
    }
    Ok(made)
}
