//! `System.IO.StringWriter`.

use super::table::{TypeDef, class, constructor, method};
use crate::Value;
use crate::eval::Cx;
use crate::exception::Eval;
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&STRING_WRITER];

/// `System.IO.StringWriter`.
pub(crate) static STRING_WRITER: TypeDef = class("System.IO.StringWriter")
    .aliases(&["TextWriter"])
    .bases(&["IDisposable"])
    .members(&[
        constructor("()", |_, _, _| Ok(Value::object(Writer::default()))),
        method("void Write(string value)", |cx, a, _| write(cx, a, "")),
        method("void Write(char value)", |cx, a, _| write(cx, a, "")),
        method("void Write(object value)", |cx, a, _| write(cx, a, "")),
        method("void WriteLine()", |cx, a, _| {
            a[0].of::<Writer>()?.0.push(cx, &"\n".into())?;
            Ok(Value::Null)
        }),
        method("void WriteLine(string value)", |cx, a, _| write(cx, a, "\n")),
        method("void WriteLine(object value)", |cx, a, _| write(cx, a, "\n")),
        method("void Flush()", |_, _, _| Ok(Value::Null)),
        method("void Close()", |_, _, _| Ok(Value::Null)),
        method("void Dispose()", |_, _, _| Ok(Value::Null)),
    ]);

/// The object behind a `StringWriter`.
#[derive(Debug, Default)]
pub(crate) struct Writer(super::string_builder::Builder);

impl Object for Writer {
    fn ty(&self) -> Type {
        Type::class(&STRING_WRITER)
    }

    fn text(&self) -> Text {
        self.0.text()
    }
}

fn write(cx: &mut Cx<'_>, a: &[Value], end: &str) -> Eval {
    let text = cx.text(&a[1])?;
    let writer = a[0].of::<Writer>()?;
    writer.0.push(cx, &text)?;
    writer.0.push(cx, &end.into())?;
    Ok(Value::Null)
}
