//! `System.TimeZoneInfo`.

use super::table::{TypeDef, class, method, property, static_method, static_property};
use super::{compare, date_time, date_time_offset, time_span};
use crate::Value;
use crate::dotnet::calendar::SECOND;
use crate::dotnet::timezone::{self, Zone};
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&TIME_ZONE_INFO];

/// `System.TimeZoneInfo`.
pub(crate) static TIME_ZONE_INFO: TypeDef = class("System.TimeZoneInfo").members(&[
    static_property("TimeZoneInfo Utc", |_, _, _| Ok(value(timezone::utc()))),
    static_property("TimeZoneInfo Local", |_, _, _| Ok(value(timezone::utc()))),
    static_method("TimeZoneInfo FindSystemTimeZoneById(string id)", |_, a, _| {
        Ok(value(timezone::find(&a[0].str("id")?.as_str())?))
    }),
    property("string Id", |_, a, _| Ok(zone(&a[0])?.id.clone().into())),
    property("string DisplayName", |_, a, _| Ok(zone(&a[0])?.display_name().into())),
    property("string StandardName", |_, a, _| Ok(zone(&a[0])?.standard_name().into())),
    property("TimeSpan BaseUtcOffset", |_, a, _| Ok(time_span::value(zone(&a[0])?.base_offset()))),
    property("bool SupportsDaylightSavingTime", |_, a, _| Ok(zone(&a[0])?.has_daylight().into())),
    method("TimeSpan GetUtcOffset(DateTime dateTime)", |_, a, _| {
        Ok(time_span::value(zone(&a[0])?.utc_offset(date_time::it(&a[1])?)))
    }),
    method("TimeSpan GetUtcOffset(DateTimeOffset dateTimeOffset)", |_, a, _| {
        Ok(time_span::value(zone(&a[0])?.utc_offset(date_time_offset::it(&a[1])?.utc())))
    }),
    method("bool IsDaylightSavingTime(DateTime dateTime)", |_, a, _| {
        Ok(zone(&a[0])?.is_daylight(date_time::it(&a[1])?).into())
    }),
    static_method("DateTime ConvertTimeToUtc(DateTime dateTime)", |_, a, _| {
        Ok(date_time::value(date_time::it(&a[0])?.to_universal()))
    }),
    static_method("DateTime ConvertTimeToUtc(DateTime dateTime, TimeZoneInfo sourceTimeZone)", |_, a, _| {
        Ok(date_time::value(timezone::to_utc(date_time::it(&a[0])?, zone(&a[1])?)?))
    }),
    static_method("DateTime ConvertTimeFromUtc(DateTime dateTime, TimeZoneInfo destinationTimeZone)", |_, a, _| {
        Ok(date_time::value(timezone::from_utc(date_time::it(&a[0])?, zone(&a[1])?)?))
    }),
    static_method("DateTime ConvertTime(DateTime dateTime, TimeZoneInfo destinationTimeZone)", |_, a, _| {
        Ok(date_time::value(timezone::from_utc(date_time::it(&a[0])?, zone(&a[1])?)?))
    }),
    static_method(
        "DateTime ConvertTime(DateTime dateTime, TimeZoneInfo sourceTimeZone, TimeZoneInfo destinationTimeZone)",
        |_, a, _| Ok(date_time::value(timezone::convert(date_time::it(&a[0])?, zone(&a[1])?, zone(&a[2])?)?)),
    ),
    static_method("DateTimeOffset ConvertTime(DateTimeOffset dateTimeOffset, TimeZoneInfo destinationTimeZone)", |_, a, _| {
        let date = date_time_offset::it(&a[0])?;
        let offset = zone(&a[1])?.offset_at_utc(date.utc_ticks()) * SECOND;
        Ok(date_time_offset::value(date.to_offset(offset)?))
    }),
    static_method("DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, string destinationTimeZoneId)", |_, a, _| {
        let zone = timezone::find(&a[1].str("destinationTimeZoneId")?.as_str())?;
        Ok(date_time::value(timezone::from_utc(date_time::it(&a[0])?, &zone)?))
    }),
    static_method(
        "DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, string sourceTimeZoneId, string destinationTimeZoneId)",
        |_, a, _| convert_by_id(a),
    ),
]);

#[derive(Debug)]
struct ZoneObject(Zone);

fn value(zone: Zone) -> Value {
    Value::object(ZoneObject(zone))
}

fn zone(value: &Value) -> Result<&Zone, Exception> {
    Ok(&value.of::<ZoneObject>()?.0)
}

fn convert_by_id(a: &[Value]) -> Eval {
    let source = timezone::find(&a[1].str("sourceTimeZoneId")?.as_str())?;
    let target = timezone::find(&a[2].str("destinationTimeZoneId")?.as_str())?;
    Ok(date_time::value(timezone::convert(
        date_time::it(&a[0])?,
        &source,
        &target,
    )?))
}

impl Object for ZoneObject {
    fn ty(&self) -> Type {
        Type::class(&TIME_ZONE_INFO)
    }

    fn text(&self) -> Text {
        self.0.display_name().into()
    }

    fn equals(&self, other: &Value) -> bool {
        other.as_object::<ZoneObject>().is_some_and(|it| it.0 == self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(compare::hash_text(&self.0.id))
    }
}
