//! `System.IO.StringReader`.

use super::array;
use super::table::{TypeDef, class, constructor, method};
use crate::Value;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use parking_lot::Mutex;

pub(crate) static TYPES: &[&TypeDef] = &[&STRING_READER];

/// `System.IO.StringReader`.
pub(crate) static STRING_READER: TypeDef = class("System.IO.StringReader")
    .aliases(&["TextReader"])
    .bases(&["IDisposable"])
    .members(&[
        constructor("(string s)", |_, a, _| {
            let units = a[0].str("s")?.units().into_owned();
            Ok(Value::object(Reader(Mutex::new(Some((units, 0))))))
        }),
        method("string ReadToEnd()", |_, a, _| {
            with(&a[0], |units, at| {
                let rest = Text::from_units(&units[*at..]);
                *at = units.len();
                rest.into()
            })
        }),
        method("string ReadLine()", |_, a, _| with(&a[0], line)),
        method("int Read()", |_, a, _| {
            with(&a[0], |units, at| {
                let next = units.get(*at).copied();
                *at += usize::from(next.is_some());
                next.map_or(-1, i32::from).into()
            })
        }),
        method("int Read(char[] buffer, int index, int count)", |_, a, _| read(a)),
        method("int ReadBlock(char[] buffer, int index, int count)", |_, a, _| {
            read(a)
        }),
        method("int Peek()", |_, a, _| {
            with(&a[0], |units, at| {
                units.get(*at).copied().map_or(-1, i32::from).into()
            })
        }),
        method("void Close()", close),
        method("void Dispose()", close),
    ]);

/// The text and how far it was read; nothing once it was closed.
#[derive(Debug)]
struct Reader(Mutex<Option<(Vec<u16>, usize)>>);

impl Object for Reader {
    fn ty(&self) -> Type {
        Type::class(&STRING_READER)
    }

    fn dispose(&self) {
        *self.0.lock() = None;
    }
}

fn with(reader: &Value, act: impl FnOnce(&[u16], &mut usize) -> Value) -> Eval {
    match &mut *reader.of::<Reader>()?.0.lock() {
        Some((units, at)) => Ok(act(units, at)),
        None => {
            let message = "Cannot read from a closed TextReader.";
            Err(Exception::new("System.ObjectDisposedException", message).into())
        }
    }
}

fn line(units: &[u16], at: &mut usize) -> Value {
    const RETURN: u16 = 13;
    const FEED: u16 = 10;
    let rest = &units[*at..];
    if rest.is_empty() {
        return Value::Null;
    }
    let end = rest
        .iter()
        .position(|it| matches!(*it, RETURN | FEED))
        .unwrap_or(rest.len());
    let skip = match &rest[end..] {
        [RETURN, FEED, ..] => 2,
        [] => 0,
        _ => 1,
    };
    *at += end + skip;
    Text::from_units(&rest[..end]).into()
}

fn read(a: &[Value]) -> Eval {
    let (index, count) = (a[2].int(), a[3].int());
    if index < 0 || count < 0 {
        let name = if index < 0 { "index" } else { "count" };
        return Err(Exception::out_of_range("Non-negative number required.", name).into());
    }
    if array::len(&a[1]) as i64 - i64::from(index) < i64::from(count) {
        let message = "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.";
        return Err(Exception::argument(message).into());
    }
    let mut taken = Vec::new();
    with(&a[0], |units, at| {
        taken = units[*at..].iter().take(count as usize).copied().collect();
        *at += taken.len();
        Value::Null
    })?;
    for (at, unit) in taken.iter().enumerate() {
        array::set(&a[1], i64::from(index) + at as i64, &Value::Char(*unit))?;
    }
    Ok((taken.len() as i32).into())
}

fn close(_: &mut crate::eval::Cx<'_>, a: &mut [Value], _: &[Type]) -> Eval {
    a[0].of::<Reader>()?.dispose();
    Ok(Value::Null)
}

/// What is still to be read, for a reader of XML.
pub(crate) fn rest(value: &Value) -> Eval<String> {
    let rest = with(value, |units, at| {
        let rest = Text::from_units(&units[*at..]);
        *at = units.len();
        rest.into()
    })?;
    Ok(rest.to_text())
}
