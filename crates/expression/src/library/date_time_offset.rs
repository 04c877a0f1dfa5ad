//! `System.DateTimeOffset`.

use super::table::{
    Member, TypeDef, constructor, implicit, method, operator, property, static_method, static_property,
    structure,
};
use super::{Def, compare, date_enums, date_time, time_span};
use crate::Value;
use crate::dotnet::calendar::{DAY, HOUR, MILLISECOND, MINUTE, SECOND};
use crate::dotnet::datetime::{DateTime, Kind};
use crate::dotnet::datetime_exact::parse_exact_offset;
use crate::dotnet::datetime_format::{self, Culture};
use crate::dotnet::datetime_offset::DateTimeOffset;
use crate::dotnet::datetime_parse;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use std::cmp::Ordering;

pub(crate) static TYPES: &[&TypeDef] = &[&DATE_TIME_OFFSET];

/// `System.DateTimeOffset`.
pub(crate) static DATE_TIME_OFFSET: TypeDef = structure("System.DateTimeOffset")
    .bases(&[
        "IComparable",
        "IComparable<DateTimeOffset>",
        "IEquatable<DateTimeOffset>",
    ])
    .default(|_| value(DateTimeOffset::default()))
    .members(MEMBERS);

// Ticks at the beginning of 1601.
const FILE_TIME: i64 = 504_911_232_000_000_000;

static MEMBERS: &[Member] = &[
    static_property("DateTimeOffset UtcNow", |cx, _, _| Ok(value(now(cx)))),
    static_property("DateTimeOffset Now", |cx, _, _| Ok(value(now(cx)))),
    static_property("DateTimeOffset MinValue", |_, _, _| Ok(value(DateTimeOffset::from_date(DateTime::MIN)))),
    static_property("DateTimeOffset MaxValue", |_, _, _| Ok(value(DateTimeOffset::from_date(DateTime::MAX)))),
    static_property("DateTimeOffset UnixEpoch", |_, _, _| Ok(value(DateTimeOffset::from_unix_seconds(0)?))),
    // A file time counts from 1601.
    static_method("DateTimeOffset FromFileTime(long fileTime)", |_, a, _| {
        let ticks = a[0].long();
        if !(0..=DateTime::MAX.ticks - FILE_TIME).contains(&ticks) {
            let message = "Not a valid Win32 FileTime.";
            return Err(Exception::out_of_range(message, "fileTime").into());
        }
        Ok(value(DateTimeOffset::from_date(DateTime::from_ticks(ticks + FILE_TIME, Kind::Utc)?)))
    }),
    method("long ToFileTime()", |_, a, _| match it(&a[0])?.utc_ticks() - FILE_TIME {
        ticks if ticks < 0 => {
            let message = "Not a valid Win32 FileTime.";
            Err(Exception::out_of_range(message, "").into())
        }
        ticks => Ok(ticks.into()),
    }),
    static_method("bool Equals(DateTimeOffset first, DateTimeOffset second)", |_, a, _| {
        Ok(order(a)?.is_eq().into())
    }),
    // ---- making
    constructor("()", |_, _, _| Ok(value(DateTimeOffset::default()))),
    constructor("(DateTime dateTime)", |_, a, _| Ok(value(DateTimeOffset::from_date(date_time::it(&a[0])?)))),
    constructor("(DateTime dateTime, TimeSpan offset)", |_, a, _| {
        Ok(value(DateTimeOffset::new(date_time::it(&a[0])?, time_span::of(&a[1])?)?))
    }),
    constructor("(long ticks, TimeSpan offset)", |_, a, _| {
        let local = DateTime::from_ticks(a[0].long(), Kind::Unspecified)?;
        Ok(value(DateTimeOffset::new(local, time_span::of(&a[1])?)?))
    }),
    constructor("(int year, int month, int day, int hour, int minute, int second, TimeSpan offset)", |_, a, _| {
        make(a, 0, &a[6])
    }),
    constructor(
        "(int year, int month, int day, int hour, int minute, int second, int millisecond, TimeSpan offset)",
        |_, a, _| make(a, a[6].long(), &a[7]),
    ),
    implicit("DateTimeOffset (DateTime dateTime)", |_, a, _| {
        Ok(value(DateTimeOffset::from_date(date_time::it(&a[0])?)))
    }),
    static_method("DateTimeOffset FromUnixTimeSeconds(long seconds)", |_, a, _| {
        Ok(value(DateTimeOffset::from_unix_seconds(a[0].long())?))
    }),
    static_method("DateTimeOffset FromUnixTimeMilliseconds(long milliseconds)", |_, a, _| {
        Ok(value(DateTimeOffset::from_unix_milliseconds(a[0].long())?))
    }),
    method("long ToUnixTimeSeconds()", |_, a, _| Ok(it(&a[0])?.to_unix_seconds().into())),
    method("long ToUnixTimeMilliseconds()", |_, a, _| Ok(it(&a[0])?.to_unix_milliseconds().into())),
    // ---- parts
    property("DateTime DateTime", |_, a, _| Ok(date_time::value(it(&a[0])?.local))),
    property("DateTime UtcDateTime", |_, a, _| Ok(date_time::value(it(&a[0])?.utc()))),
    property("DateTime LocalDateTime", |_, a, _| Ok(date_time::value(it(&a[0])?.utc().to_local()))),
    property("DateTime Date", |_, a, _| Ok(date_time::value(it(&a[0])?.local.date()))),
    property("TimeSpan Offset", |_, a, _| Ok(time_span::value(it(&a[0])?.offset_minutes * MINUTE))),
    property("int Year", |_, a, _| Ok((it(&a[0])?.local.civil().year as i32).into())),
    property("int Month", |_, a, _| Ok((it(&a[0])?.local.civil().month as i32).into())),
    property("int Day", |_, a, _| Ok((it(&a[0])?.local.civil().day as i32).into())),
    property("int Hour", |_, a, _| Ok((it(&a[0])?.local.hour() as i32).into())),
    property("int Minute", |_, a, _| Ok((it(&a[0])?.local.minute() as i32).into())),
    property("int Second", |_, a, _| Ok((it(&a[0])?.local.second() as i32).into())),
    property("int Millisecond", |_, a, _| Ok((it(&a[0])?.local.millisecond() as i32).into())),
    property("int DayOfYear", |_, a, _| Ok((it(&a[0])?.local.day_of_year() as i32).into())),
    property("DayOfWeek DayOfWeek", |_, a, _| {
        Ok(Value::Enum(Def(&date_enums::DAY_OF_WEEK), it(&a[0])?.local.day_of_week()))
    }),
    property("TimeSpan TimeOfDay", |_, a, _| Ok(time_span::value(it(&a[0])?.local.time_of_day()))),
    property("long Ticks", |_, a, _| Ok(it(&a[0])?.local.ticks.into())),
    property("long UtcTicks", |_, a, _| Ok(it(&a[0])?.utc_ticks().into())),
    // ---- arithmetic
    method("DateTimeOffset Add(TimeSpan timeSpan)", |_, a, _| shift(a, time_span::of(&a[1])?)),
    method("DateTimeOffset AddTicks(long ticks)", |_, a, _| shift(a, a[1].long())),
    method("DateTimeOffset AddMilliseconds(double milliseconds)", |_, a, _| add(a, MILLISECOND)),
    method("DateTimeOffset AddSeconds(double seconds)", |_, a, _| add(a, SECOND)),
    method("DateTimeOffset AddMinutes(double minutes)", |_, a, _| add(a, MINUTE)),
    method("DateTimeOffset AddHours(double hours)", |_, a, _| add(a, HOUR)),
    method("DateTimeOffset AddDays(double days)", |_, a, _| add(a, DAY)),
    method("DateTimeOffset AddMonths(int months)", |_, a, _| Ok(value(it(&a[0])?.map(|it| it.add_months(a[1].long()))?))),
    method("DateTimeOffset AddYears(int years)", |_, a, _| Ok(value(it(&a[0])?.map(|it| it.add_years(a[1].long()))?))),
    method("TimeSpan Subtract(DateTimeOffset value)", |_, a, _| difference(a)),
    method("DateTimeOffset Subtract(TimeSpan value)", |_, a, _| shift(a, negated(&a[1])?)),
    operator("DateTimeOffset +(DateTimeOffset dateTimeOffset, TimeSpan timeSpan)", |_, a, _| {
        shift(a, time_span::of(&a[1])?)
    }),
    operator("DateTimeOffset -(DateTimeOffset dateTimeOffset, TimeSpan timeSpan)", |_, a, _| shift(a, negated(&a[1])?)),
    operator("TimeSpan -(DateTimeOffset left, DateTimeOffset right)", |_, a, _| difference(a)),
    // ---- comparing
    operator("bool ==(DateTimeOffset left, DateTimeOffset right)", |_, a, _| Ok(order(a)?.is_eq().into())),
    operator("bool !=(DateTimeOffset left, DateTimeOffset right)", |_, a, _| Ok(order(a)?.is_ne().into())),
    operator("bool <(DateTimeOffset left, DateTimeOffset right)", |_, a, _| Ok(order(a)?.is_lt().into())),
    operator("bool <=(DateTimeOffset left, DateTimeOffset right)", |_, a, _| Ok(order(a)?.is_le().into())),
    operator("bool >(DateTimeOffset left, DateTimeOffset right)", |_, a, _| Ok(order(a)?.is_gt().into())),
    operator("bool >=(DateTimeOffset left, DateTimeOffset right)", |_, a, _| Ok(order(a)?.is_ge().into())),
    method("bool Equals(DateTimeOffset other)", |_, a, _| Ok(order(a)?.is_eq().into())),
    method("bool EqualsExact(DateTimeOffset other)", |_, a, _| {
        let (a, b) = (it(&a[0])?, it(&a[1])?);
        Ok((a == b && a.offset_minutes == b.offset_minutes).into())
    }),
    method("int CompareTo(DateTimeOffset other)", |_, a, _| Ok((order(a)? as i32).into())),
    static_method("int Compare(DateTimeOffset first, DateTimeOffset second)", |_, a, _| Ok((order(a)? as i32).into())),
    // ---- zones
    method("DateTimeOffset ToOffset(TimeSpan offset)", |_, a, _| {
        Ok(value(it(&a[0])?.to_offset(time_span::of(&a[1])?)?))
    }),
    method("DateTimeOffset ToUniversalTime()", |_, a, _| Ok(value(it(&a[0])?.to_universal()))),
    method("DateTimeOffset ToLocalTime()", |_, a, _| Ok(value(it(&a[0])?.to_universal()))),
    // ---- text
    method("string ToString(string format)", |_, a, _| shown(a, &a[1], Culture::EnUs)),
    method("string ToString(IFormatProvider formatProvider)", |_, a, _| {
        shown(a, &Value::Null, date_time::culture(&a[1]))
    })
    .not_in_azure(),
    method("string ToString(string format, IFormatProvider formatProvider)", |_, a, _| {
        shown(a, &a[1], date_time::culture(&a[2]))
    })
    .not_in_azure(),
    static_method("DateTimeOffset Parse(string input)", |cx, a, _| parse(cx, a, 0)),
    static_method("DateTimeOffset Parse(string input, IFormatProvider formatProvider)", |cx, a, _| parse(cx, a, 0))
        .not_in_azure(),
    static_method(
        "DateTimeOffset Parse(string input, IFormatProvider formatProvider, DateTimeStyles styles)",
        |cx, a, _| parse(cx, a, a[2].long()),
    )
    .not_in_azure(),
    static_method("bool TryParse(string input, out DateTimeOffset result)", |cx, a, _| {
        let parsed = parse(cx, a, 0);
        let good = parsed.is_ok();
        a[1] = parsed.unwrap_or_else(|_| value(DateTimeOffset::default()));
        Ok(good.into())
    }),
    static_method("DateTimeOffset ParseExact(string input, string format, IFormatProvider formatProvider)", |cx, a, _| {
        exact(cx, a, 0)
    }),
    static_method(
        "DateTimeOffset ParseExact(string input, string format, IFormatProvider formatProvider, DateTimeStyles styles)",
        |cx, a, _| exact(cx, a, a[3].long()),
    )
    .not_in_azure(),
];

/// A date with an offset as a value.
#[derive(Debug)]
struct OffsetStamp(DateTimeOffset);

/// A `DateTimeOffset`.
pub(crate) fn value(date: DateTimeOffset) -> Value {
    Value::object(OffsetStamp(date))
}

/// The date that a value is.
pub(crate) fn it(value: &Value) -> Result<DateTimeOffset, Exception> {
    Ok(value.of::<OffsetStamp>()?.0)
}

impl Object for OffsetStamp {
    fn ty(&self) -> Type {
        Type::class(&DATE_TIME_OFFSET)
    }

    fn text(&self) -> Text {
        datetime_format::format_offset(self.0, "", Culture::EnUs)
            .unwrap_or_default()
            .into()
    }

    fn formatted(&self, format: &str) -> Option<Eval<String>> {
        Some(datetime_format::format_offset(self.0, format, Culture::EnUs).map_err(Into::into))
    }

    fn equals(&self, other: &Value) -> bool {
        other.as_object::<OffsetStamp>().is_some_and(|it| it.0 == self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(compare::hash(&Value::Long(self.0.utc_ticks())))
    }

    fn compare(&self, other: &Value) -> Option<Ordering> {
        other.as_object::<OffsetStamp>().map(|it| self.0.cmp(&it.0))
    }
}

fn now(cx: &Cx<'_>) -> DateTimeOffset {
    DateTimeOffset::from_date(date_time::now(cx))
}

fn make(a: &[Value], millisecond: i64, offset: &Value) -> Eval {
    let part = |at: usize| a[at].long();
    let time = [part(3), part(4), part(5), millisecond];
    let local = DateTime::new([part(0), part(1), part(2)], time, Kind::Unspecified)?;
    Ok(value(DateTimeOffset::new(local, time_span::of(offset)?)?))
}

fn add(a: &[Value], unit: i64) -> Eval {
    Ok(value(it(&a[0])?.map(|it| it.add(a[1].double(), unit))?))
}

fn shift(a: &[Value], ticks: i64) -> Eval {
    Ok(value(it(&a[0])?.map(|it| it.add_ticks(ticks))?))
}

fn negated(span: &Value) -> Result<i64, Exception> {
    Ok(time_span::of(span)?.checked_neg().unwrap_or(i64::MAX))
}

fn difference(a: &[Value]) -> Eval {
    Ok(time_span::value(it(&a[0])?.utc_ticks() - it(&a[1])?.utc_ticks()))
}

fn order(a: &[Value]) -> Result<Ordering, Exception> {
    Ok(it(&a[0])?.cmp(&it(&a[1])?))
}

fn shown(a: &[Value], format: &Value, culture: Culture) -> Eval {
    Ok(datetime_format::format_offset(it(&a[0])?, &format.to_text(), culture)?.into())
}

fn parse(cx: &mut Cx<'_>, a: &[Value], styles: i64) -> Eval {
    let text = a[0].str("input")?.as_str();
    Ok(value(datetime_parse::parse_offset(
        &text,
        date_time::now(cx),
        styles,
    )?))
}

fn exact(cx: &mut Cx<'_>, a: &[Value], styles: i64) -> Eval {
    let text = a[0].str("input")?.as_str();
    let formats = date_time::formats(&a[1])?;
    let formats: Vec<&str> = formats.iter().map(String::as_str).collect();
    Ok(value(parse_exact_offset(
        &text,
        &formats,
        date_time::now(cx),
        styles,
    )?))
}
