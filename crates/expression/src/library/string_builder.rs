//! `System.Text.StringBuilder`.

use super::table::{Member, TypeDef, class, constructor, indexer, method, property};
use super::{array, string_builder_parts, string_parts};
use crate::Value;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use parking_lot::Mutex;
use std::ops::Range;

pub(crate) static TYPES: &[&TypeDef] = &[&STRING_BUILDER];

/// `System.Text.StringBuilder`.
pub(crate) static STRING_BUILDER: TypeDef = class("System.Text.StringBuilder")
    .members(MEMBERS)
    .also(string_builder_parts::MEMBERS);

static MEMBERS: &[Member] = &[
    constructor("()", |_, _, _| Ok(new(Text::default()))),
    constructor("(int capacity)", |_, a, _| sized(Text::default(), a[0].int())),
    constructor("(int capacity, int maxCapacity)", |_, a, _| {
        sized(Text::default(), a[0].int())
    }),
    constructor("(string value)", |_, a, _| Ok(new(a[0].text()))),
    constructor("(string value, int capacity)", |_, a, _| {
        sized(a[0].text(), a[1].int())
    }),
    constructor(
        "(string value, int startIndex, int length, int capacity)",
        |_, a, _| {
            let part = slice(&a[0].text(), a[1].int(), a[2].int())?;
            sized(part, a[3].int())
        },
    ),
    property("int Length", |_, a, _| {
        Ok((a[0].of::<Builder>()?.length() as i32).into())
    })
    .set(|cx, a, _| {
        let length = usize::try_from(a[1].int())
            .map_err(|_| Exception::out_of_range("Length cannot be less than zero.", "value"))?;
        a[0].of::<Builder>()?.resize(cx, length)
    }),
    indexer("char this[int index]", |_, a, _| {
        let unit = usize::try_from(a[1].int())
            .ok()
            .and_then(|at| a[0].of::<Builder>().ok()?.unit(at));
        unit.map(Value::Char)
            .ok_or_else(|| Exception::index_out_of_range().into())
    })
    .set(|_, a, _| {
        let builder = a[0].of::<Builder>()?;
        let mut units = builder.text().units().into_owned();
        let place = usize::try_from(a[1].int()).ok().and_then(|at| units.get_mut(at));
        *place.ok_or_else(Exception::index_out_of_range)? = a[2].char();
        builder.replace(Text::from_units(&units))
    }),
    method("StringBuilder Append(string value)", |cx, a, _| append(cx, a, 1)),
    method("StringBuilder Append(char value)", |cx, a, _| append(cx, a, 1)),
    method("StringBuilder Append(object value)", |cx, a, _| append(cx, a, 1)),
    method("StringBuilder Append(bool value)", |cx, a, _| append(cx, a, 1)),
    method("StringBuilder Append(int value)", |cx, a, _| append(cx, a, 1)),
    method("StringBuilder Append(long value)", |cx, a, _| append(cx, a, 1)),
    method("StringBuilder Append(double value)", |cx, a, _| append(cx, a, 1)),
    method("StringBuilder Append(decimal value)", |cx, a, _| append(cx, a, 1)),
    method("StringBuilder Append(char[] value)", |cx, a, _| {
        a[1] = Text::from_units(&string_parts::units(&a[1])).into();
        append(cx, a, 1)
    }),
    method("StringBuilder Append(char value, int repeatCount)", |cx, a, _| {
        let count = usize::try_from(a[2].int())
            .map_err(|_| Exception::out_of_range("Non-negative number required.", "repeatCount"))?;
        cx.charge(count)?;
        a[1] = Text::repeat(a[1].char(), count).into();
        append(cx, a, 1)
    }),
    method(
        "StringBuilder Append(string value, int startIndex, int count)",
        |cx, a, _| {
            let part = usize::try_from(a[2].int())
                .ok()
                .zip(usize::try_from(a[3].int()).ok());
            let part = part.and_then(|(start, count)| a[1].text().slice(start, count));
            a[1] = part.ok_or_else(|| Exception::out_of_range("Index was out of range. Must be non-negative and less than the size of the collection.", "startIndex"))?.into();
            append(cx, a, 1)
        },
    ),
    // The newline of the gateway's host: Linux.
    method("StringBuilder AppendLine()", |cx, a, _| {
        a[0].of::<Builder>()?.push(cx, &"\n".into())?;
        Ok(a[0].clone())
    }),
    method("StringBuilder AppendLine(string value)", |cx, a, _| {
        append(cx, a, 1)?;
        a[0].of::<Builder>()?.push(cx, &"\n".into())?;
        Ok(a[0].clone())
    }),
    method(
        "StringBuilder AppendFormat(string format, object arg0)",
        |cx, a, _| append_format(cx, a),
    ),
    method(
        "StringBuilder AppendFormat(string format, object arg0, object arg1)",
        |cx, a, _| append_format(cx, a),
    ),
    method(
        "StringBuilder AppendFormat(string format, object arg0, object arg1, object arg2)",
        |cx, a, _| append_format(cx, a),
    ),
    method(
        "StringBuilder AppendFormat(string format, params object[] args)",
        |cx, a, _| {
            let text = string_parts::format(cx, &a[1], &array::items(&a[2]))?;
            a[0].of::<Builder>()?.push(cx, &text.it())?;
            Ok(a[0].clone())
        },
    ),
    method("StringBuilder Insert(int index, string value)", |cx, a, _| {
        insert(cx, a)
    }),
    method("StringBuilder Insert(int index, char value)", |cx, a, _| {
        insert(cx, a)
    }),
    method("StringBuilder Insert(int index, object value)", |cx, a, _| {
        insert(cx, a)
    }),
    method("StringBuilder Remove(int startIndex, int length)", |_, a, _| {
        let range = usize::try_from(a[1].int())
            .ok()
            .zip(usize::try_from(a[2].int()).ok())
            .map(|(at, count)| at..at + count);
        let builder = a[0].of::<Builder>()?;
        let range = range.filter(|it| it.end <= builder.length()).ok_or_else(|| {
            Exception::out_of_range(
                "Index was out of range. Must be non-negative and less than the size of the collection.",
                "length",
            )
        })?;
        builder.remove(range)?;
        Ok(a[0].clone())
    }),
    method(
        "StringBuilder Replace(string oldValue, string newValue)",
        |cx, a, _| replace(cx, a),
    ),
    method("StringBuilder Replace(char oldChar, char newChar)", |cx, a, _| {
        a[1] = a[1].text().into();
        a[2] = a[2].text().into();
        replace(cx, a)
    }),
    method("StringBuilder Clear()", |_, a, _| {
        a[0].of::<Builder>()?.replace(Text::default())?;
        Ok(a[0].clone())
    }),
    method("string ToString()", |_, a, _| {
        Ok(a[0].of::<Builder>()?.text().into())
    }),
    method("string ToString(int startIndex, int length)", |_, a, _| {
        let part = usize::try_from(a[1].int())
            .ok()
            .zip(usize::try_from(a[2].int()).ok());
        let part = part.and_then(|(start, count)| a[0].of::<Builder>().ok()?.text().slice(start, count));
        part.map(Value::Text).ok_or_else(|| {
            Exception::out_of_range(
                "Index and length must refer to a location within the string.",
                "startIndex",
            )
            .into()
        })
    }),
];

/// The object behind a `StringBuilder`.
#[derive(Debug, Default)]
pub(crate) struct Builder(Mutex<Content>);

#[derive(Debug, Default)]
struct Content {
    text: String,
    // What was appended last, while it could be half of a pair: kept as units.
    wide: Option<Vec<u16>>,
    // In UTF-16 units.
    length: usize,
    // What `Capacity` tells beyond the length.
    capacity: usize,
}

impl Content {
    // The text, where its bytes are its units.
    fn ascii(&mut self) -> Option<&mut String> {
        (self.wide.is_none() && self.text.len() == self.length).then_some(&mut self.text)
    }
}

impl Builder {
    pub(crate) fn text(&self) -> Text {
        let content = self.0.lock();
        match &content.wide {
            None => Text::from(content.text.as_str()),
            Some(units) => Text::from_units(units),
        }
    }

    pub(crate) fn push(&self, cx: &mut Cx<'_>, text: &Text) -> Eval<()> {
        let mut content = self.0.lock();
        let units = content.wide.as_ref().map_or(0, |it| 2 * it.len());
        cx.fits(content.text.len() + units + text.bytes())?;
        cx.charge(text.bytes())?;
        content.length += text.len();
        match (&mut content.wide, text.utf8()) {
            (None, Some(more)) => content.text.push_str(more),
            (Some(units), _) => units.extend_from_slice(&text.units()),
            (None, None) => {
                let mut units: Vec<u16> = content.text.encode_utf16().collect();
                units.extend_from_slice(&text.units());
                content.wide = Some(units);
            }
        }
        Ok(())
    }

    /// `Length`.
    pub(crate) fn length(&self) -> usize {
        self.0.lock().length
    }

    fn unit(&self, at: usize) -> Option<u16> {
        if let Some(text) = self.0.lock().ascii() {
            return text.as_bytes().get(at).map(|it| u16::from(*it));
        }
        self.text().unit(at)
    }

    // What is new is filled with zeros.
    fn resize(&self, cx: &mut Cx<'_>, length: usize) -> Eval {
        if length > self.length() {
            cx.fits(length)?;
            let more = Text::repeat(0, length - self.length());
            self.push(cx, &more)?;
            return Ok(Value::Null);
        }
        self.remove(length..self.length())
    }

    fn remove(&self, range: Range<usize>) -> Eval {
        {
            let mut content = self.0.lock();
            if let Some(text) = content.ascii() {
                text.drain(range.clone());
                content.length -= range.len();
                return Ok(Value::Null);
            }
        }
        let mut units = self.text().units().into_owned();
        units.drain(range);
        self.replace(Text::from_units(&units))
    }

    /// `Capacity`: at least 16, doubled whenever the text outgrows it.
    pub(super) fn capacity(&self) -> usize {
        let mut content = self.0.lock();
        let length = content.length;
        let mut capacity = match content.capacity {
            0 => 16,
            given => given,
        };
        while capacity < length {
            capacity *= 2;
        }
        content.capacity = capacity;
        capacity
    }

    pub(super) fn reserve(&self, capacity: usize) {
        self.0.lock().capacity = capacity;
    }

    /// Puts another text in the place of the whole.
    pub(super) fn replace(&self, text: Text) -> Eval {
        let wide = if text.utf8().is_some() {
            None
        } else {
            Some(text.units().into_owned())
        };
        let mut content = self.0.lock();
        content.length = text.len();
        content.text = text.as_str().into_owned();
        content.wide = wide;
        Ok(Value::Null)
    }
}

impl Object for Builder {
    fn ty(&self) -> Type {
        Type::class(&STRING_BUILDER)
    }

    fn text(&self) -> Text {
        Builder::text(self)
    }
}

fn sized(text: Text, capacity: i32) -> Eval {
    let capacity = usize::try_from(capacity)
        .map_err(|_| Exception::out_of_range("'capacity' must be greater than zero.", "capacity"))?;
    let builder = Builder::default();
    builder.replace(text)?;
    builder.reserve(capacity.max(builder.length()));
    Ok(Value::object(builder))
}

/// Units of a text, as a start and a length give them.
pub(super) fn slice(text: &Text, start: i32, length: i32) -> Result<Text, Exception> {
    let part = usize::try_from(start).ok().zip(usize::try_from(length).ok());
    part.and_then(|(start, length)| text.slice(start, length)).ok_or_else(|| {
        let message = "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
        Exception::out_of_range(message, "startIndex")
    })
}

/// A builder as a value.
pub(super) fn new(text: Text) -> Value {
    let builder = Builder::default();
    builder.reserve(text.len().max(16));
    let _ = builder.replace(text);
    Value::object(builder)
}

pub(super) fn append(cx: &mut Cx<'_>, a: &[Value], at: usize) -> Eval {
    let text = cx.text(&a[at])?;
    a[0].of::<Builder>()?.push(cx, &text)?;
    Ok(a[0].clone())
}

fn append_format(cx: &mut Cx<'_>, a: &[Value]) -> Eval {
    let text = string_parts::format(cx, &a[1], &a[2..])?;
    a[0].of::<Builder>()?.push(cx, &text.it())?;
    Ok(a[0].clone())
}

pub(super) fn insert(cx: &mut Cx<'_>, a: &[Value]) -> Eval {
    let builder = a[0].of::<Builder>()?;
    let (text, more) = (builder.text(), cx.text(&a[2])?);
    cx.charge(text.bytes() + more.bytes())?;
    let at = usize::try_from(a[1].int()).ok().filter(|at| *at <= text.len());
    let at = at.ok_or_else(|| {
        Exception::out_of_range(
            "Index was out of range. Must be non-negative and less than the size of the collection.",
            "index",
        )
    })?;
    let (head, tail) = (
        text.slice(0, at).unwrap_or_default(),
        text.slice(at, text.len() - at).unwrap_or_default(),
    );
    builder.replace(Text::concat(&[&head, &more, &tail]))?;
    Ok(a[0].clone())
}

fn replace(cx: &mut Cx<'_>, a: &[Value]) -> Eval {
    let builder = a[0].of::<Builder>()?;
    let text = builder.text().as_str().into_owned();
    let (old, new) = (a[1].str("oldValue")?.as_str(), a[2].text());
    if old.is_empty() {
        return Err(Exception::argument("String cannot be of zero length. (Parameter 'oldValue')").into());
    }
    cx.charge(text.len() + text.matches(&*old).count() * new.bytes())?;
    builder.replace(text.replace(&*old, &new.as_str()).into())?;
    Ok(a[0].clone())
}
