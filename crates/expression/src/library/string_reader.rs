//! `System.IO.StringReader`.

use super::table::{TypeDef, class, constructor, method};
use crate::Value;
use crate::object::Object;
use crate::types::Type;
use parking_lot::Mutex;

pub(crate) static TYPES: &[&TypeDef] = &[&STRING_READER];

/// `System.IO.StringReader`.
pub(crate) static STRING_READER: TypeDef = class("System.IO.StringReader")
    .aliases(&["TextReader"])
    .bases(&["IDisposable"])
    .members(&[
        constructor("(string s)", |_, a, _| {
            let text = a[0].str("s")?.as_str().into_owned();
            Ok(Value::object(Reader(Mutex::new((text, 0)))))
        }),
        method("string ReadToEnd()", |_, a, _| {
            let reader = a[0].of::<Reader>()?;
            let mut state = reader.0.lock();
            let rest = state.0[state.1..].to_owned();
            state.1 = state.0.len();
            Ok(rest.into())
        }),
        method("string ReadLine()", |_, a, _| {
            let reader = a[0].of::<Reader>()?;
            let mut state = reader.0.lock();
            let rest = &state.0[state.1..];
            if rest.is_empty() {
                return Ok(Value::Null);
            }
            let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
            let line = rest[..end].to_owned();
            let skip = match &rest[end..] {
                it if it.starts_with("\r\n") => 2,
                "" => 0,
                _ => 1,
            };
            state.1 += end + skip;
            Ok(line.into())
        }),
        method("int Read()", |_, a, _| {
            let reader = a[0].of::<Reader>()?;
            let mut state = reader.0.lock();
            let next = state.0[state.1..].chars().next();
            state.1 += next.map_or(0, char::len_utf8);
            Ok(next.map_or(-1, |c| c as i32).into())
        }),
        method("int Peek()", |_, a, _| {
            let reader = a[0].of::<Reader>()?;
            let state = reader.0.lock();
            Ok(state.0[state.1..].chars().next().map_or(-1, |c| c as i32).into())
        }),
        method("void Close()", |_, _, _| Ok(Value::Null)),
        method("void Dispose()", |_, _, _| Ok(Value::Null)),
    ]);

/// The text and how far it was read.
#[derive(Debug)]
struct Reader(Mutex<(String, usize)>);

impl Object for Reader {
    fn ty(&self) -> Type {
        Type::class(&STRING_READER)
    }
}
