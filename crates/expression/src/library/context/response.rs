//! `context.Response`, and responses kept in variables.

use super::body::Stored;
use crate::Value;
use crate::host::Message;
use crate::library::dictionary;
use crate::library::table::{Member, TypeDef, interface, property};
use crate::value::Part;

/// `IResponse`.
pub(crate) static RESPONSE: TypeDef = interface("IResponse").members(MEMBERS);

static MEMBERS: &[Member] = &[
    property("int StatusCode", |cx, a, _| {
        Ok(match &a[0] {
            Value::Response(stored) => i32::from(stored.status),
            _ => cx.host.response().map_or(0, |it| i32::from(it.status)),
        }
        .into())
    }),
    property("string StatusReason", |cx, a, _| {
        Ok(match &a[0] {
            Value::Response(stored) => stored.reason.as_str().into(),
            _ => cx.host.response().map(|it| it.reason).into(),
        })
    }),
    property("IReadOnlyDictionary<string, string[]> Headers", |_, a, _| {
        Ok(match &a[0] {
            Value::Response(stored) => {
                let names = stored.headers.keys();
                let entries = names.map(|name| {
                    (
                        name.as_str().to_owned(),
                        super::header_values(&stored.headers, name.as_str()),
                    )
                });
                dictionary::of_strings(entries, true)
            }
            _ => Value::Part(Part::Headers(Message::Response)),
        })
    }),
    property("IMessageBody Body", |cx, a, _| {
        Ok(match &a[0] {
            Value::Response(stored) => Value::object(Stored(stored.clone())),
            _ if cx.host.has_body(Message::Response) => Value::Part(Part::Body(Message::Response)),
            _ => Value::Null,
        })
    }),
];
