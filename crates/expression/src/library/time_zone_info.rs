//! `System.TimeZoneInfo`.

use super::table::{TypeDef, class, method, property, static_method, static_property};
use super::{array, compare, date_time, date_time_offset, time_span, time_zone_rules};
use crate::Value;
use crate::dotnet::calendar::SECOND;
use crate::dotnet::timezone::{self, Custom, Zone};
use crate::dotnet::timezone_text;
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
    static_method("void ClearCachedData()", |_, _, _| Ok(Value::Null)),
    static_method(
        "DateTimeOffset ConvertTimeBySystemTimeZoneId(DateTimeOffset dateTimeOffset, string destinationTimeZoneId)",
        |_, a, _| {
            let date = date_time_offset::it(&a[0])?;
            let zone = timezone::find(&a[1].str("destinationTimeZoneId")?.as_str())?;
            let offset = zone.offset_at_utc(date.utc_ticks()) * SECOND;
            Ok(date_time_offset::value(date.to_offset(offset)?))
        },
    ),
    static_method(
        "TimeZoneInfo CreateCustomTimeZone(string id, TimeSpan baseUtcOffset, string displayName, string standardDisplayName)",
        |_, a, _| custom(a, a[3].to_text(), &Value::Null, false),
    ),
    static_method(
        "TimeZoneInfo CreateCustomTimeZone(string id, TimeSpan baseUtcOffset, string displayName, string standardDisplayName, string daylightDisplayName, TimeZoneInfo.AdjustmentRule[] adjustmentRules)",
        |_, a, _| custom(a, a[4].to_text(), &a[5], false),
    ),
    static_method(
        "TimeZoneInfo CreateCustomTimeZone(string id, TimeSpan baseUtcOffset, string displayName, string standardDisplayName, string daylightDisplayName, TimeZoneInfo.AdjustmentRule[] adjustmentRules, bool disableDaylightSavingTime)",
        |_, a, _| custom(a, a[4].to_text(), &a[5], a[6].bool()),
    ),
    static_method("TimeZoneInfo FromSerializedString(string source)", |_, a, _| {
        Ok(value(timezone_text::read(&a[0].str("source")?.as_str())?))
    }),
    method("string ToSerializedString()", |_, a, _| Ok(timezone_text::write(zone(&a[0])?).into())),
    property("string DaylightName", |_, a, _| Ok(zone(&a[0])?.daylight_name().into())),
    method("TimeZoneInfo.AdjustmentRule[] GetAdjustmentRules()", |cx, a, _| {
        let rules: Vec<Value> = zone(&a[0])?.rules().into_iter().map(time_zone_rules::value).collect();
        cx.charge_values(rules.len())?;
        Ok(array::new(Type::class(&time_zone_rules::ADJUSTMENT_RULE), rules))
    }),
    method("bool Equals(TimeZoneInfo other)", |_, a, _| {
        let own = zone(&a[0])?;
        Ok(zone(&a[1]).is_ok_and(|it| it == own).into())
    }),
    method("bool HasSameRules(TimeZoneInfo other)", |_, a, _| {
        let other = zone(&a[1]).map_err(|_| Exception::argument_null("other"))?;
        Ok(zone(&a[0])?.has_same_rules(other).into())
    }),
    method("bool IsAmbiguousTime(DateTime dateTime)", |_, a, _| {
        Ok(zone(&a[0])?.ambiguous(date_time::it(&a[1])?).is_some().into())
    }),
    method("bool IsAmbiguousTime(DateTimeOffset dateTimeOffset)", |_, a, _| {
        Ok(zone(&a[0])?.ambiguous(date_time_offset::it(&a[1])?.utc()).is_some().into())
    }),
    method("bool IsInvalidTime(DateTime dateTime)", |_, a, _| {
        Ok(zone(&a[0])?.is_invalid(date_time::it(&a[1])?).into())
    }),
    method("TimeSpan[] GetAmbiguousTimeOffsets(DateTime dateTime)", |_, a, _| {
        offsets(zone(&a[0])?.ambiguous(date_time::it(&a[1])?), "dateTime")
    }),
    method("TimeSpan[] GetAmbiguousTimeOffsets(DateTimeOffset dateTimeOffset)", |_, a, _| {
        offsets(zone(&a[0])?.ambiguous(date_time_offset::it(&a[1])?.utc()), "dateTimeOffset")
    }),
    method("bool IsDaylightSavingTime(DateTimeOffset dateTimeOffset)", |_, a, _| {
        Ok(zone(&a[0])?.is_daylight_at(date_time_offset::it(&a[1])?.utc_ticks()).into())
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

fn custom(a: &[Value], daylight_name: String, rules: &Value, without_daylight: bool) -> Eval {
    let mut made = Vec::new();
    for rule in array::items(rules).iter().filter(|_| !without_daylight) {
        made.push(time_zone_rules::rule(rule)?);
    }
    let custom = Custom {
        base_offset: time_span::of(&a[1])?,
        display_name: a[2].to_text(),
        standard_name: a[3].to_text(),
        daylight_name,
        rules: made,
    };
    Ok(value(timezone::create(&a[0].str("id")?.as_str(), custom)?))
}

fn offsets(pair: Option<(i64, i64)>, parameter: &str) -> Eval {
    let Some((lesser, greater)) = pair else {
        let message =
            format!("The supplied DateTime is not in an ambiguous time range. (Parameter '{parameter}')");
        return Err(Exception::argument(message).into());
    };
    let spans = vec![time_span::value(lesser), time_span::value(greater)];
    Ok(array::new(Type::class(&time_span::TIME_SPAN), spans))
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
