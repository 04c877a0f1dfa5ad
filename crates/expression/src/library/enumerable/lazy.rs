//! Sequences that are computed while they are walked.

use super::super::{comparers, hash_set};
use super::{group, iterate};
use crate::Value;
use crate::eval::{Cx, bury, cast};
use crate::exception::{Eval, Exception, Fault};
use crate::object::{Enumerator, Object};
use crate::types::Type;
use std::sync::Arc;

// Sequences over sequences over sequences; .NET would run out of stack somewhat later.
const DEEPEST: u32 = 200;

/// A sequence that is computed while it is walked.
#[derive(Debug)]
pub(crate) struct Lazy {
    pub(super) element: Type,
    pub(super) source: Value,
    pub(super) op: Op,
    depth: u32,
}

/// What is done with the source.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Where(Value, bool),
    // The function, and whether it takes the index.
    Select(Value, bool),
    // Function, index, and what combines outer and inner element.
    SelectMany(Value, bool, Option<Value>),
    Skip(i64),
    Take(i64),
    SkipWhile(Value, bool),
    TakeWhile(Value, bool),
    SkipLast(i64),
    TakeLast(i64),
    Concat(Value),
    Append(Value),
    Prepend(Value),
    Distinct(Value),
    DistinctBy(Value),
    Union(Value, Value),
    Except(Value, Value),
    Intersect(Value, Value),
    Zip(Value, Option<Value>),
    Reverse,
    // Keys: function, whether descending, comparer.
    Order(Vec<(Value, bool, Value)>),
    DefaultIfEmpty(Value),
    Cast(Type),
    OfType(Type),
    Range(i32, i32),
    Repeat(Value, i32),
    Chunk(usize),
    // Key, element, result, comparer; types of key and element.
    Group(Box<group::Grouped>),
    Join(Box<group::Joined>),
}

impl Object for Lazy {
    fn ty(&self) -> Type {
        let def = match self.op {
            Op::Order(_) => &super::ORDERED,
            _ => &super::super::interfaces::IENUMERABLE,
        };
        Type::generic(def, [self.element.clone()])
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        Some(Box::new(Walk {
            lazy: self,
            source: None,
            inner: None,
            at: 0,
            state: State::Start,
        }))
    }
}

impl Drop for Lazy {
    fn drop(&mut self) {
        bury([std::mem::take(&mut self.source)]);
    }
}

/// A lazy sequence over `source`.
pub(crate) fn over(source: &Value, element: Type, op: Op) -> Eval {
    if source.is_null() && !matches!(op, Op::Range(..) | Op::Repeat(..)) {
        return Err(Exception::argument_null("source").into());
    }
    let below = |value: &Value| value.as_object::<Lazy>().map_or(0, |it| it.depth);
    let beside = match &op {
        Op::Concat(other)
        | Op::Union(other, _)
        | Op::Except(other, _)
        | Op::Intersect(other, _)
        | Op::Zip(other, _) => below(other),
        _ => 0,
    };
    let depth = below(source).max(beside) + 1;
    if depth > DEEPEST {
        return Err(Fault::budget(format!(
            "The expression was stopped at {DEEPEST} sequences over each other."
        )));
    }
    Ok(Value::object(Lazy {
        element,
        source: source.clone(),
        op,
        depth,
    }))
}

struct Walk {
    lazy: Arc<Lazy>,
    source: Option<Box<dyn Enumerator>>,
    inner: Option<Box<dyn Enumerator>>,
    at: i64,
    state: State,
}

enum State {
    Start,
    Running,
    // The source is done, the second sequence runs.
    Second,
    // Everything was computed at the first step.
    Ready(std::vec::IntoIter<Value>),
    Seen(Box<hash_set::Set>),
    // The present outer element of `SelectMany`.
    Outer(Value),
    Done,
}

impl Walk {
    // The next element of the source.
    fn pull(&mut self, cx: &mut Cx<'_>) -> Eval<Option<Value>> {
        cx.step()?;
        if self.source.is_none() {
            self.source = Some(iterate(cx, &self.lazy.source)?);
        }
        match &mut self.source {
            Some(source) => source.next(cx),
            None => Ok(None),
        }
    }

    fn all(&self, cx: &mut Cx<'_>) -> Eval<Vec<Value>> {
        cx.collect(&self.lazy.source)
    }

    // Calls a function with an element, and with its index if the function takes one.
    fn call(&mut self, cx: &mut Cx<'_>, function: &Value, item: &Value, indexed: bool) -> Eval {
        self.at += 1;
        match indexed {
            true => cx.invoke(function, &[item.clone(), Value::Int((self.at - 1) as i32)]),
            false => cx.invoke(function, std::slice::from_ref(item)),
        }
    }

    // What must see the whole source first.
    fn whole(&self, cx: &mut Cx<'_>) -> Eval<Option<Vec<Value>>> {
        Ok(Some(match &self.lazy.op {
            Op::Reverse => {
                let mut items = self.all(cx)?;
                items.reverse();
                items
            }
            Op::Order(keys) => {
                let items = self.all(cx)?;
                order(cx, items, keys)?
            }
            Op::SkipLast(count) => {
                let mut items = self.all(cx)?;
                items.truncate(
                    items
                        .len()
                        .saturating_sub(usize::try_from(*count).unwrap_or_default()),
                );
                items
            }
            Op::TakeLast(count) => {
                let mut items = self.all(cx)?;
                let skip = items
                    .len()
                    .saturating_sub(usize::try_from(*count).unwrap_or_default());
                items.split_off(skip)
            }
            Op::Intersect(other, comparer) => {
                let other = hash_set::new(Type::Object, cx.collect(other)?, comparer.clone());
                let items: Vec<_> = self
                    .all(cx)?
                    .into_iter()
                    .filter(|it| other.contains(it))
                    .collect();
                hash_set::new(Type::Object, items, comparer.clone()).items()
            }
            Op::Chunk(size) => {
                let items = self.all(cx)?;
                let element = self.lazy.element.args().first().cloned().unwrap_or(Type::Object);
                items
                    .chunks(*size)
                    .map(|it| super::super::array::new(element.clone(), it.to_vec()))
                    .collect()
            }
            Op::Group(grouped) => {
                let items = self.all(cx)?;
                group::groups(cx, items, grouped)?
            }
            Op::Join(joined) => {
                let items = self.all(cx)?;
                group::join(cx, items, joined)?
            }
            _ => return Ok(None),
        }))
    }

    fn step(&mut self, cx: &mut Cx<'_>) -> Eval<Option<Value>> {
        let lazy = self.lazy.clone();
        match &lazy.op {
            Op::Where(test, indexed) => {
                while let Some(item) = self.pull(cx)? {
                    if self.call(cx, test, &item, *indexed)?.bool() {
                        return Ok(Some(item));
                    }
                }
                Ok(None)
            }
            Op::Select(function, indexed) => match self.pull(cx)? {
                Some(item) => self.call(cx, function, &item, *indexed).map(Some),
                None => Ok(None),
            },
            Op::SelectMany(function, indexed, result) => {
                self.select_many(cx, function, *indexed, result.as_ref())
            }
            Op::Skip(count) => {
                while self.at < *count {
                    self.at += 1;
                    if self.pull(cx)?.is_none() {
                        return Ok(None);
                    }
                }
                self.pull(cx)
            }
            Op::Take(count) => {
                self.at += 1;
                if self.at > *count { Ok(None) } else { self.pull(cx) }
            }
            Op::SkipWhile(test, indexed) => {
                while matches!(self.state, State::Running) {
                    let Some(item) = self.pull(cx)? else {
                        return Ok(None);
                    };
                    if !self.call(cx, test, &item, *indexed)?.bool() {
                        self.state = State::Second;
                        return Ok(Some(item));
                    }
                }
                self.pull(cx)
            }
            Op::TakeWhile(test, indexed) => {
                let Some(item) = self.pull(cx)? else {
                    return Ok(None);
                };
                Ok(self.call(cx, test, &item, *indexed)?.bool().then_some(item))
            }
            Op::Range(start, count) => {
                self.at += 1;
                let value = i64::from(*start) + self.at - 1;
                Ok((self.at <= i64::from(*count)).then_some(Value::Int(value as i32)))
            }
            Op::Repeat(value, count) => {
                self.at += 1;
                Ok((self.at <= i64::from(*count)).then(|| value.clone()))
            }
            Op::Cast(ty) => match self.pull(cx)? {
                Some(item) if ty.is_value() => cast::unbox(item, ty).map(Some),
                Some(item) => cast::cast(item, ty).map(Some),
                None => Ok(None),
            },
            Op::OfType(ty) => {
                while let Some(item) = self.pull(cx)? {
                    if cast::is_instance(&item, ty) {
                        return Ok(Some(item));
                    }
                }
                Ok(None)
            }
            _ => self.step_two(cx, &lazy),
        }
    }

    fn step_two(&mut self, cx: &mut Cx<'_>, lazy: &Lazy) -> Eval<Option<Value>> {
        match &lazy.op {
            Op::Concat(second) => {
                if matches!(self.state, State::Running) {
                    if let Some(item) = self.pull(cx)? {
                        return Ok(Some(item));
                    }
                    self.source = Some(iterate(cx, second)?);
                    self.state = State::Second;
                }
                self.pull(cx)
            }
            Op::Append(last) => match self.pull(cx)? {
                Some(item) => Ok(Some(item)),
                None => {
                    self.state = State::Done;
                    Ok(Some(last.clone()))
                }
            },
            Op::Prepend(first) => match self.at {
                0 => {
                    self.at = 1;
                    Ok(Some(first.clone()))
                }
                _ => self.pull(cx),
            },
            Op::DefaultIfEmpty(default) => match (self.pull(cx)?, self.at) {
                (None, 0) => {
                    self.state = State::Done;
                    Ok(Some(default.clone()))
                }
                (item, _) => {
                    self.at = 1;
                    Ok(item)
                }
            },
            Op::Zip(other, function) => self.zip(cx, other, function.as_ref()),
            Op::Distinct(comparer) => self.distinct(cx, comparer, None, None),
            Op::DistinctBy(key) => self.distinct(cx, &Value::Null, Some(key), None),
            Op::Union(other, comparer) => self.distinct(cx, comparer, None, Some(other)),
            Op::Except(other, comparer) => {
                if !matches!(self.state, State::Seen(_)) {
                    let set = hash_set::new(Type::Object, cx.collect(other)?, comparer.clone());
                    self.state = State::Seen(Box::new(set));
                }
                self.unseen(cx, None)
            }
            _ => Ok(None),
        }
    }

    fn select_many(
        &mut self,
        cx: &mut Cx<'_>,
        function: &Value,
        indexed: bool,
        result: Option<&Value>,
    ) -> Eval<Option<Value>> {
        loop {
            if let Some(inner) = &mut self.inner {
                if let Some(item) = inner.next(cx)? {
                    cx.step()?;
                    return match (result, &self.state) {
                        (Some(result), State::Outer(outer)) => {
                            cx.invoke(result, &[outer.clone(), item]).map(Some)
                        }
                        _ => Ok(Some(item)),
                    };
                }
                self.inner = None;
            }
            let Some(outer) = self.pull(cx)? else {
                return Ok(None);
            };
            let inner = self.call(cx, function, &outer, indexed)?;
            self.inner = Some(iterate(cx, &inner)?);
            self.state = State::Outer(outer);
        }
    }

    fn zip(&mut self, cx: &mut Cx<'_>, other: &Value, function: Option<&Value>) -> Eval<Option<Value>> {
        if self.inner.is_none() {
            self.inner = Some(iterate(cx, other)?);
        }
        let Some(a) = self.pull(cx)? else { return Ok(None) };
        let Some(b) = (match &mut self.inner {
            Some(inner) => inner.next(cx)?,
            None => None,
        }) else {
            return Ok(None);
        };
        match function {
            Some(function) => cx.invoke(function, &[a, b]).map(Some),
            None => Ok(Some(super::super::tuple::value_tuple(
                self.lazy.element.clone(),
                vec![a, b],
            ))),
        }
    }

    fn distinct(
        &mut self,
        cx: &mut Cx<'_>,
        comparer: &Value,
        key: Option<&Value>,
        other: Option<&Value>,
    ) -> Eval<Option<Value>> {
        if !matches!(self.state, State::Seen(_)) {
            self.state = State::Seen(Box::new(hash_set::new(
                Type::Object,
                Vec::new(),
                comparer.clone(),
            )));
        }
        if let Some(item) = self.unseen(cx, key)? {
            return Ok(Some(item));
        }
        match other {
            Some(other) if self.at == 0 => {
                self.at = 1;
                self.source = Some(iterate(cx, other)?);
                self.unseen(cx, key)
            }
            _ => Ok(None),
        }
    }

    // The next element that was not seen yet; it has been now.
    fn unseen(&mut self, cx: &mut Cx<'_>, key: Option<&Value>) -> Eval<Option<Value>> {
        while let Some(item) = self.pull(cx)? {
            let key = match key {
                Some(key) => cx.invoke(key, std::slice::from_ref(&item))?,
                None => item.clone(),
            };
            cx.charge_values(2)?;
            if let State::Seen(set) = &self.state
                && set.add(&key)
            {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }
}

impl Enumerator for Walk {
    fn next(&mut self, cx: &mut Cx<'_>) -> Eval<Option<Value>> {
        if matches!(self.state, State::Start) {
            self.state = match self.whole(cx)? {
                Some(items) => State::Ready(items.into_iter()),
                None => State::Running,
            };
        }
        match &mut self.state {
            State::Ready(items) => return Ok(items.next()),
            State::Done => return Ok(None),
            _ => (),
        }
        let next = self.step(cx)?;
        if next.is_none() {
            self.state = State::Done;
        }
        Ok(next)
    }
}

fn order(cx: &mut Cx<'_>, items: Vec<Value>, keys: &[(Value, bool, Value)]) -> Eval<Vec<Value>> {
    // Keys are computed once per element, before anything is compared.
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        let mut row = vec![item.clone()];
        for (key, _, _) in keys {
            row.push(match key {
                Value::Null => item.clone(),
                key => cx.invoke(key, std::slice::from_ref(&item))?,
            });
        }
        cx.charge_values(row.len())?;
        rows.push(row);
    }
    let mut places: Vec<Value> = (0..rows.len() as i64).map(Value::Long).collect();
    super::super::list::sort(&mut places, &mut |a, b| {
        cx.step()?;
        let (a, b) = (&rows[a.long() as usize], &rows[b.long() as usize]);
        for (at, (_, descending, comparer)) in keys.iter().enumerate() {
            let order = comparers::order(comparer, &a[at + 1], &b[at + 1])?;
            if order.is_ne() {
                return Ok(if *descending { order.reverse() } else { order });
            }
        }
        Ok(std::cmp::Ordering::Equal)
    })?;
    Ok(places
        .iter()
        .filter_map(|at| rows.get(at.long() as usize)?.first().cloned())
        .collect())
}
