//! Finding, cutting, replacing and joining text, for the rows of `System.String`.

use super::array;
use super::string_comparison::How::{self, Culture, CultureIgnoreCase, Ordinal, OrdinalIgnoreCase};
use crate::Value;
use crate::dotnet::strings::{self, Separators, SplitOptions};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::text::Text;
use crate::types::Type;

/// The units of a `char[]`.
pub(crate) fn units(value: &Value) -> Vec<u16> {
    array::items(value).iter().map(Value::char).collect()
}

pub(super) fn slice(text: &Text, start: i32, length: i32) -> Eval {
    let (Ok(from), Ok(count)) = (usize::try_from(start), usize::try_from(length)) else {
        let (message, parameter) = match start {
            0.. if start as usize > text.len() => {
                ("startIndex cannot be larger than length of string.", "startIndex")
            }
            0.. => ("Length cannot be less than zero.", "length"),
            _ => ("StartIndex cannot be less than zero.", "startIndex"),
        };
        return Err(Exception::out_of_range(message, parameter).into());
    };
    if from > text.len() {
        return Err(Exception::out_of_range(
            "startIndex cannot be larger than length of string.",
            "startIndex",
        )
        .into());
    }
    let part = text.slice(from, count);
    part.map(Value::Text).ok_or_else(|| {
        Exception::out_of_range(
            "Index and length must refer to a location within the string.",
            "length",
        )
        .into()
    })
}

pub(super) fn same_unit(a: u16, b: u16, how: How) -> bool {
    if a == b {
        return true;
    }
    let fold = |unit: u16| char::from_u32(u32::from(unit)).map(strings::upper_char);
    matches!(how, OrdinalIgnoreCase | CultureIgnoreCase) && fold(a).is_some() && fold(a) == fold(b)
}

pub(super) fn matches_at(text: &[u16], at: usize, part: &[u16], how: How) -> bool {
    text.get(at..at + part.len())
        .is_some_and(|it| it.iter().zip(part).all(|(a, b)| same_unit(*a, *b, how)))
}

pub(super) fn position(text: &[u16], part: &[u16], how: How) -> Option<usize> {
    (0..=text.len().checked_sub(part.len())?).find(|at| matches_at(text, *at, part, how))
}

// Where `a[1]` stands in `a[0]`.
pub(super) fn find(a: &[Value], how: How) -> Result<Option<usize>, Exception> {
    let (text, part) = (a[0].it(), a[1].str("value")?);
    match (text.utf8(), part.utf8(), how) {
        // Only whether it occurs is asked here, so bytes do.
        (Some(text), Some(part), Ordinal | Culture) => Ok(text.find(part)),
        _ => Ok(position(&text.units(), &part.units(), how)),
    }
}

pub(super) fn edge(a: &[Value], how: How, start: bool) -> Result<bool, Exception> {
    let (text, part) = (a[0].it(), a[1].str("value")?);
    if let (Some(text), Some(part), Ordinal | Culture) = (text.utf8(), part.utf8(), how) {
        return Ok(if start {
            text.starts_with(part)
        } else {
            text.ends_with(part)
        });
    }
    let (text, part) = (text.units(), part.units());
    Ok(match (start, text.len().checked_sub(part.len())) {
        (_, None) => false,
        (true, _) => matches_at(&text, 0, &part, how),
        (false, Some(at)) => matches_at(&text, at, &part, how),
    })
}

pub(super) fn needle(value: &Value) -> Result<Vec<u16>, Exception> {
    match value {
        Value::Char(unit) => Ok(vec![*unit]),
        other => Ok(other.str("value")?.units().into_owned()),
    }
}

pub(super) fn index_of(a: &[Value], start: Option<usize>, count: Option<usize>, how: How) -> Eval {
    let (text, part) = (a[0].it(), needle(&a[1])?);
    let range = || {
        Exception::out_of_range(
            "Index was out of range. Must be non-negative and less than the size of the collection.",
            "startIndex",
        )
    };
    let length = text.len();
    let from = start.map_or(Ok(0), |at| usize::try_from(a[at].int()).map_err(|_| range()))?;
    let count = count.map_or(Ok(length.wrapping_sub(from)), |at| {
        usize::try_from(a[at].int()).map_err(|_| range())
    })?;
    let end = from
        .checked_add(count)
        .filter(|end| from <= length && *end <= length)
        .ok_or_else(range)?;
    let found = match (text.ascii(), how) {
        // Only what is asked for is looked at: a loop may go on from match to match through a long text.
        (Some(ascii), Ordinal | Culture) => match String::from_utf16(&part) {
            Ok(part) => ascii[from..end].find(&part),
            Err(_) => None,
        },
        _ => position(&text.units()[from..end], &part, how),
    };
    Ok(found.map_or(-1, |at| (from + at) as i32).into())
}

/// `LastIndexOf(value, startIndex, count)`: looks backwards from a place, through so many units.
pub(super) fn last_index_within(a: &[Value], start: i32, count: i32, how: How) -> Eval {
    let (text, part) = (a[0].it().units().into_owned(), needle(&a[1])?);
    let range = window(&text, start, count)?;
    let found = position_last(&text[range.clone()], &part, how);
    Ok(found.map_or(-1, |at| (range.start + at) as i32).into())
}

/// The units that a search backwards from `start` looks at.
pub(super) fn window(text: &[u16], start: i32, count: i32) -> Result<std::ops::Range<usize>, Exception> {
    if text.is_empty() {
        return Ok(0..0);
    }
    let range = |name: &str| {
        let message = if name == "count" {
            "Count must be positive and count must refer to a location within the string/array/collection."
        } else {
            "Index was out of range. Must be non-negative and less than the size of the collection."
        };
        Exception::out_of_range(message, name)
    };
    let start = usize::try_from(start).ok().filter(|it| *it <= text.len());
    let end = (start.ok_or_else(|| range("startIndex"))? + 1).min(text.len());
    let count = usize::try_from(count).ok().filter(|it| *it <= end);
    Ok(end - count.ok_or_else(|| range("count"))?..end)
}

fn position_last(text: &[u16], part: &[u16], how: How) -> Option<usize> {
    let last = text.len().checked_sub(part.len())?;
    (0..=last).rev().find(|at| matches_at(text, *at, part, how))
}

pub(super) fn last_index_of(a: &[Value], start: Option<usize>, how: How) -> Eval {
    let (text, part) = (a[0].it().units().into_owned(), needle(&a[1])?);
    let end = match start {
        None => text.len(),
        Some(_) if text.is_empty() => 0,
        Some(at) => match usize::try_from(a[at].int()) {
            Ok(at) if at <= text.len() => (at + 1).min(text.len()),
            _ => {
                let message =
                    "Index was out of range. Must be non-negative and less than the size of the collection.";
                return Err(Exception::out_of_range(message, "startIndex").into());
            }
        },
    };
    if part.is_empty() {
        return Ok((end as i32 - 1).max(0).into());
    }
    let found = end
        .checked_sub(part.len())
        .and_then(|last| (0..=last).rev().find(|at| matches_at(&text, *at, &part, how)));
    Ok(found.map_or(-1, |at| at as i32).into())
}

pub(super) fn replace(cx: &mut Cx<'_>, a: &[Value], how: How) -> Eval {
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

pub(super) fn trim(a: &[Value], start: bool, end: bool) -> Eval {
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
        return Ok(if part.len() == utf8.len() {
            a[0].clone()
        } else {
            part.into()
        });
    }
    let units = text.units();
    let from = if start {
        units.iter().position(|it| !drop(*it)).unwrap_or(units.len())
    } else {
        0
    };
    let to = if end {
        units.iter().rposition(|it| !drop(*it)).map_or(from, |at| at + 1)
    } else {
        units.len()
    };
    Ok(Text::from_units(&units[from..to.max(from)]).into())
}

pub(super) fn pad(cx: &mut Cx<'_>, a: &[Value], left: bool) -> Eval {
    let text = a[0].it();
    let width = usize::try_from(a[1].int())
        .map_err(|_| Exception::out_of_range("Non-negative number required.", "totalWidth"))?;
    let missing = width.saturating_sub(text.len());
    cx.charge(missing)?;
    let padding = Text::repeat(a.get(2).map_or(u16::from(b' '), Value::char), missing);
    Ok(if left {
        Text::concat(&[&padding, &text])
    } else {
        Text::concat(&[&text, &padding])
    }
    .into())
}

pub(super) fn split(cx: &mut Cx<'_>, a: &[Value], count: i32, options: i64) -> Eval {
    let most = usize::try_from(count)
        .map_err(|_| Exception::out_of_range("Count cannot be less than zero.", "count"))?;
    let options = SplitOptions {
        remove_empty: options & 1 != 0,
        trim: options & 2 != 0,
    };
    let text = a[0].it();
    let text = text.as_str();
    let texts: Vec<String> = match &a[1] {
        Value::Text(text) => vec![text.as_str().into_owned()],
        other => array::items(other)
            .iter()
            .filter_map(Value::str_or_null)
            .map(|it| it.as_str().into_owned())
            .collect(),
    };
    let chars: Vec<char> = match &a[1] {
        Value::Char(unit) => char::from_u32(u32::from(*unit)).into_iter().collect(),
        other => units(other)
            .iter()
            .filter_map(|it| char::from_u32(u32::from(*it)))
            .collect(),
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
    Ok(array::new(
        Type::String,
        parts.into_iter().map(Value::from).collect(),
    ))
}

pub(super) fn join(cx: &mut Cx<'_>, a: &[Value]) -> Eval {
    let separator = a[0].text();
    if a[1].is_null() {
        return Err(Exception::argument_null("values").into());
    }
    let mut walk = cx.iterate(&a[1])?;
    let mut length = 0;
    let mut texts: Vec<Text> = Vec::new();
    while let Some(item) = walk.next(cx)? {
        cx.step()?;
        if !texts.is_empty() {
            cx.charge(separator.bytes())?;
            texts.push(separator.clone());
        }
        let text = cx.text(&item)?;
        length += text.bytes() + separator.bytes();
        cx.fits(length)?;
        cx.charge(text.bytes() + size_of::<Text>())?;
        texts.push(text);
    }
    Ok(Text::concat(&texts.iter().collect::<Vec<_>>()).into())
}

/// `Join(separator, value, startIndex, count)`.
pub(super) fn join_range(cx: &mut Cx<'_>, a: &[Value]) -> Eval {
    if a[1].is_null() {
        return Err(Exception::argument_null("value").into());
    }
    let items = array::items(&a[1]);
    let Ok(from) = usize::try_from(a[2].int()) else {
        return Err(Exception::out_of_range("StartIndex cannot be less than zero.", "startIndex").into());
    };
    let Ok(count) = usize::try_from(a[3].int()) else {
        return Err(Exception::out_of_range("Count cannot be less than zero.", "count").into());
    };
    let Some(range) = from.checked_add(count).and_then(|to| items.get(from..to)) else {
        let message = "Index and count must refer to a location within the buffer.";
        return Err(Exception::out_of_range(message, "startIndex").into());
    };
    join(cx, &[a[0].clone(), array::new(Type::String, range.to_vec())])
}

pub(super) fn concat(cx: &mut Cx<'_>, items: &[Value]) -> Eval {
    let mut length = 0;
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let text = cx.text(item)?;
        length += text.bytes();
        cx.fits(length)?;
        cx.charge(text.bytes())?;
        texts.push(text);
    }
    Ok(Text::concat(&texts.iter().collect::<Vec<_>>()).into())
}

/// `string.Format`.
pub(crate) fn format(cx: &mut Cx<'_>, format: &Value, args: &[Value]) -> Eval {
    let format = format.str("format")?.as_str().into_owned();
    let text =
        crate::dotnet::composite::format::<crate::exception::Fault>(&format, args.len(), |at, format| {
            let text = crate::eval::formatted(cx, args.get(at).unwrap_or(&Value::Null), format)?;
            cx.charge(text.len())?;
            Ok(text)
        })?;
    cx.charge(text.len())?;
    Ok(text.into())
}
