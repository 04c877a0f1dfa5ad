//! `System.String`.

use super::table::{Member, TypeDef, class, constructor, indexer, method, operator, property, static_method, static_property};
use super::array;
use crate::Value;
use crate::dotnet::strings::{self, Separators, SplitOptions};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::text::Text;
use crate::types::Type;
use std::cmp::Ordering;

pub(crate) static TYPES: &[&TypeDef] = &[&STRING];

/// `System.String`.
pub(crate) static STRING: TypeDef = class("System.String")
    .bases(&["IEnumerable<char>", "IEnumerable", "IComparable", "IComparable<string>", "IEquatable<string>"])
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    static_property("string Empty", |_, _, _| Ok("".into())),
    property("int Length", |_, a, _| Ok((a[0].it().len() as i32).into())),
    indexer("char this[int index]", |_, a, _| {
        let unit = usize::try_from(a[1].int()).ok().and_then(|at| a[0].str_or_null()?.unit(at));
        unit.map(Value::Char).ok_or_else(|| Exception::index_out_of_range().into())
    }),
    constructor("(char c, int count)", |cx, a, _| {
        let count = usize::try_from(a[1].int())
            .map_err(|_| Exception::out_of_range("'count' must be non-negative.", "count"))?;
        cx.charge(count)?;
        Ok(Text::repeat(a[0].char(), count).into())
    }),
    constructor("(char[] value)", |_, a, _| Ok(Text::from_units(&units(&a[0])).into())),
    constructor("(char[] value, int startIndex, int length)", |_, a, _| {
        let all = Text::from_units(&units(&a[0]));
        slice(&all, a[1].int(), a[2].int())
    }),
    static_method("bool IsNullOrEmpty(string value)", |_, a, _| Ok(a[0].str_or_null().is_none_or(Text::is_empty).into())),
    static_method("bool IsNullOrWhiteSpace(string value)", |_, a, _| {
        Ok(a[0].str_or_null().is_none_or(|it| it.as_str().chars().all(strings::is_white_space)).into())
    }),
    // ---- searching
    method("bool Contains(string value)", |_, a, _| Ok(find(a, Ordinal)?.is_some().into())),
    method("bool Contains(char value)", |_, a, _| Ok(a[0].it().units().contains(&a[1].char()).into())),
    method("bool Contains(string value, StringComparison comparisonType)", |_, a, _| Ok(find(a, how(&a[2]))?.is_some().into())),
    method("bool Contains(char value, StringComparison comparisonType)", |_, a, _| {
        a[1] = Value::from(a[1].text());
        Ok(find(a, how(&a[2]))?.is_some().into())
    }),
    method("bool StartsWith(string value)", |_, a, _| Ok(edge(a, Culture, true)?.into())),
    method("bool StartsWith(char value)", |_, a, _| Ok((a[0].it().unit(0) == Some(a[1].char())).into())),
    method("bool StartsWith(string value, StringComparison comparisonType)", |_, a, _| Ok(edge(a, how(&a[2]), true)?.into())),
    method("bool StartsWith(string value, bool ignoreCase, CultureInfo culture)", |_, a, _| {
        Ok(edge(a, folding(&a[2]), true)?.into())
    })
    .not_in_azure(),
    method("bool EndsWith(string value)", |_, a, _| Ok(edge(a, Culture, false)?.into())),
    method("bool EndsWith(char value)", |_, a, _| Ok((a[0].it().units().last() == Some(&a[1].char())).into())),
    method("bool EndsWith(string value, StringComparison comparisonType)", |_, a, _| Ok(edge(a, how(&a[2]), false)?.into())),
    method("int IndexOf(string value)", |_, a, _| index_of(a, None, None, Culture)),
    method("int IndexOf(char value)", |_, a, _| index_of(a, None, None, Ordinal)),
    method("int IndexOf(string value, int startIndex)", |_, a, _| index_of(a, Some(2), None, Culture)),
    method("int IndexOf(char value, int startIndex)", |_, a, _| index_of(a, Some(2), None, Ordinal)),
    method("int IndexOf(string value, int startIndex, int count)", |_, a, _| index_of(a, Some(2), Some(3), Culture)),
    method("int IndexOf(char value, int startIndex, int count)", |_, a, _| index_of(a, Some(2), Some(3), Ordinal)),
    method("int IndexOf(string value, StringComparison comparisonType)", |_, a, _| index_of(a, None, None, how(&a[2]))),
    method("int IndexOf(string value, int startIndex, StringComparison comparisonType)", |_, a, _| {
        index_of(a, Some(2), None, how(&a[3]))
    }),
    method("int LastIndexOf(string value)", |_, a, _| last_index_of(a, None, Culture)),
    method("int LastIndexOf(char value)", |_, a, _| last_index_of(a, None, Ordinal)),
    method("int LastIndexOf(string value, int startIndex)", |_, a, _| last_index_of(a, Some(2), Culture)),
    method("int LastIndexOf(char value, int startIndex)", |_, a, _| last_index_of(a, Some(2), Ordinal)),
    method("int LastIndexOf(string value, StringComparison comparisonType)", |_, a, _| last_index_of(a, None, how(&a[2]))),
    method("int IndexOfAny(char[] anyOf)", |_, a, _| {
        let set = units(&a[1]);
        Ok(a[0].it().units().iter().position(|it| set.contains(it)).map_or(-1, |at| at as i32).into())
    }),
    method("int LastIndexOfAny(char[] anyOf)", |_, a, _| {
        let set = units(&a[1]);
        Ok(a[0].it().units().iter().rposition(|it| set.contains(it)).map_or(-1, |at| at as i32).into())
    }),
    // ---- parts
    method("string Substring(int startIndex)", |_, a, _| {
        let text = a[0].it();
        let rest = text.len() as i64 - i64::from(a[1].int());
        slice(&text, a[1].int(), i32::try_from(rest).unwrap_or(-1))
    }),
    method("string Substring(int startIndex, int length)", |_, a, _| slice(&a[0].it(), a[1].int(), a[2].int())),
    method("string Remove(int startIndex)", |_, a, _| {
        let text = a[0].it();
        match a[1].int() {
            at if at < 0 => Err(Exception::out_of_range("StartIndex cannot be less than zero.", "startIndex").into()),
            at if at as usize > text.len() => {
                Err(Exception::out_of_range("startIndex must be less than length of string.", "startIndex").into())
            }
            at => slice(&text, 0, at),
        }
    }),
    method("string Remove(int startIndex, int count)", |_, a, _| {
        let (text, at, count) = (a[0].it(), a[1].int(), a[2].int());
        slice(&text, at, count).map_err(|_| {
            Exception::out_of_range("Index and count must refer to a location within the string.", if at < 0 { "startIndex" } else { "count" })
        })?;
        let mut units = text.units().into_owned();
        units.drain(at as usize..(at + count) as usize);
        Ok(Text::from_units(&units).into())
    }),
    method("string Insert(int startIndex, string value)", |cx, a, _| {
        let (text, more) = (a[0].it(), a[2].str("value")?);
        cx.charge(text.bytes() + more.bytes())?;
        let at = usize::try_from(a[1].int()).ok().filter(|at| *at <= text.len());
        let at = at.ok_or_else(|| Exception::out_of_range("Specified argument was out of the range of valid values.", "startIndex"))?;
        let (head, tail) = (text.slice(0, at).unwrap_or_default(), text.slice(at, text.len() - at).unwrap_or_default());
        Ok(Text::concat(&[&head, more, &tail]).into())
    }),
    method("string Replace(string oldValue, string newValue)", |cx, a, _| replace(cx, a, Ordinal)),
    method("string Replace(string oldValue, string newValue, StringComparison comparisonType)", |cx, a, _| replace(cx, a, how(&a[3]))),
    method("string Replace(char oldChar, char newChar)", |_, a, _| {
        let (old, new) = (a[1].char(), a[2].char());
        let units: Vec<u16> = a[0].it().units().iter().map(|it| if *it == old { new } else { *it }).collect();
        Ok(Text::from_units(&units).into())
    }),
    method("string Trim()", |_, a, _| trim(a, true, true)),
    method("string Trim(params char[] trimChars)", |_, a, _| trim(a, true, true)),
    method("string TrimStart()", |_, a, _| trim(a, true, false)),
    method("string TrimStart(params char[] trimChars)", |_, a, _| trim(a, true, false)),
    method("string TrimEnd()", |_, a, _| trim(a, false, true)),
    method("string TrimEnd(params char[] trimChars)", |_, a, _| trim(a, false, true)),
    method("string PadLeft(int totalWidth)", |cx, a, _| pad(cx, a, true)),
    method("string PadLeft(int totalWidth, char paddingChar)", |cx, a, _| pad(cx, a, true)),
    method("string PadRight(int totalWidth)", |cx, a, _| pad(cx, a, false)),
    method("string PadRight(int totalWidth, char paddingChar)", |cx, a, _| pad(cx, a, false)),
    method("string ToUpper()", |_, a, _| Ok(strings::upper(&a[0].it().as_str()).into())),
    method("string ToLower()", |_, a, _| Ok(strings::lower(&a[0].it().as_str()).into())),
    method("string ToUpperInvariant()", |_, a, _| Ok(strings::upper(&a[0].it().as_str()).into())),
    method("string ToLowerInvariant()", |_, a, _| Ok(strings::lower(&a[0].it().as_str()).into())),
    method("string ToUpper(CultureInfo culture)", |_, a, _| Ok(strings::upper(&a[0].it().as_str()).into())).not_in_azure(),
    method("string ToLower(CultureInfo culture)", |_, a, _| Ok(strings::lower(&a[0].it().as_str()).into())).not_in_azure(),
    method("string Normalize()", |_, a, _| Ok(a[0].clone())),
    method("char[] ToCharArray()", |cx, a, _| {
        cx.charge_values(a[0].it().len())?;
        Ok(array::new(Type::Char, a[0].it().units().iter().map(|it| Value::Char(*it)).collect()))
    }),
    method("char[] ToCharArray(int startIndex, int length)", |_, a, _| {
        let part = slice(&a[0].it(), a[1].int(), a[2].int())?.it();
        Ok(array::new(Type::Char, part.units().iter().map(|it| Value::Char(*it)).collect()))
    }),
    // ---- splitting and joining
    method("string[] Split(params char[] separator)", |cx, a, _| split(cx, a, i32::MAX, 0)),
    method("string[] Split(char separator, StringSplitOptions options = 0)", |cx, a, _| {
        let options = a[2].long();
        split(cx, a, i32::MAX, options)
    }),
    method("string[] Split(char separator, int count, StringSplitOptions options = 0)", |cx, a, _| {
        let (count, options) = (a[2].int(), a[3].long());
        split(cx, a, count, options)
    }),
    method("string[] Split(char[] separator, int count)", |cx, a, _| {
        let count = a[2].int();
        split(cx, a, count, 0)
    }),
    method("string[] Split(char[] separator, StringSplitOptions options)", |cx, a, _| {
        let options = a[2].long();
        split(cx, a, i32::MAX, options)
    }),
    method("string[] Split(char[] separator, int count, StringSplitOptions options)", |cx, a, _| {
        let (count, options) = (a[2].int(), a[3].long());
        split(cx, a, count, options)
    }),
    method("string[] Split(string separator, StringSplitOptions options = 0)", |cx, a, _| {
        let options = a[2].long();
        split(cx, a, i32::MAX, options)
    }),
    method("string[] Split(string separator, int count, StringSplitOptions options = 0)", |cx, a, _| {
        let (count, options) = (a[2].int(), a[3].long());
        split(cx, a, count, options)
    }),
    method("string[] Split(string[] separator, StringSplitOptions options)", |cx, a, _| {
        let options = a[2].long();
        split(cx, a, i32::MAX, options)
    }),
    method("string[] Split(string[] separator, int count, StringSplitOptions options)", |cx, a, _| {
        let (count, options) = (a[2].int(), a[3].long());
        split(cx, a, count, options)
    }),
    static_method("string Join(string separator, params string[] value)", |cx, a, _| join(cx, a)),
    static_method("string Join(string separator, params object[] values)", |cx, a, _| join(cx, a)),
    static_method("string Join(string separator, IEnumerable<string> values)", |cx, a, _| join(cx, a)),
    static_method("string Join<T>(string separator, IEnumerable<T> values)", |cx, a, _| join(cx, a)),
    static_method("string Join(char separator, params string[] value)", |cx, a, _| join(cx, a)),
    static_method("string Join(char separator, params object[] values)", |cx, a, _| join(cx, a)),
    static_method("string Join<T>(char separator, IEnumerable<T> values)", |cx, a, _| join(cx, a)),
    static_method("string Concat(object arg0)", |cx, a, _| Ok(cx.text(&a[0])?.into())),
    static_method("string Concat(object arg0, object arg1)", |cx, a, _| concat(cx, a)),
    static_method("string Concat(object arg0, object arg1, object arg2)", |cx, a, _| concat(cx, a)),
    static_method("string Concat(params object[] args)", |cx, a, _| concat(cx, &array::items(&a[0]))),
    static_method("string Concat(string str0, string str1)", |cx, a, _| concat(cx, a)),
    static_method("string Concat(string str0, string str1, string str2)", |cx, a, _| concat(cx, a)),
    static_method("string Concat(string str0, string str1, string str2, string str3)", |cx, a, _| concat(cx, a)),
    static_method("string Concat(params string[] values)", |cx, a, _| concat(cx, &array::items(&a[0]))),
    static_method("string Concat(IEnumerable<string> values)", |cx, a, _| {
        let items = cx.collect(&a[0])?;
        concat(cx, &items)
    }),
    static_method("string Concat<T>(IEnumerable<T> values)", |cx, a, _| {
        let items = cx.collect(&a[0])?;
        concat(cx, &items)
    }),
    static_method("string Format(string format, object arg0)", |cx, a, _| format(cx, &a[0], &a[1..])),
    static_method("string Format(string format, object arg0, object arg1)", |cx, a, _| format(cx, &a[0], &a[1..])),
    static_method("string Format(string format, object arg0, object arg1, object arg2)", |cx, a, _| format(cx, &a[0], &a[1..])),
    static_method("string Format(string format, params object[] args)", |cx, a, _| {
        // `string.Format("{0}", null)` passes no array at all.
        if a[1].is_null() {
            return Err(Exception::argument_null("args").into());
        }
        format(cx, &a[0], &array::items(&a[1]))
    }),
    static_method("string Format(IFormatProvider provider, string format, params object[] args)", |cx, a, _| {
        format(cx, &a[1], &array::items(&a[2]))
    })
    .not_in_azure(),
    static_method("string Copy(string str)", |_, a, _| Ok(a[0].str("str")?.clone().into())),
    static_method("string Intern(string str)", |_, a, _| Ok(a[0].str("str")?.clone().into())),
    // ---- comparing
    operator("bool ==(string a, string b)", |_, a, _| Ok((a[0].str_or_null() == a[1].str_or_null()).into())),
    operator("bool !=(string a, string b)", |_, a, _| Ok((a[0].str_or_null() != a[1].str_or_null()).into())),
    method("bool Equals(string value)", |_, a, _| Ok((a[0].str_or_null() == a[1].str_or_null()).into())),
    method("bool Equals(string value, StringComparison comparisonType)", |_, a, _| Ok(equal(&a[0], &a[1], how(&a[2])).into())),
    static_method("bool Equals(string a, string b)", |_, a, _| Ok(equal(&a[0], &a[1], Ordinal).into())),
    static_method("bool Equals(string a, string b, StringComparison comparisonType)", |_, a, _| {
        Ok(equal(&a[0], &a[1], how(&a[2])).into())
    }),
    static_method("int Compare(string strA, string strB)", |_, a, _| Ok(ordered(&a[0], &a[1], Culture).into())),
    static_method("int Compare(string strA, string strB, bool ignoreCase)", |_, a, _| {
        Ok(ordered(&a[0], &a[1], folding(&a[2])).into())
    }),
    static_method("int Compare(string strA, string strB, StringComparison comparisonType)", |_, a, _| {
        Ok(ordered(&a[0], &a[1], how(&a[2])).into())
    }),
    static_method("int Compare(string strA, int indexA, string strB, int indexB, int length)", |_, a, _| {
        let part = |text: &Value, at: &Value| {
            let text = text.it();
            let start = usize::try_from(at.int()).unwrap_or_default().min(text.len());
            Value::from(text.slice(start, (a[4].int().max(0) as usize).min(text.len() - start)).unwrap_or_default())
        };
        Ok(ordered(&part(&a[0], &a[1]), &part(&a[2], &a[3]), Culture).into())
    }),
    static_method("int CompareOrdinal(string strA, string strB)", |_, a, _| Ok(difference(&a[0], &a[1]).into())),
    method("int CompareTo(string strB)", |_, a, _| Ok(ordered(&a[0], &a[1], Culture).into())),
    method("int CompareTo(object value)", |_, a, _| Ok(ordered(&a[0], &a[1], Culture).into())),
    method("string ToString()", |_, a, _| Ok(a[0].clone())),
    method("string ToString(IFormatProvider provider)", |_, a, _| Ok(a[0].clone())).not_in_azure(),
    method("object Clone()", |_, a, _| Ok(a[0].clone())),
    method("bool IsNormalized()", |_, _, _| Ok(true.into())),
];

/// How two texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// By unit.
    Ordinal,
    /// By unit, upper and lower case alike.
    OrdinalIgnoreCase,
    /// Alphabetically.
    Culture,
    /// Alphabetically, upper and lower case alike.
    CultureIgnoreCase,
}

use How::{Culture, CultureIgnoreCase, Ordinal, OrdinalIgnoreCase};

/// What a `StringComparison` asks for.
pub(crate) fn how(comparison: &Value) -> How {
    match comparison.long() {
        0 | 2 => Culture,
        1 | 3 => CultureIgnoreCase,
        4 => Ordinal,
        _ => OrdinalIgnoreCase,
    }
}

fn folding(ignore: &Value) -> How {
    if ignore.bool() { CultureIgnoreCase } else { Culture }
}

/// Equality of two texts, either of which may be null.
pub(crate) fn equal(a: &Value, b: &Value, how: How) -> bool {
    match (a.str_or_null(), b.str_or_null()) {
        (Some(a), Some(b)) => match how {
            Ordinal => a == b,
            OrdinalIgnoreCase => strings::equals_ignore_case(&a.as_str(), &b.as_str()),
            Culture => strings::compare_culture(&a.as_str(), &b.as_str(), false).is_eq(),
            CultureIgnoreCase => strings::compare_culture(&a.as_str(), &b.as_str(), true).is_eq(),
        },
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Order of two texts, either of which may be null: -1, 0 or 1.
pub(crate) fn ordered(a: &Value, b: &Value, how: How) -> i32 {
    match (a.str_or_null(), b.str_or_null()) {
        (None, None) => 0,
        (None, _) => -1,
        (_, None) => 1,
        (Some(a), Some(b)) => match how {
            Ordinal => a.cmp_ordinal(b) as i32,
            OrdinalIgnoreCase => strings::compare_ordinal_ignore_case(&a.as_str(), &b.as_str()) as i32,
            Culture => strings::compare_culture(&a.as_str(), &b.as_str(), false) as i32,
            CultureIgnoreCase => strings::compare_culture(&a.as_str(), &b.as_str(), true) as i32,
        },
    }
}

// `CompareOrdinal` gives the difference of the first units that differ.
fn difference(a: &Value, b: &Value) -> i32 {
    let (Some(x), Some(y)) = (a.str_or_null(), b.str_or_null()) else { return ordered(a, b, Ordinal) };
    let (x, y) = (x.units(), y.units());
    let differing = x.iter().zip(y.iter()).find(|(a, b)| a != b);
    match differing {
        Some((a, b)) => i32::from(*a) - i32::from(*b),
        None => x.len() as i32 - y.len() as i32,
    }
}

/// The units of a `char[]`.
pub(crate) fn units(value: &Value) -> Vec<u16> {
    array::items(value).iter().map(Value::char).collect()
}

fn slice(text: &Text, start: i32, length: i32) -> Eval {
    let (Ok(from), Ok(count)) = (usize::try_from(start), usize::try_from(length)) else {
        let (message, parameter) = match start {
            0.. if start as usize > text.len() => ("startIndex cannot be larger than length of string.", "startIndex"),
            0.. => ("Length cannot be less than zero.", "length"),
            _ => ("StartIndex cannot be less than zero.", "startIndex"),
        };
        return Err(Exception::out_of_range(message, parameter).into());
    };
    if from > text.len() {
        return Err(Exception::out_of_range("startIndex cannot be larger than length of string.", "startIndex").into());
    }
    let part = text.slice(from, count);
    part.map(Value::Text).ok_or_else(|| {
        Exception::out_of_range("Index and length must refer to a location within the string.", "length").into()
    })
}

fn same_unit(a: u16, b: u16, how: How) -> bool {
    if a == b {
        return true;
    }
    let fold = |unit: u16| char::from_u32(u32::from(unit)).map(strings::upper_char);
    matches!(how, OrdinalIgnoreCase | CultureIgnoreCase) && fold(a).is_some() && fold(a) == fold(b)
}

fn matches_at(text: &[u16], at: usize, part: &[u16], how: How) -> bool {
    text.get(at..at + part.len()).is_some_and(|it| it.iter().zip(part).all(|(a, b)| same_unit(*a, *b, how)))
}

fn position(text: &[u16], part: &[u16], how: How) -> Option<usize> {
    (0..=text.len().checked_sub(part.len())?).find(|at| matches_at(text, *at, part, how))
}

// Where `a[1]` stands in `a[0]`.
fn find(a: &[Value], how: How) -> Result<Option<usize>, Exception> {
    let (text, part) = (a[0].it(), a[1].str("value")?);
    match (text.utf8(), part.utf8(), how) {
        // Only whether it occurs is asked here, so bytes do.
        (Some(text), Some(part), Ordinal | Culture) => Ok(text.find(part)),
        _ => Ok(position(&text.units(), &part.units(), how)),
    }
}

fn edge(a: &[Value], how: How, start: bool) -> Result<bool, Exception> {
    let (text, part) = (a[0].it(), a[1].str("value")?);
    if let (Some(text), Some(part), Ordinal | Culture) = (text.utf8(), part.utf8(), how) {
        return Ok(if start { text.starts_with(part) } else { text.ends_with(part) });
    }
    let (text, part) = (text.units(), part.units());
    Ok(match (start, text.len().checked_sub(part.len())) {
        (_, None) => false,
        (true, _) => matches_at(&text, 0, &part, how),
        (false, Some(at)) => matches_at(&text, at, &part, how),
    })
}

fn needle(value: &Value) -> Result<Vec<u16>, Exception> {
    match value {
        Value::Char(unit) => Ok(vec![*unit]),
        other => Ok(other.str("value")?.units().into_owned()),
    }
}

fn index_of(a: &[Value], start: Option<usize>, count: Option<usize>, how: How) -> Eval {
    let (text, part) = (a[0].it().units().into_owned(), needle(&a[1])?);
    let range = || Exception::out_of_range("Index was out of range. Must be non-negative and less than or equal to the size of the collection.", "startIndex");
    let from = start.map_or(Ok(0), |at| usize::try_from(a[at].int()).map_err(|_| range()))?;
    let count = count.map_or(Ok(text.len().wrapping_sub(from)), |at| usize::try_from(a[at].int()).map_err(|_| range()))?;
    let end = from.checked_add(count).filter(|end| from <= text.len() && *end <= text.len()).ok_or_else(range)?;
    let found = position(&text[from..end], &part, how);
    Ok(found.map_or(-1, |at| (from + at) as i32).into())
}

fn last_index_of(a: &[Value], start: Option<usize>, how: How) -> Eval {
    let (text, part) = (a[0].it().units().into_owned(), needle(&a[1])?);
    let end = match start {
        None => text.len(),
        Some(_) if text.is_empty() => 0,
        Some(at) => match usize::try_from(a[at].int()) {
            Ok(at) if at <= text.len() => (at + 1).min(text.len()),
            _ => {
                let message = "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
                return Err(Exception::out_of_range(message, "startIndex").into());
            }
        },
    };
    let found = end.checked_sub(part.len()).and_then(|last| (0..=last).rev().find(|at| matches_at(&text, *at, &part, how)));
    Ok(found.map_or(-1, |at| at as i32).into())
}

fn replace(cx: &mut Cx<'_>, a: &[Value], how: How) -> Eval {
    let (text, old) = (a[0].it(), a[1].str("oldValue")?);
    let new = a[2].str_or_null().cloned().unwrap_or_default();
    if old.is_empty() {
        return Err(Exception::argument("String cannot be of zero length. (Parameter 'oldValue')").into());
    }
    if let (Some(text), Some(old), Some(new), Ordinal) = (text.utf8(), old.utf8(), new.utf8(), how) {
        let count = text.matches(old).count();
        cx.charge(text.len() + count * new.len())?;
        return Ok(text.replace(old, new).into());
    }
    let (text, old, new) = (text.units(), old.units(), new.units());
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match matches_at(&text, at, &old, how) {
            true => {
                cx.charge(new.len() * 2)?;
                out.extend_from_slice(&new);
                at += old.len();
            }
            false => {
                out.push(text[at]);
                at += 1;
            }
        }
    }
    Ok(Text::from_units(&out).into())
}

fn trim(a: &[Value], start: bool, end: bool) -> Eval {
    let set = a.get(1).map(units).unwrap_or_default();
    let drop = |unit: u16| match set.is_empty() {
        true => char::from_u32(u32::from(unit)).is_some_and(strings::is_white_space),
        false => set.contains(&unit),
    };
    let text = a[0].it();
    if let Some(utf8) = text.utf8() {
        let drop = |c: char| u16::try_from(c as u32).is_ok_and(&drop);
        let mut part = utf8;
        if start {
            part = part.trim_start_matches(drop);
        }
        if end {
            part = part.trim_end_matches(drop);
        }
        return Ok(if part.len() == utf8.len() { a[0].clone() } else { part.into() });
    }
    let units = text.units();
    let from = if start { units.iter().position(|it| !drop(*it)).unwrap_or(units.len()) } else { 0 };
    let to = if end { units.iter().rposition(|it| !drop(*it)).map_or(from, |at| at + 1) } else { units.len() };
    Ok(Text::from_units(&units[from..to.max(from)]).into())
}

fn pad(cx: &mut Cx<'_>, a: &[Value], left: bool) -> Eval {
    let text = a[0].it();
    let width = usize::try_from(a[1].int())
        .map_err(|_| Exception::out_of_range("Non-negative number required.", "totalWidth"))?;
    let missing = width.saturating_sub(text.len());
    cx.charge(missing)?;
    let padding = Text::repeat(a.get(2).map_or(u16::from(b' '), Value::char), missing);
    Ok(if left { Text::concat(&[&padding, &text]) } else { Text::concat(&[&text, &padding]) }.into())
}

fn split(cx: &mut Cx<'_>, a: &[Value], count: i32, options: i64) -> Eval {
    let most = usize::try_from(count).map_err(|_| Exception::out_of_range("Count cannot be less than zero.", "count"))?;
    let options = SplitOptions { remove_empty: options & 1 != 0, trim: options & 2 != 0 };
    let text = a[0].it();
    let text = text.as_str();
    let texts: Vec<String> = match &a[1] {
        Value::Text(text) => vec![text.as_str().into_owned()],
        other => array::items(other).iter().filter_map(Value::str_or_null).map(|it| it.as_str().into_owned()).collect(),
    };
    let chars: Vec<char> = match &a[1] {
        Value::Char(unit) => char::from_u32(u32::from(*unit)).into_iter().collect(),
        other => units(other).iter().filter_map(|it| char::from_u32(u32::from(*it))).collect(),
    };
    let refs: Vec<&str> = texts.iter().map(String::as_str).collect();
    // No separator means white space; an empty text among separators never matches.
    let is_text = texts.iter().any(|it| !it.is_empty());
    let separators = match () {
        () if is_text => Separators::Texts(&refs),
        () if matches!(a[1], Value::Text(_)) => Separators::Texts(&[]),
        () if array::is_array(&a[1]) && !texts.is_empty() => Separators::Texts(&[]),
        () if chars.is_empty() || matches!(a[1], Value::Null) => Separators::WhiteSpace,
        () => Separators::Chars(&chars),
    };
    let parts = strings::split(&text, separators, most, options);
    cx.charge_values(parts.len())?;
    cx.charge(text.len())?;
    Ok(array::new(Type::String, parts.into_iter().map(Value::from).collect()))
}

fn join(cx: &mut Cx<'_>, a: &[Value]) -> Eval {
    let separator = a[0].text();
    if a[1].is_null() {
        return Err(Exception::argument_null("values").into());
    }
    let mut walk = cx.iterate(&a[1])?;
    let mut texts: Vec<Text> = Vec::new();
    while let Some(item) = walk.next(cx)? {
        cx.step()?;
        if !texts.is_empty() {
            cx.charge(separator.bytes())?;
            texts.push(separator.clone());
        }
        let text = cx.text(&item)?;
        cx.charge(text.bytes() + size_of::<Text>())?;
        texts.push(text);
    }
    Ok(Text::concat(&texts.iter().collect::<Vec<_>>()).into())
}

fn concat(cx: &mut Cx<'_>, items: &[Value]) -> Eval {
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let text = cx.text(item)?;
        cx.charge(text.bytes())?;
        texts.push(text);
    }
    Ok(Text::concat(&texts.iter().collect::<Vec<_>>()).into())
}

/// `string.Format`.
pub(crate) fn format(cx: &mut Cx<'_>, format: &Value, args: &[Value]) -> Eval {
    let format = format.str("format")?.as_str().into_owned();
    let text = crate::dotnet::composite::format::<crate::exception::Fault>(&format, args.len(), |at, format| {
        let text = crate::eval::formatted(cx, args.get(at).unwrap_or(&Value::Null), format)?;
        cx.charge(text.len())?;
        Ok(text)
    })?;
    cx.charge(text.len())?;
    Ok(text.into())
}

/// What `OrderBy` uses for text under a comparer.
pub(crate) fn order(a: &Value, b: &Value, how: How) -> Ordering {
    ordered(a, b, how).cmp(&0)
}
