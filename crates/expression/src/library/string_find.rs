//! `System.String`: looking for parts, and comparing them.

use super::string_comparison::How::{Culture, Ordinal};
use super::string_comparison::{difference, folding, how, ordered};
use super::string_parts::{index_of, join, last_index_of, last_index_within, units, window};
use super::table::{Member, method, static_method};
use super::{array, compare};
use crate::Value;
use crate::dotnet::strings;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::types::Type;

pub(super) static MEMBERS: &[Member] = &[
    method("int IndexOf(string value)", |_, a, _| {
        index_of(a, None, None, Culture)
    }),
    method("int IndexOf(char value)", |_, a, _| {
        index_of(a, None, None, Ordinal)
    }),
    method("int IndexOf(string value, int startIndex)", |_, a, _| {
        index_of(a, Some(2), None, Culture)
    }),
    method("int IndexOf(char value, int startIndex)", |_, a, _| {
        index_of(a, Some(2), None, Ordinal)
    }),
    method(
        "int IndexOf(string value, int startIndex, int count)",
        |_, a, _| index_of(a, Some(2), Some(3), Culture),
    ),
    method("int IndexOf(char value, int startIndex, int count)", |_, a, _| {
        index_of(a, Some(2), Some(3), Ordinal)
    }),
    method(
        "int IndexOf(string value, StringComparison comparisonType)",
        |_, a, _| index_of(a, None, None, how(&a[2])),
    ),
    method(
        "int IndexOf(string value, int startIndex, StringComparison comparisonType)",
        |_, a, _| index_of(a, Some(2), None, how(&a[3])),
    ),
    method("int LastIndexOf(string value)", |_, a, _| {
        last_index_of(a, None, Culture)
    }),
    method("int LastIndexOf(char value)", |_, a, _| {
        last_index_of(a, None, Ordinal)
    }),
    method("int LastIndexOf(string value, int startIndex)", |_, a, _| {
        last_index_of(a, Some(2), Culture)
    }),
    method("int LastIndexOf(char value, int startIndex)", |_, a, _| {
        last_index_of(a, Some(2), Ordinal)
    }),
    method(
        "int LastIndexOf(string value, StringComparison comparisonType)",
        |_, a, _| last_index_of(a, None, how(&a[2])),
    ),
    method(
        "int IndexOf(char value, StringComparison comparisonType)",
        |_, a, _| index_of(a, None, None, how(&a[2])),
    ),
    method(
        "int IndexOf(string value, int startIndex, int count, StringComparison comparisonType)",
        |_, a, _| index_of(a, Some(2), Some(3), how(&a[4])),
    ),
    method(
        "int LastIndexOf(char value, int startIndex, int count)",
        |_, a, _| last_index_within(a, a[2].int(), a[3].int(), Ordinal),
    ),
    method(
        "int LastIndexOf(string value, int startIndex, int count)",
        |_, a, _| last_index_within(a, a[2].int(), a[3].int(), Culture),
    ),
    method(
        "int LastIndexOf(string value, int startIndex, StringComparison comparisonType)",
        |_, a, _| last_index_of(a, Some(2), how(&a[3])),
    ),
    method(
        "int LastIndexOf(string value, int startIndex, int count, StringComparison comparisonType)",
        |_, a, _| last_index_within(a, a[2].int(), a[3].int(), how(&a[4])),
    ),
    method("int IndexOfAny(char[] anyOf)", |_, a, _| any(a, 0, None)),
    method("int IndexOfAny(char[] anyOf, int startIndex)", |_, a, _| {
        any(a, a[2].int(), None)
    }),
    method(
        "int IndexOfAny(char[] anyOf, int startIndex, int count)",
        |_, a, _| any(a, a[2].int(), Some(a[3].int())),
    ),
    method("int LastIndexOfAny(char[] anyOf)", |_, a, _| {
        let length = a[0].it().len() as i32;
        last_any(a, length - 1, length)
    }),
    method("int LastIndexOfAny(char[] anyOf, int startIndex)", |_, a, _| {
        last_any(a, a[2].int(), a[2].int() + 1)
    }),
    method(
        "int LastIndexOfAny(char[] anyOf, int startIndex, int count)",
        |_, a, _| last_any(a, a[2].int(), a[3].int()),
    ),
    static_method(
        "int Compare(string strA, int indexA, string strB, int indexB, int length, StringComparison comparisonType)",
        |_, a, _| Ok(ordered(&part(a, 0)?, &part(a, 2)?, how(&a[5])).into()),
    ),
    static_method(
        "int Compare(string strA, int indexA, string strB, int indexB, int length, bool ignoreCase)",
        |_, a, _| Ok(ordered(&part(a, 0)?, &part(a, 2)?, folding(&a[5])).into()),
    ),
    static_method(
        "int CompareOrdinal(string strA, int indexA, string strB, int indexB, int length)",
        |_, a, _| Ok(difference(&part(a, 0)?, &part(a, 2)?).into()),
    ),
    static_method("string IsInterned(string str)", |_, a, _| {
        a[0].str("str")?;
        Ok(a[0].clone())
    }),
    static_method(
        "string Join(char separator, string[] value, int startIndex, int count)",
        |cx, a, _| join_part(cx, a),
    ),
    method("int GetHashCode(StringComparison comparisonType)", |_, a, _| {
        let folded = match how(&a[1]) {
            Ordinal | Culture => a[0].clone(),
            _ => strings::upper(&a[0].it().as_str()).into(),
        };
        Ok(compare::hash_code(&folded).into())
    }),
    method(
        "void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count)",
        |_, a, _| {
            let units = a[0].it().units().into_owned();
            let part = usize::try_from(a[1].int())
                .ok()
                .zip(usize::try_from(a[4].int()).ok())
                .and_then(|(from, count)| units.get(from..from.checked_add(count)?));
            let part = part.ok_or_else(|| {
                Exception::out_of_range(
                    "Index and count must refer to a location within the string.",
                    "sourceIndex",
                )
            })?;
            for (at, unit) in part.iter().enumerate() {
                array::set(&a[2], a[3].long() + at as i64, &Value::Char(*unit))?;
            }
            Ok(Value::Null)
        },
    ),
];

fn any(a: &[Value], from: i32, count: Option<i32>) -> Eval {
    let (text, set) = (a[0].it().units().into_owned(), units(&a[1]));
    let wrong = |name| Exception::out_of_range(RANGE, name);
    let from = usize::try_from(from).ok().filter(|it| *it <= text.len());
    let from = from.ok_or_else(|| wrong("startIndex"))?;
    let count = match count {
        None => text.len() - from,
        Some(count) => {
            let count = usize::try_from(count).ok().filter(|it| from + it <= text.len());
            count.ok_or_else(|| wrong("count"))?
        }
    };
    let found = text[from..from + count].iter().position(|it| set.contains(it));
    Ok(found.map_or(-1, |at| (from + at) as i32).into())
}

fn last_any(a: &[Value], from: i32, count: i32) -> Eval {
    let (text, set) = (a[0].it().units().into_owned(), units(&a[1]));
    let range = window(&text, from, count)?;
    let start = range.start;
    let found = text[range].iter().rposition(|it| set.contains(it));
    Ok(found.map_or(-1, |at| (start + at) as i32).into())
}

// The units from an index on, at most `length`.
fn part(a: &[Value], at: usize) -> Eval {
    let text = a[at].it();
    let start = usize::try_from(a[at + 1].int())
        .ok()
        .filter(|it| *it <= text.len());
    // .NET finds the length that is left to be negative.
    let start = start.ok_or_else(|| {
        let name = if at == 0 { "length1" } else { "length2" };
        Exception::out_of_range("Positive number required.", name)
    })?;
    let length = usize::try_from(a[4].int())
        .map_err(|_| Exception::out_of_range("Length cannot be less than zero.", "length"))?;
    let length = length.min(text.len() - start);
    Ok(text.slice(start, length).unwrap_or_default().into())
}

fn join_part(cx: &mut Cx<'_>, a: &[Value]) -> Eval {
    let items = array::items(&a[1]);
    let range = usize::try_from(a[2].int())
        .ok()
        .zip(usize::try_from(a[3].int()).ok());
    let items = range.and_then(|(from, count)| items.get(from..from.checked_add(count)?));
    let items = items.ok_or_else(|| {
        let message = "Index and count must refer to a location within the buffer.";
        Exception::out_of_range(message, "startIndex")
    })?;
    let separator = Value::from(a[0].text());
    join(cx, &[separator, array::new(Type::String, items.to_vec())])
}

// What an index outside of a text is told.
const RANGE: &str = "Index was out of range. Must be non-negative and less than the size of the collection.";
