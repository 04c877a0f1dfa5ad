use super::logic::same;
use super::strings::parted;
use super::{list, number, object, text, text_of, wrong};
use serde_json::{Map, Value, json};

type Answer = Result<Value, String>;

/// How many elements `range` makes at most (doc).
const RANGE: i64 = 10_000;

pub(super) fn array(values: &[Value]) -> Answer {
    Ok(match values.first() {
        Some(Value::Array(list)) => list.clone().into(),
        Some(other) => vec![other.clone()].into(),
        None => Value::Array(Vec::new()),
    })
}

pub(super) fn create_array(values: &[Value]) -> Answer {
    Ok(values.to_vec().into())
}

pub(super) fn create_object(values: &[Value]) -> Answer {
    if !values.len().is_multiple_of(2) {
        return Err("names and values come in pairs".to_owned());
    }
    let mut object = Map::new();
    for (at, pair) in values.chunks_exact(2).enumerate() {
        let Value::String(name) = &pair[0] else {
            return Err(wrong(at * 2, "a string", Some(&pair[0])));
        };
        object.insert(name.clone(), pair[1].clone());
    }
    Ok(object.into())
}

pub(super) fn contains(values: &[Value]) -> Answer {
    let item = &values[1];
    Ok(match &values[0] {
        Value::String(whole) => whole.contains(&text_of(item)).into(),
        Value::Array(list) => list.iter().any(|it| same(it, item)).into(),
        Value::Object(object) => {
            let name = text_of(item);
            object.keys().any(|key| key.eq_ignore_ascii_case(&name)).into()
        }
        other => return Err(wrong(0, "a string, an array or an object", Some(other))),
    })
}

pub(super) fn empty(values: &[Value]) -> Answer {
    Ok(match &values[0] {
        Value::Null => true.into(),
        Value::String(text) => text.is_empty().into(),
        Value::Array(list) => list.is_empty().into(),
        Value::Object(object) => object.is_empty().into(),
        other => return Err(wrong(0, "a string, an array or an object", Some(other))),
    })
}

pub(super) fn length(values: &[Value]) -> Answer {
    Ok(match &values[0] {
        Value::String(text) => text.encode_utf16().count().into(),
        Value::Array(list) => list.len().into(),
        Value::Object(object) => object.len().into(),
        other => return Err(wrong(0, "a string, an array or an object", Some(other))),
    })
}

pub(super) fn first(values: &[Value]) -> Answer {
    match &values[0] {
        Value::Array(list) => Ok(list.first().cloned().unwrap_or_default()),
        _ => parted(values, |length| 0..length.min(1)),
    }
}

pub(super) fn last(values: &[Value]) -> Answer {
    match &values[0] {
        Value::Array(list) => Ok(list.last().cloned().unwrap_or_default()),
        _ => parted(values, |length| length.saturating_sub(1)..length),
    }
}

pub(super) fn take(values: &[Value]) -> Answer {
    let count = usize::try_from(number(values, 1)?.max(0)).unwrap_or(usize::MAX);
    parted(values, |length| 0..count.min(length))
}

pub(super) fn skip(values: &[Value]) -> Answer {
    let count = usize::try_from(number(values, 1)?.max(0)).unwrap_or(usize::MAX);
    parted(values, |length| count.min(length)..length)
}

fn place(found: Option<usize>) -> Value {
    found.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1).into()
}

// In texts case does not matter (doc).
fn in_text(values: &[Value], find: impl Fn(&str, &str) -> Option<usize>) -> Answer {
    let (whole, part) = (text(values, 0)?.to_lowercase(), text(values, 1)?.to_lowercase());
    let found = find(&whole, &part);
    Ok(place(found.map(|at| whole[..at].encode_utf16().count())))
}

pub(super) fn index_of(values: &[Value]) -> Answer {
    match &values[0] {
        Value::Array(list) => Ok(place(list.iter().position(|it| same(it, &values[1])))),
        _ => in_text(values, |whole, part| whole.find(part)),
    }
}

pub(super) fn last_index_of(values: &[Value]) -> Answer {
    match &values[0] {
        Value::Array(list) => Ok(place(list.iter().rposition(|it| same(it, &values[1])))),
        _ => in_text(values, |whole, part| whole.rfind(part)),
    }
}

pub(super) fn flatten(values: &[Value]) -> Answer {
    let mut out = Vec::new();
    for inner in list(values, 0)? {
        match inner {
            Value::Array(inner) => out.extend(inner.iter().cloned()),
            other => return Err(wrong(0, "an array of arrays", Some(other))),
        }
    }
    Ok(out.into())
}

pub(super) fn items(values: &[Value]) -> Answer {
    let mut members: Vec<(&String, &Value)> = object(values, 0)?.iter().collect();
    members.sort_by(|a, b| a.0.cmp(b.0));
    Ok(members
        .into_iter()
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect::<Vec<_>>()
        .into())
}

pub(super) fn object_keys(values: &[Value]) -> Answer {
    let mut keys: Vec<&String> = object(values, 0)?.keys().collect();
    keys.sort();
    Ok(keys
        .into_iter()
        .map(|key| Value::from(key.as_str()))
        .collect::<Vec<_>>()
        .into())
}

fn numbers(values: &[Value]) -> Result<Vec<i64>, String> {
    match values {
        [Value::Array(list)] => (0..list.len()).map(|at| number(list, at)).collect(),
        _ => (0..values.len()).map(|at| number(values, at)).collect(),
    }
}

pub(super) fn max(values: &[Value]) -> Answer {
    numbers(values)?
        .into_iter()
        .max()
        .map(Value::from)
        .ok_or_else(|| "there is no number".to_owned())
}

pub(super) fn min(values: &[Value]) -> Answer {
    numbers(values)?
        .into_iter()
        .min()
        .map(Value::from)
        .ok_or_else(|| "there is no number".to_owned())
}

pub(super) fn range(values: &[Value]) -> Answer {
    let (start, count) = (number(values, 0)?, number(values, 1)?);
    if !(0..=RANGE).contains(&count) {
        return Err(format!("argument 2 must be from 0 to {RANGE}, not {count}"));
    }
    let end = start
        .checked_add(count)
        .ok_or_else(|| "the range is too far out".to_owned())?;
    Ok((start..end).map(Value::from).collect::<Vec<_>>().into())
}

pub(super) fn shallow_merge(values: &[Value]) -> Answer {
    let mut out = Map::new();
    for part in list(values, 0)? {
        match part {
            Value::Object(part) => part
                .iter()
                .for_each(|(key, value)| put(&mut out, key, value.clone())),
            Value::Null => (),
            other => return Err(wrong(0, "an array of objects", Some(other))),
        }
    }
    Ok(out.into())
}

fn put(object: &mut Map<String, Value>, key: &str, value: Value) {
    let known = object.keys().find(|it| it.eq_ignore_ascii_case(key)).cloned();
    object.insert(known.unwrap_or_else(|| key.to_owned()), value);
}

/// The member of that name or the element at that place; names are compared without case.
pub(crate) fn get<'a>(value: &'a Value, index: &Value) -> Option<&'a Value> {
    match (value, index) {
        (Value::Object(object), Value::String(name)) => object.get(name).or_else(|| {
            let mut members = object.iter();
            members
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        }),
        (Value::Array(list), Value::Number(at)) => list.get(usize::try_from(at.as_u64()?).ok()?),
        _ => None,
    }
}

// A place counted from the end is written as `{ value: 1, fromEnd: true }`.
fn step<'a>(value: &'a Value, index: &Value) -> Option<&'a Value> {
    match index {
        Value::Object(place) => {
            let number = place.get("value")?;
            match place.get("fromEnd") {
                Some(Value::Bool(true)) => from_end(value, number),
                _ => get(value, number),
            }
        }
        _ => get(value, index),
    }
}

fn descend(start: Option<&Value>, path: &[Value]) -> Value {
    let found = start.and_then(|start| path.iter().try_fold(start, |value, index| step(value, index)));
    found.cloned().unwrap_or_default()
}

pub(super) fn try_get(values: &[Value]) -> Answer {
    Ok(descend(values.first(), &values[1..]))
}

fn from_end<'a>(value: &'a Value, index: &Value) -> Option<&'a Value> {
    let list = value.as_array()?;
    let back = usize::try_from(index.as_u64()?).ok()?;
    list.get(list.len().checked_sub(back)?)
}

pub(super) fn index_from_end(values: &[Value]) -> Answer {
    let found = from_end(&values[0], &values[1]).cloned();
    found.ok_or_else(|| format!("the array has {} elements", list(values, 0).map_or(0, Vec::len)))
}

pub(super) fn try_index_from_end(values: &[Value]) -> Answer {
    Ok(descend(from_end(&values[0], &values[1]), &values[2..]))
}

pub(super) fn distinct(values: &[Value]) -> Answer {
    let mut out: Vec<Value> = Vec::new();
    for item in list(values, 0)? {
        if !out.iter().any(|it| same(it, item)) {
            out.push(item.clone());
        }
    }
    Ok(out.into())
}

pub(super) fn union(values: &[Value]) -> Answer {
    match &values[0] {
        Value::Array(_) => {
            let mut out: Vec<Value> = Vec::new();
            for at in 0..values.len() {
                for item in list(values, at)? {
                    if !out.iter().any(|it| same(it, item)) {
                        out.push(item.clone());
                    }
                }
            }
            Ok(out.into())
        }
        Value::Object(_) => {
            let mut out = Map::new();
            for at in 0..values.len() {
                merge(&mut out, object(values, at)?);
            }
            Ok(out.into())
        }
        other => Err(wrong(0, "an array or an object", Some(other))),
    }
}

// Objects inside objects are merged too; anything else is replaced (doc).
fn merge(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (key, value) in from {
        let known = into.keys().find(|it| it.eq_ignore_ascii_case(key)).cloned();
        let slot = into
            .entry(known.unwrap_or_else(|| key.clone()))
            .or_insert(Value::Null);
        match (slot, value) {
            (Value::Object(into), Value::Object(from)) => merge(into, from),
            (slot, value) => *slot = value.clone(),
        }
    }
}

pub(super) fn intersection(values: &[Value]) -> Answer {
    match &values[0] {
        Value::Array(first) => {
            let mut out: Vec<Value> = Vec::new();
            let others: Result<Vec<_>, String> = (1..values.len()).map(|at| list(values, at)).collect();
            let others = others?;
            for item in first {
                let everywhere = others.iter().all(|list| list.iter().any(|it| same(it, item)));
                if everywhere && !out.iter().any(|it| same(it, item)) {
                    out.push(item.clone());
                }
            }
            Ok(out.into())
        }
        Value::Object(first) => {
            let others: Result<Vec<_>, String> = (1..values.len()).map(|at| object(values, at)).collect();
            let others = others?;
            let kept = first.iter().filter(|(key, value)| {
                others
                    .iter()
                    .all(|object| object.get(*key).is_some_and(|it| same(it, value)))
            });
            Ok(kept
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect::<Map<_, _>>()
                .into())
        }
        other => Err(wrong(0, "an array or an object", Some(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(function: super::super::Pure, values: Value) -> Answer {
        function(values.as_array().expect("a list"))
    }

    #[test]
    fn objects_are_merged_deeply_by_union_and_flatly_by_shallow_merge() {
        let (a, b) = (
            json!({"one": {"a": 1}, "two": [1]}),
            json!({"one": {"b": 2}, "two": [2]}),
        );
        assert_eq!(
            run(union, json!([a, b])),
            Ok(json!({"one": {"a": 1, "b": 2}, "two": [2]}))
        );
        assert_eq!(run(shallow_merge, json!([[a, b]])), Ok(b));
        assert_eq!(run(union, json!([[1, 2], [2, 3]])), Ok(json!([1, 2, 3])));
        assert_eq!(run(intersection, json!([[1, 2, 2], [2, 3]])), Ok(json!([2])));
    }

    #[test]
    fn places_and_members_are_found() {
        assert_eq!(run(index_of, json!(["Test", "t"])), Ok(json!(0)));
        assert_eq!(run(last_index_of, json!(["Test", "x"])), Ok(json!(-1)));
        assert_eq!(
            run(try_get, json!([{"A": [{"b": 1}]}, "a", 0, "b"])),
            Ok(json!(1))
        );
        assert_eq!(run(try_get, json!([{"a": 1}, "b", "c"])), Ok(Value::Null));
        assert_eq!(run(index_from_end, json!([[1, 2, 3], 1])), Ok(json!(3)));
        assert!(run(index_from_end, json!([[1], 2])).is_err());
        assert_eq!(
            run(items, json!([{"b": 1, "a": 2}])),
            Ok(json!([{"key": "a", "value": 2}, {"key": "b", "value": 1}]))
        );
        assert!(run(range, json!([0, 10_001])).is_err());
    }
}
