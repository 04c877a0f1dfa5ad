//! `System.DateTime`.

use super::table::{
    Member, TypeDef, constructor, method, operator, property, static_method, static_property, structure,
};
use super::{Def, compare, date_enums, time_span};
use crate::Value;
use crate::dotnet::calendar::{DAY, HOUR, MILLISECOND, MINUTE, SECOND};
use crate::dotnet::datetime::{self, DateTime, Kind};
use crate::dotnet::datetime_exact::parse_exact;
use crate::dotnet::datetime_format::{self, Culture};
use crate::dotnet::datetime_parse;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use std::cmp::Ordering;

pub(crate) static TYPES: &[&TypeDef] = &[&DATE_TIME];

/// `System.DateTime`.
pub(crate) static DATE_TIME: TypeDef = structure("System.DateTime")
    .bases(&["IComparable", "IComparable<DateTime>", "IEquatable<DateTime>"])
    .default(|_| value(DateTime::MIN))
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    static_property("DateTime UtcNow", |cx, _, _| Ok(value(now(cx)))),
    static_property("DateTime Now", |cx, _, _| Ok(value(now(cx).to_local()))),
    static_property("DateTime Today", |cx, _, _| Ok(value(now(cx).date().to_local()))),
    static_property("DateTime MinValue", |_, _, _| Ok(value(DateTime::MIN))),
    static_property("DateTime MaxValue", |_, _, _| Ok(value(DateTime::MAX))),
    static_property("DateTime UnixEpoch", |_, _, _| Ok(value(DateTime::from_moment(clock::Moment::EPOCH))))
        .not_in_azure(),
    // ---- making
    constructor("()", |_, _, _| Ok(value(DateTime::MIN))),
    constructor("(long ticks)", |_, a, _| Ok(value(DateTime::from_ticks(a[0].long(), Kind::Unspecified)?))),
    constructor("(long ticks, DateTimeKind kind)", |_, a, _| Ok(value(DateTime::from_ticks(a[0].long(), kind(&a[1]))?))),
    constructor("(int year, int month, int day)", |_, a, _| make(a, Kind::Unspecified)),
    constructor("(int year, int month, int day, int hour, int minute, int second)", |_, a, _| make(a, Kind::Unspecified)),
    constructor("(int year, int month, int day, int hour, int minute, int second, DateTimeKind kind)", |_, a, _| {
        make(&a[..6], kind(&a[6]))
    }),
    constructor("(int year, int month, int day, int hour, int minute, int second, int millisecond)", |_, a, _| {
        make(a, Kind::Unspecified)
    }),
    constructor(
        "(int year, int month, int day, int hour, int minute, int second, int millisecond, DateTimeKind kind)",
        |_, a, _| make(&a[..7], kind(&a[7])),
    ),
    // ---- parts
    property("DateTime Date", |_, a, _| Ok(value(it(&a[0])?.date()))),
    property("int Year", |_, a, _| Ok((it(&a[0])?.civil().year as i32).into())),
    property("int Month", |_, a, _| Ok((it(&a[0])?.civil().month as i32).into())),
    property("int Day", |_, a, _| Ok((it(&a[0])?.civil().day as i32).into())),
    property("int Hour", |_, a, _| Ok((it(&a[0])?.hour() as i32).into())),
    property("int Minute", |_, a, _| Ok((it(&a[0])?.minute() as i32).into())),
    property("int Second", |_, a, _| Ok((it(&a[0])?.second() as i32).into())),
    property("int Millisecond", |_, a, _| Ok((it(&a[0])?.millisecond() as i32).into())),
    property("int DayOfYear", |_, a, _| Ok((it(&a[0])?.day_of_year() as i32).into())),
    property("DayOfWeek DayOfWeek", |_, a, _| {
        Ok(Value::Enum(Def(&date_enums::DAY_OF_WEEK), it(&a[0])?.day_of_week()))
    }),
    property("long Ticks", |_, a, _| Ok(it(&a[0])?.ticks.into())),
    property("TimeSpan TimeOfDay", |_, a, _| Ok(time_span::value(it(&a[0])?.time_of_day()))),
    property("DateTimeKind Kind", |_, a, _| Ok(Value::Enum(Def(&date_enums::DATE_TIME_KIND), it(&a[0])?.kind as i64)))
        .not_in_azure(),
    // ---- arithmetic
    method("DateTime Add(TimeSpan value)", |_, a, _| Ok(value(it(&a[0])?.add_ticks(time_span::of(&a[1])?)?))),
    method("DateTime AddTicks(long value)", |_, a, _| Ok(value(it(&a[0])?.add_ticks(a[1].long())?))),
    method("DateTime AddMilliseconds(double value)", |_, a, _| add(a, MILLISECOND)),
    method("DateTime AddSeconds(double value)", |_, a, _| add(a, SECOND)),
    method("DateTime AddMinutes(double value)", |_, a, _| add(a, MINUTE)),
    method("DateTime AddHours(double value)", |_, a, _| add(a, HOUR)),
    method("DateTime AddDays(double value)", |_, a, _| add(a, DAY)),
    method("DateTime AddMonths(int months)", |_, a, _| Ok(value(it(&a[0])?.add_months(a[1].long())?))),
    method("DateTime AddYears(int value)", |_, a, _| Ok(value(it(&a[0])?.add_years(a[1].long())?))),
    method("TimeSpan Subtract(DateTime value)", |_, a, _| Ok(time_span::value(it(&a[0])?.ticks - it(&a[1])?.ticks))),
    method("DateTime Subtract(TimeSpan value)", |_, a, _| subtract(a)),
    operator("DateTime +(DateTime d, TimeSpan t)", |_, a, _| Ok(value(it(&a[0])?.add_ticks(time_span::of(&a[1])?)?))),
    operator("DateTime -(DateTime d, TimeSpan t)", |_, a, _| subtract(a)),
    operator("TimeSpan -(DateTime d1, DateTime d2)", |_, a, _| {
        Ok(time_span::value(it(&a[0])?.ticks - it(&a[1])?.ticks))
    }),
    // ---- comparing
    operator("bool ==(DateTime d1, DateTime d2)", |_, a, _| Ok((order(a)? == Ordering::Equal).into())),
    operator("bool !=(DateTime d1, DateTime d2)", |_, a, _| Ok((order(a)? != Ordering::Equal).into())),
    operator("bool <(DateTime t1, DateTime t2)", |_, a, _| Ok(order(a)?.is_lt().into())),
    operator("bool <=(DateTime t1, DateTime t2)", |_, a, _| Ok(order(a)?.is_le().into())),
    operator("bool >(DateTime t1, DateTime t2)", |_, a, _| Ok(order(a)?.is_gt().into())),
    operator("bool >=(DateTime t1, DateTime t2)", |_, a, _| Ok(order(a)?.is_ge().into())),
    method("bool Equals(DateTime value)", |_, a, _| Ok((order(a)? == Ordering::Equal).into())),
    method("int CompareTo(DateTime value)", |_, a, _| Ok((order(a)? as i32).into())),
    static_method("int Compare(DateTime t1, DateTime t2)", |_, a, _| Ok((order(a)? as i32).into())).not_in_azure(),
    static_method("bool Equals(DateTime t1, DateTime t2)", |_, a, _| Ok((order(a)? == Ordering::Equal).into()))
        .not_in_azure(),
    // ---- calendar and zone
    static_method("int DaysInMonth(int year, int month)", |_, a, _| {
        Ok((datetime::days_in_month(a[0].long(), a[1].long())? as i32).into())
    }),
    static_method("bool IsLeapYear(int year)", |_, a, _| Ok(datetime::is_leap_year(a[0].long())?.into())),
    method("bool IsDaylightSavingTime()", |_, _, _| Ok(false.into())),
    method("DateTime ToUniversalTime()", |_, a, _| Ok(value(it(&a[0])?.to_universal()))).not_in_azure(),
    method("DateTime ToLocalTime()", |_, a, _| Ok(value(it(&a[0])?.to_local()))).not_in_azure(),
    static_method("DateTime SpecifyKind(DateTime value, DateTimeKind kind)", |_, a, _| {
        Ok(value(it(&a[0])?.with_kind(kind(&a[1]))))
    })
    .not_in_azure(),
    method("long ToBinary()", |_, a, _| Ok((it(&a[0])?.ticks | (it(&a[0])?.kind as i64) << 62).into())).not_in_azure(),
    method("long ToFileTime()", |_, a, _| Ok((it(&a[0])?.ticks - FILE_TIME_EPOCH).into())).not_in_azure(),
    method("long ToFileTimeUtc()", |_, a, _| Ok((it(&a[0])?.ticks - FILE_TIME_EPOCH).into())).not_in_azure(),
    // ---- text
    method("string ToString(string format)", |_, a, _| Ok(shown(&a[0], &a[1], Culture::EnUs)?.into())),
    method("string ToString(IFormatProvider provider)", |_, a, _| {
        Ok(shown(&a[0], &Value::Null, culture(&a[1]))?.into())
    })
    .not_in_azure(),
    method("string ToString(string format, IFormatProvider provider)", |_, a, _| {
        Ok(shown(&a[0], &a[1], culture(&a[2]))?.into())
    })
    .not_in_azure(),
    method("string ToShortDateString()", |_, a, _| Ok(shown(&a[0], &"d".into(), Culture::EnUs)?.into())).not_in_azure(),
    method("string ToLongDateString()", |_, a, _| Ok(shown(&a[0], &"D".into(), Culture::EnUs)?.into())).not_in_azure(),
    method("string ToShortTimeString()", |_, a, _| Ok(shown(&a[0], &"t".into(), Culture::EnUs)?.into())).not_in_azure(),
    method("string ToLongTimeString()", |_, a, _| Ok(shown(&a[0], &"T".into(), Culture::EnUs)?.into())).not_in_azure(),
    static_method("DateTime Parse(string s)", |cx, a, _| parse(cx, a, 0)),
    static_method("DateTime Parse(string s, IFormatProvider provider)", |cx, a, _| parse(cx, a, 0)).not_in_azure(),
    static_method("DateTime Parse(string s, IFormatProvider provider, DateTimeStyles styles)", |cx, a, _| {
        let styles = a[2].long();
        parse(cx, a, styles)
    })
    .not_in_azure(),
    static_method("bool TryParse(string s, out DateTime result)", |cx, a, _| {
        let parsed = parse(cx, a, 0);
        Ok(out(parsed, &mut a[1]))
    })
    .not_in_azure(),
    static_method(
        "bool TryParse(string s, IFormatProvider provider, DateTimeStyles styles, out DateTime result)",
        |cx, a, _| {
            let styles = a[2].long();
            let parsed = parse(cx, a, styles);
            Ok(out(parsed, &mut a[3]))
        },
    )
    .not_in_azure(),
    static_method("DateTime ParseExact(string s, string format, IFormatProvider provider)", |cx, a, _| exact(cx, a, 0))
        .not_in_azure(),
    static_method(
        "DateTime ParseExact(string s, string format, IFormatProvider provider, DateTimeStyles style)",
        |cx, a, _| exact(cx, a, a[3].long()),
    )
    .not_in_azure(),
    static_method(
        "DateTime ParseExact(string s, string[] formats, IFormatProvider provider, DateTimeStyles style)",
        |cx, a, _| exact(cx, a, a[3].long()),
    )
    .not_in_azure(),
    static_method(
        "bool TryParseExact(string s, string format, IFormatProvider provider, DateTimeStyles style, out DateTime result)",
        |cx, a, _| {
            let parsed = exact(cx, a, a[3].long());
            Ok(out(parsed, &mut a[4]))
        },
    )
    .not_in_azure(),
    static_method(
        "bool TryParseExact(string s, string[] formats, IFormatProvider provider, DateTimeStyles style, out DateTime result)",
        |cx, a, _| {
            let parsed = exact(cx, a, a[3].long());
            Ok(out(parsed, &mut a[4]))
        },
    )
    .not_in_azure(),
];

const FILE_TIME_EPOCH: i64 = 504_911_232_000_000_000;

/// A date as a value.
#[derive(Debug)]
pub(crate) struct Stamp(pub(crate) DateTime);

/// A `DateTime`.
pub(crate) fn value(date: DateTime) -> Value {
    Value::object(Stamp(date))
}

/// The date that a value is.
pub(crate) fn it(value: &Value) -> Result<DateTime, Exception> {
    Ok(value.of::<Stamp>()?.0)
}

/// The time of the clock.
pub(crate) fn now(cx: &Cx<'_>) -> DateTime {
    DateTime::from_moment(cx.now())
}

/// The culture that a format provider stands for.
pub(crate) fn culture(provider: &Value) -> Culture {
    match provider {
        Value::Null => Culture::EnUs,
        other if other.text().is_empty() => Culture::Invariant,
        _ => Culture::EnUs,
    }
}

impl Object for Stamp {
    fn ty(&self) -> Type {
        Type::class(&DATE_TIME)
    }

    fn text(&self) -> Text {
        datetime_format::format(self.0, "", Culture::EnUs)
            .unwrap_or_default()
            .into()
    }

    fn formatted(&self, format: &str) -> Option<Eval<String>> {
        Some(datetime_format::format(self.0, format, Culture::EnUs).map_err(Into::into))
    }

    fn equals(&self, other: &Value) -> bool {
        other.as_object::<Stamp>().is_some_and(|it| it.0 == self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(compare::hash(&Value::Long(self.0.ticks)))
    }

    fn compare(&self, other: &Value) -> Option<Ordering> {
        other.as_object::<Stamp>().map(|it| self.0.cmp(&it.0))
    }
}

fn kind(value: &Value) -> Kind {
    match value.long() {
        1 => Kind::Utc,
        2 => Kind::Local,
        _ => Kind::Unspecified,
    }
}

fn make(a: &[Value], kind: Kind) -> Eval {
    let part = |at: usize| a.get(at).map_or(0, Value::long);
    let date = DateTime::new(
        [part(0), part(1), part(2)],
        [part(3), part(4), part(5), part(6)],
        kind,
    )?;
    Ok(value(date))
}

fn add(a: &[Value], unit: i64) -> Eval {
    Ok(value(it(&a[0])?.add(a[1].double(), unit)?))
}

fn subtract(a: &[Value]) -> Eval {
    let ticks = time_span::of(&a[1])?.checked_neg().unwrap_or(i64::MAX);
    Ok(value(it(&a[0])?.add_ticks(ticks)?))
}

fn order(a: &[Value]) -> Result<Ordering, Exception> {
    Ok(it(&a[0])?.cmp(&it(&a[1])?))
}

fn shown(date: &Value, format: &Value, culture: Culture) -> Eval<String> {
    Ok(datetime_format::format(it(date)?, &format.to_text(), culture)?)
}

fn parse(cx: &mut Cx<'_>, a: &[Value], styles: i64) -> Eval {
    let text = a[0].str("s")?.as_str();
    Ok(value(datetime_parse::parse(&text, now(cx), styles)?))
}

fn exact(cx: &mut Cx<'_>, a: &[Value], styles: i64) -> Eval {
    let text = a[0].str("s")?.as_str();
    let formats = formats(&a[1])?;
    let formats: Vec<&str> = formats.iter().map(String::as_str).collect();
    Ok(value(parse_exact(&text, &formats, now(cx), styles)?))
}

/// One format, or an array of them.
pub(crate) fn formats(value: &Value) -> Result<Vec<String>, Exception> {
    match value {
        Value::Text(text) => Ok(vec![text.as_str().into_owned()]),
        array if super::array::is_array(array) => {
            Ok(super::array::items(array).iter().map(Value::to_text).collect())
        }
        _ => Err(Exception::argument_null("format")),
    }
}

/// The outcome of a `TryParse`: the default where it failed.
fn out(parsed: Eval, place: &mut Value) -> Value {
    let good = parsed.is_ok();
    *place = parsed.unwrap_or_else(|_| value(DateTime::MIN));
    good.into()
}
