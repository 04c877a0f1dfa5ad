//! `System.IO.StringWriter`.

use super::string_builder::{Builder, slice};
use super::table::{TypeDef, class, constructor, method, property};
use super::{array, encoding, string_builder, string_parts};
use crate::Value;
use crate::dotnet::encoding::Encoding;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use parking_lot::Mutex;

pub(crate) static TYPES: &[&TypeDef] = &[&STRING_WRITER];

// Stands for the writer's own end of a line.
const END: &str = "\n";

/// `System.IO.StringWriter`.
pub(crate) static STRING_WRITER: TypeDef = class("System.IO.StringWriter")
    .aliases(&["TextWriter"])
    .bases(&["IDisposable"])
    .members(&[
        constructor("()", |_, _, _| Ok(made(string_builder::new(Text::default())))),
        constructor("(StringBuilder sb)", |_, a, _| match a[0].is_null() {
            true => Err(Exception::argument_null("sb").into()),
            false => Ok(made(a[0].clone())),
        }),
        property("Encoding Encoding", |_, _, _| {
            Ok(encoding::value(Encoding::Unicode))
        }),
        property("string NewLine", |_, a, _| {
            Ok(a[0].of::<Writer>()?.end.lock().clone().into())
        })
        .set(|_, a, _| {
            let end = a[1]
                .str_or_null()
                .map_or_else(|| END.to_owned(), |it| it.as_str().into_owned());
            *a[0].of::<Writer>()?.end.lock() = end;
            Ok(Value::Null)
        }),
        method("StringBuilder GetStringBuilder()", |_, a, _| {
            Ok(a[0].of::<Writer>()?.builder.clone())
        }),
        method("void WriteLine()", |cx, a, _| {
            let writer = a[0].of::<Writer>()?;
            let end = writer.end.lock().as_str().into();
            writer.builder()?.push(cx, &end)?;
            Ok(Value::Null)
        }),
        method("void Write(string value)", |cx, a, _| write(cx, a, "")),
        method("void Write(char value)", |cx, a, _| write(cx, a, "")),
        method("void Write(object value)", |cx, a, _| write(cx, a, "")),
        method("void Write(StringBuilder value)", |cx, a, _| write(cx, a, "")),
        method("void Write(char[] buffer)", |cx, a, _| {
            a[1] = Text::from_units(&string_parts::units(&a[1])).into();
            write(cx, a, "")
        }),
        method("void Write(char[] buffer, int index, int count)", |cx, a, _| {
            let text = Text::from_units(&string_parts::units(&a[1]));
            a[1] = slice(&text, a[2].int(), a[3].int())?.into();
            write(cx, a, "")
        }),
        method("void Write(string format, object arg0)", |cx, a, _| {
            formatted(cx, a, "")
        }),
        method(
            "void Write(string format, object arg0, object arg1)",
            |cx, a, _| formatted(cx, a, ""),
        ),
        method(
            "void Write(string format, object arg0, object arg1, object arg2)",
            |cx, a, _| formatted(cx, a, ""),
        ),
        method("void Write(string format, params object[] arg)", |cx, a, _| {
            a[1] = string_parts::format(cx, &a[1], &array::items(&a[2]))?;
            write(cx, a, "")
        }),
        method("void WriteLine(string value)", |cx, a, _| write(cx, a, END)),
        method("void WriteLine(char value)", |cx, a, _| write(cx, a, END)),
        method("void WriteLine(object value)", |cx, a, _| write(cx, a, END)),
        method("void WriteLine(StringBuilder value)", |cx, a, _| {
            write(cx, a, END)
        }),
        method("void WriteLine(char[] buffer)", |cx, a, _| {
            a[1] = Text::from_units(&string_parts::units(&a[1])).into();
            write(cx, a, END)
        }),
        method(
            "void WriteLine(char[] buffer, int index, int count)",
            |cx, a, _| {
                let text = Text::from_units(&string_parts::units(&a[1]));
                a[1] = slice(&text, a[2].int(), a[3].int())?.into();
                write(cx, a, END)
            },
        ),
        method("void WriteLine(string format, object arg0)", |cx, a, _| {
            formatted(cx, a, END)
        }),
        method(
            "void WriteLine(string format, object arg0, object arg1)",
            |cx, a, _| formatted(cx, a, END),
        ),
        method(
            "void WriteLine(string format, object arg0, object arg1, object arg2)",
            |cx, a, _| formatted(cx, a, END),
        ),
        method(
            "void WriteLine(string format, params object[] arg)",
            |cx, a, _| {
                a[1] = string_parts::format(cx, &a[1], &array::items(&a[2]))?;
                write(cx, a, END)
            },
        ),
        method("void Flush()", |_, _, _| Ok(Value::Null)),
        method("void Close()", |_, _, _| Ok(Value::Null)),
        method("void Dispose()", |_, _, _| Ok(Value::Null)),
    ]);

/// The object behind a `StringWriter`.
#[derive(Debug)]
pub(crate) struct Writer {
    // A `StringBuilder`, perhaps one that the author holds too.
    builder: Value,
    end: Mutex<String>,
}

impl Writer {
    fn builder(&self) -> Result<&Builder, Exception> {
        self.builder.of::<Builder>()
    }
}

impl Object for Writer {
    fn ty(&self) -> Type {
        Type::class(&STRING_WRITER)
    }

    fn text(&self) -> Text {
        self.builder.text()
    }
}

fn made(builder: Value) -> Value {
    Value::object(Writer {
        builder,
        end: Mutex::new(END.to_owned()),
    })
}

fn write(cx: &mut Cx<'_>, a: &[Value], end: &str) -> Eval {
    let text = cx.text(&a[1])?;
    let writer = a[0].of::<Writer>()?;
    writer.builder()?.push(cx, &text)?;
    if !end.is_empty() {
        let end = writer.end.lock().as_str().into();
        writer.builder()?.push(cx, &end)?;
    }
    Ok(Value::Null)
}

fn formatted(cx: &mut Cx<'_>, a: &mut [Value], end: &str) -> Eval {
    a[1] = string_parts::format(cx, &a[1], &a[2..])?;
    write(cx, a, end)
}
