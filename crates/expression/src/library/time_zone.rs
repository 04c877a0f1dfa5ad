//! `System.TimeZone`: the first generation, which knows the host's zone alone. That is UTC.

use super::date_time;
use super::table::{TypeDef, class, method, property, static_property};
use super::time_span;
use crate::Value;
use crate::dotnet::datetime::Kind;
use crate::object::Object;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&TIME_ZONE];

/// `System.TimeZone`.
pub(crate) static TIME_ZONE: TypeDef = class("System.TimeZone").members(&[
    static_property("TimeZone CurrentTimeZone", |_, _, _| Ok(Value::object(Host))),
    property("string StandardName", |_, _, _| {
        Ok("Coordinated Universal Time".into())
    }),
    property("string DaylightName", |_, _, _| {
        Ok("Coordinated Universal Time".into())
    }),
    method("TimeSpan GetUtcOffset(DateTime time)", |_, _, _| {
        Ok(time_span::value(0))
    }),
    method("bool IsDaylightSavingTime(DateTime time)", |_, _, _| {
        Ok(false.into())
    }),
    method("DateTime ToLocalTime(DateTime time)", |_, a, _| {
        Ok(date_time::value(date_time::it(&a[1])?.with_kind(Kind::Local)))
    }),
    method("DateTime ToUniversalTime(DateTime time)", |_, a, _| {
        Ok(date_time::value(date_time::it(&a[1])?.with_kind(Kind::Utc)))
    }),
]);

#[derive(Debug)]
struct Host;

impl Object for Host {
    fn ty(&self) -> Type {
        Type::class(&TIME_ZONE)
    }
}
