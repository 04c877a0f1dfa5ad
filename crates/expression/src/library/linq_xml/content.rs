//! What `Add`, `SetValue` and the constructors take: nodes, attributes, sequences of them, and simple values as text.

use super::of;
use crate::Value;
use crate::dotnet::datetime_format::{self, Culture};
use crate::dotnet::xml::{self, Content};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::library::{date_time, date_time_offset, time_span};

// Sequences in sequences.
const MAX_DEPTH: usize = 64;

// How a date is written; zeros at the end of the fraction are left out.
const DATE: &str = "yyyy-MM-ddTHH:mm:ss.FFFFFFFK";

/// The parts of a content.
pub(super) fn parts(cx: &mut Cx<'_>, source: &Value) -> Eval<Vec<Content>> {
    let mut found = Vec::new();
    collect(cx, source, &mut found, 0)?;
    Ok(found)
}

fn collect(cx: &mut Cx<'_>, source: &Value, found: &mut Vec<Content>, depth: usize) -> Eval<()> {
    cx.step()?;
    cx.charge(128)?;
    if depth > MAX_DEPTH {
        return Err(Exception::argument("The content is nested too deeply.").into());
    }
    if source.is_null() {
        return Ok(());
    }
    if let Some(node) = of(source) {
        // It is copied if it is somewhere else already, or holds what it goes into.
        cx.charge(node.count().saturating_mul(192))?;
        found.push(Content::Object(node.clone()));
        return Ok(());
    }
    if !matches!(source, Value::Text(_)) && is_sequence(source) {
        for item in cx.collect(source)? {
            collect(cx, &item, found, depth + 1)?;
        }
        return Ok(());
    }
    found.push(Content::Text(text(cx, source)?));
    Ok(())
}

fn is_sequence(source: &Value) -> bool {
    match source {
        Value::Object(object) => object.clone().enumerate().is_some(),
        Value::Part(_) => true,
        _ => false,
    }
}

/// A simple value as XML spells it.
pub(super) fn text(cx: &mut Cx<'_>, source: &Value) -> Eval<String> {
    if of(source).is_some() {
        return Err(Exception::argument("An XObject cannot be used as a value.").into());
    }
    if let Ok(date) = date_time::it(source) {
        return Ok(datetime_format::format(date, DATE, Culture::Invariant)?);
    }
    if let Ok(date) = date_time_offset::it(source) {
        let text = datetime_format::format_offset(date, DATE, Culture::Invariant)?;
        return Ok(match text.strip_suffix("+00:00") {
            Some(utc) => format!("{utc}Z"),
            None => text,
        });
    }
    if let Some(ticks) = time_span::ticks(source) {
        return Ok(xml::duration_text(ticks));
    }
    Ok(match source {
        Value::Bool(true) => "true".to_owned(),
        Value::Bool(false) => "false".to_owned(),
        Value::Double(it) => xml::double_text(*it),
        Value::Single(it) => xml::single_text(*it),
        other => cx.text(other)?.as_str().into_owned(),
    })
}
