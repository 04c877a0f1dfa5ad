//! `System.Text.StringBuilder`: parts of texts and arrays, and its capacity.

use super::array;
use super::string_builder::{Builder, append, insert, slice};
use super::string_parts;
use super::table::{Member, method, property};
use crate::Value;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::text::Text;

pub(super) static MEMBERS: &[Member] = &[
    property("int Capacity", |_, a, _| {
        Ok((a[0].of::<Builder>()?.capacity() as i32).into())
    })
    .set(|_, a, _| {
        let builder = a[0].of::<Builder>()?;
        match usize::try_from(a[1].int())
            .ok()
            .filter(|it| *it >= builder.text().len())
        {
            Some(capacity) => {
                builder.reserve(capacity);
                Ok(Value::Null)
            }
            None => Err(Exception::out_of_range("capacity was less than the current size.", "value").into()),
        }
    }),
    property("int MaxCapacity", |_, _, _| Ok(i32::MAX.into())),
    method("int EnsureCapacity(int capacity)", |_, a, _| {
        let builder = a[0].of::<Builder>()?;
        let wanted = usize::try_from(a[1].int())
            .map_err(|_| Exception::out_of_range("'capacity' must be greater than zero.", "capacity"))?;
        let capacity = builder.capacity().max(wanted);
        builder.reserve(capacity);
        Ok((capacity as i32).into())
    }),
    method("bool Equals(StringBuilder sb)", |_, a, _| {
        let own = a[0].of::<Builder>()?.text();
        Ok(a[1]
            .as_object::<Builder>()
            .is_some_and(|it| it.text() == own)
            .into())
    }),
    method("StringBuilder Append(StringBuilder value)", |cx, a, _| {
        append(cx, a, 1)
    }),
    method(
        "StringBuilder Append(StringBuilder value, int startIndex, int count)",
        |cx, a, _| {
            a[1] = slice(&a[1].text(), a[2].int(), a[3].int())?.into();
            append(cx, a, 1)
        },
    ),
    method(
        "StringBuilder Append(char[] value, int startIndex, int charCount)",
        |cx, a, _| {
            let text = Text::from_units(&string_parts::units(&a[1]));
            a[1] = slice(&text, a[2].int(), a[3].int())?.into();
            append(cx, a, 1)
        },
    ),
    method(
        "StringBuilder AppendJoin(string separator, params object[] values)",
        |cx, a, _| joined(cx, a),
    ),
    method(
        "StringBuilder AppendJoin(string separator, params string[] values)",
        |cx, a, _| joined(cx, a),
    ),
    method(
        "StringBuilder AppendJoin(char separator, params string[] values)",
        |cx, a, _| joined(cx, a),
    ),
    method(
        "StringBuilder AppendJoin(char separator, params object[] values)",
        |cx, a, _| joined(cx, a),
    ),
    method(
        "StringBuilder AppendJoin<T>(string separator, IEnumerable<T> values)",
        |cx, a, _| joined(cx, a),
    ),
    method(
        "StringBuilder AppendJoin<T>(char separator, IEnumerable<T> values)",
        |cx, a, _| joined(cx, a),
    ),
    method("StringBuilder Insert(int index, char[] value)", |cx, a, _| {
        a[2] = Text::from_units(&string_parts::units(&a[2])).into();
        insert(cx, a)
    }),
    method(
        "StringBuilder Insert(int index, char[] value, int startIndex, int charCount)",
        |cx, a, _| {
            let text = Text::from_units(&string_parts::units(&a[2]));
            a[2] = slice(&text, a[3].int(), a[4].int())?.into();
            insert(cx, a)
        },
    ),
    method(
        "StringBuilder Insert(int index, string value, int count)",
        |cx, a, _| {
            let count = usize::try_from(a[3].int())
                .map_err(|_| Exception::out_of_range("Non-negative number required.", "count"))?;
            let text = a[2].text();
            cx.charge(text.bytes().saturating_mul(count))?;
            a[2] = text.as_str().repeat(count).into();
            insert(cx, a)
        },
    ),
    method(
        "StringBuilder Replace(char oldChar, char newChar, int startIndex, int count)",
        |cx, a, _| {
            let (old, new) = (a[1].text(), a[2].text());
            replace_within(cx, a, &old, &new)
        },
    ),
    method(
        "StringBuilder Replace(string oldValue, string newValue, int startIndex, int count)",
        |cx, a, _| {
            let (old, new) = (a[1].str("oldValue")?.clone(), a[2].text());
            if old.is_empty() {
                return Err(
                    Exception::argument("String cannot be of zero length. (Parameter 'oldValue')").into(),
                );
            }
            replace_within(cx, a, &old, &new)
        },
    ),
    method(
        "void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count)",
        |_, a, _| {
            let part = slice(&a[0].of::<Builder>()?.text(), a[1].int(), a[4].int())?;
            for (at, unit) in part.units().iter().enumerate() {
                array::set(&a[2], a[3].long() + at as i64, &Value::Char(*unit))?;
            }
            Ok(Value::Null)
        },
    ),
];

fn joined(cx: &mut Cx<'_>, a: &[Value]) -> Eval {
    let mut parts = Vec::new();
    for item in cx.collect(&a[2])? {
        parts.push(cx.text(&item)?.as_str().into_owned());
    }
    let text = parts.join(&a[1].text().as_str());
    a[0].of::<Builder>()?.push(cx, &text.into())?;
    Ok(a[0].clone())
}

fn replace_within(cx: &mut Cx<'_>, a: &[Value], old: &Text, new: &Text) -> Eval {
    let builder = a[0].of::<Builder>()?;
    let text = builder.text();
    let part = slice(&text, a[3].int(), a[4].int()).map_err(|_| {
        let name = if a[3].int() < 0 || a[3].int() > text.len() as i32 {
            "startIndex"
        } else {
            "count"
        };
        let message =
            "Index was out of range. Must be non-negative and less than the size of the collection.";
        Exception::out_of_range(message, name)
    })?;
    let (start, length) = (a[3].int() as usize, a[4].int() as usize);
    let middle = part.as_str().replace(&*old.as_str(), &new.as_str());
    cx.charge(text.bytes() + middle.len())?;
    let head = text.slice(0, start).unwrap_or_default();
    let tail = text
        .slice(start + length, text.len() - start - length)
        .unwrap_or_default();
    builder.replace(Text::concat(&[&head, &middle.into(), &tail]))?;
    Ok(a[0].clone())
}
