//! `System.TimeSpan`.

use super::compare;
use super::table::{
    Member, TypeDef, constructor, method, operator, property, static_method, static_property, structure,
};
use crate::Value;
use crate::dotnet::calendar::{DAY, HOUR, MILLISECOND, MINUTE, SECOND};
use crate::dotnet::{timespan, timespan_exact};
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use std::cmp::Ordering;

pub(crate) static TYPES: &[&TypeDef] = &[&TIME_SPAN];

/// `System.TimeSpan`.
pub(crate) static TIME_SPAN: TypeDef = structure("System.TimeSpan")
    .bases(&["IComparable", "IComparable<TimeSpan>", "IEquatable<TimeSpan>"])
    .default(|_| value(0))
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    static_property("TimeSpan Zero", |_, _, _| Ok(value(0))),
    static_property("TimeSpan MinValue", |_, _, _| Ok(value(i64::MIN))),
    static_property("TimeSpan MaxValue", |_, _, _| Ok(value(i64::MAX))),
    static_property("long TicksPerMillisecond", |_, _, _| Ok(MILLISECOND.into())),
    static_property("long TicksPerSecond", |_, _, _| Ok(SECOND.into())),
    static_property("long TicksPerMinute", |_, _, _| Ok(MINUTE.into())),
    static_property("long TicksPerHour", |_, _, _| Ok(HOUR.into())),
    static_property("long TicksPerDay", |_, _, _| Ok(DAY.into())),
    // ---- making
    constructor("()", |_, _, _| Ok(value(0))),
    constructor("(long ticks)", |_, a, _| Ok(value(a[0].long()))),
    constructor("(int hours, int minutes, int seconds)", |_, a, _| {
        make([0, a[0].long(), a[1].long(), a[2].long(), 0])
    }),
    constructor("(int days, int hours, int minutes, int seconds)", |_, a, _| {
        make([a[0].long(), a[1].long(), a[2].long(), a[3].long(), 0])
    }),
    constructor(
        "(int days, int hours, int minutes, int seconds, int milliseconds)",
        |_, a, _| make([a[0].long(), a[1].long(), a[2].long(), a[3].long(), a[4].long()]),
    ),
    static_method("TimeSpan FromMilliseconds(double value)", |_, a, _| {
        from(a, MILLISECOND)
    }),
    static_method("TimeSpan FromSeconds(double value)", |_, a, _| from(a, SECOND)),
    static_method("TimeSpan FromMinutes(double value)", |_, a, _| from(a, MINUTE)),
    static_method("TimeSpan FromHours(double value)", |_, a, _| from(a, HOUR)),
    static_method("TimeSpan FromDays(double value)", |_, a, _| from(a, DAY)),
    static_method("TimeSpan FromTicks(long value)", |_, a, _| Ok(value(a[0].long()))),
    // ---- parts
    property("int Days", |_, a, _| Ok(((of(&a[0])? / DAY) as i32).into())),
    property(
        "int Hours",
        |_, a, _| Ok(((of(&a[0])? / HOUR % 24) as i32).into()),
    ),
    property("int Minutes", |_, a, _| {
        Ok(((of(&a[0])? / MINUTE % 60) as i32).into())
    }),
    property("int Seconds", |_, a, _| {
        Ok(((of(&a[0])? / SECOND % 60) as i32).into())
    }),
    property("int Milliseconds", |_, a, _| {
        Ok(((of(&a[0])? / MILLISECOND % 1_000) as i32).into())
    }),
    property("long Ticks", |_, a, _| Ok(of(&a[0])?.into())),
    property("double TotalDays", |_, a, _| total(a, DAY)),
    property("double TotalHours", |_, a, _| total(a, HOUR)),
    property("double TotalMinutes", |_, a, _| total(a, MINUTE)),
    property("double TotalSeconds", |_, a, _| total(a, SECOND)),
    property("double TotalMilliseconds", |_, a, _| total(a, MILLISECOND)),
    // ---- arithmetic
    method("TimeSpan Add(TimeSpan ts)", |_, a, _| {
        Ok(value(timespan::add(of(&a[0])?, of(&a[1])?)?))
    }),
    method("TimeSpan Subtract(TimeSpan ts)", |_, a, _| {
        Ok(value(timespan::subtract(of(&a[0])?, of(&a[1])?)?))
    }),
    method("TimeSpan Negate()", |_, a, _| {
        Ok(value(timespan::negate(of(&a[0])?)?))
    }),
    method("TimeSpan Duration()", |_, a, _| duration(a)),
    operator("TimeSpan +(TimeSpan t1, TimeSpan t2)", |_, a, _| {
        Ok(value(timespan::add(of(&a[0])?, of(&a[1])?)?))
    }),
    operator("TimeSpan -(TimeSpan t1, TimeSpan t2)", |_, a, _| {
        Ok(value(timespan::subtract(of(&a[0])?, of(&a[1])?)?))
    }),
    operator("TimeSpan -(TimeSpan t)", |_, a, _| {
        Ok(value(timespan::negate(of(&a[0])?)?))
    }),
    operator("TimeSpan +(TimeSpan t)", |_, a, _| Ok(a[0].clone())),
    operator("TimeSpan *(TimeSpan timeSpan, double factor)", |_, a, _| {
        scale(of(&a[0])?, a[1].double())
    }),
    operator("TimeSpan *(double factor, TimeSpan timeSpan)", |_, a, _| {
        scale(of(&a[1])?, a[0].double())
    }),
    operator("TimeSpan /(TimeSpan timeSpan, double divisor)", |_, a, _| {
        divide(of(&a[0])?, a[1].double())
    }),
    operator("double /(TimeSpan t1, TimeSpan t2)", |_, a, _| {
        Ok((of(&a[0])? as f64 / of(&a[1])? as f64).into())
    }),
    // ---- comparing
    operator("bool ==(TimeSpan t1, TimeSpan t2)", |_, a, _| {
        Ok(order(a)?.is_eq().into())
    }),
    operator("bool !=(TimeSpan t1, TimeSpan t2)", |_, a, _| {
        Ok(order(a)?.is_ne().into())
    }),
    operator("bool <(TimeSpan t1, TimeSpan t2)", |_, a, _| {
        Ok(order(a)?.is_lt().into())
    }),
    operator("bool <=(TimeSpan t1, TimeSpan t2)", |_, a, _| {
        Ok(order(a)?.is_le().into())
    }),
    operator("bool >(TimeSpan t1, TimeSpan t2)", |_, a, _| {
        Ok(order(a)?.is_gt().into())
    }),
    operator("bool >=(TimeSpan t1, TimeSpan t2)", |_, a, _| {
        Ok(order(a)?.is_ge().into())
    }),
    method("TimeSpan Multiply(double factor)", |_, a, _| {
        scale(of(&a[0])?, a[1].double())
    }),
    method("TimeSpan Divide(double divisor)", |_, a, _| {
        divide(of(&a[0])?, a[1].double())
    }),
    method("double Divide(TimeSpan ts)", |_, a, _| {
        Ok((of(&a[0])? as f64 / of(&a[1])? as f64).into())
    }),
    static_method("bool Equals(TimeSpan t1, TimeSpan t2)", |_, a, _| {
        Ok(order(a)?.is_eq().into())
    }),
    method("int CompareTo(object value)", |_, a, _| {
        match (&a[1], ticks(&a[1])) {
            (Value::Null, _) => Ok(1.into()),
            (_, Some(_)) => Ok((order(a)? as i32).into()),
            _ => Err(Exception::argument("Object must be of type TimeSpan.").into()),
        }
    }),
    method("bool Equals(TimeSpan obj)", |_, a, _| {
        Ok(order(a)?.is_eq().into())
    }),
    method("int CompareTo(TimeSpan value)", |_, a, _| {
        Ok((order(a)? as i32).into())
    }),
    static_method("int Compare(TimeSpan t1, TimeSpan t2)", |_, a, _| {
        Ok((order(a)? as i32).into())
    }),
    // ---- text
    method("string ToString(string format)", |_, a, _| {
        Ok(timespan::format(of(&a[0])?, &a[1].to_text())?.into())
    }),
    method(
        "string ToString(string format, IFormatProvider formatProvider)",
        |_, a, _| Ok(timespan::format(of(&a[0])?, &a[1].to_text())?.into()),
    )
    .not_in_azure(),
    static_method("TimeSpan Parse(string s)", |_, a, _| {
        Ok(value(timespan::parse(&a[0].str("s")?.as_str())?))
    }),
    static_method(
        "TimeSpan Parse(string input, IFormatProvider formatProvider)",
        |_, a, _| Ok(value(timespan::parse(&a[0].str("input")?.as_str())?)),
    )
    .not_in_azure(),
    static_method(
        "TimeSpan ParseExact(string input, string format, IFormatProvider formatProvider)",
        |_, a, _| {
            let (input, format) = (a[0].str("input")?.as_str(), a[1].str("format")?.as_str());
            Ok(value(timespan_exact::parse(&input, &format)?))
        },
    ),
    static_method(
        "bool TryParseExact(string input, string format, IFormatProvider formatProvider, out TimeSpan result)",
        |_, a, _| {
            let texts = a[0].str_or_null().zip(a[1].str_or_null());
            let parsed = texts
                .and_then(|(input, format)| timespan_exact::parse(&input.as_str(), &format.as_str()).ok());
            a[3] = value(parsed.unwrap_or_default());
            Ok(parsed.is_some().into())
        },
    ),
    static_method("bool TryParse(string s, out TimeSpan result)", |_, a, _| {
        let parsed = a[0]
            .str_or_null()
            .and_then(|it| timespan::parse(&it.as_str()).ok());
        a[1] = value(parsed.unwrap_or_default());
        Ok(parsed.is_some().into())
    }),
];

/// A time span as a value, in ticks.
#[derive(Debug)]
struct Span(i64);

/// A `TimeSpan` of so many ticks.
pub(crate) fn value(ticks: i64) -> Value {
    Value::object(Span(ticks))
}

/// The ticks of a `TimeSpan`.
pub(crate) fn of(value: &Value) -> Result<i64, Exception> {
    Ok(value.of::<Span>()?.0)
}

/// The ticks, if it is a `TimeSpan`.
pub(crate) fn ticks(value: &Value) -> Option<i64> {
    value.as_object::<Span>().map(|it| it.0)
}

impl Object for Span {
    fn ty(&self) -> Type {
        Type::class(&TIME_SPAN)
    }

    fn text(&self) -> Text {
        timespan::format(self.0, "").unwrap_or_default().into()
    }

    fn formatted(&self, format: &str) -> Option<Eval<String>> {
        Some(timespan::format(self.0, format).map_err(Into::into))
    }

    fn equals(&self, other: &Value) -> bool {
        ticks(other) == Some(self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(compare::hash(&Value::Long(self.0)))
    }

    fn compare(&self, other: &Value) -> Option<Ordering> {
        ticks(other).map(|it| self.0.cmp(&it))
    }
}

fn make(parts: [i64; 5]) -> Eval {
    Ok(value(timespan::from_parts(parts)?))
}

fn from(a: &[Value], unit: i64) -> Eval {
    Ok(value(timespan::from_units(a[0].double(), unit)?))
}

fn total(a: &[Value], unit: i64) -> Eval {
    Ok((of(&a[0])? as f64 / unit as f64).into())
}

fn duration(a: &[Value]) -> Eval {
    let ticks = of(&a[0])?;
    Ok(value(if ticks < 0 {
        timespan::negate(ticks)?
    } else {
        ticks
    }))
}

fn scale(ticks: i64, factor: f64) -> Eval {
    Ok(value(timespan::from_units((ticks as f64 * factor).round(), 1)?))
}

fn divide(ticks: i64, divisor: f64) -> Eval {
    Ok(value(timespan::from_units((ticks as f64 / divisor).round(), 1)?))
}

fn order(a: &[Value]) -> Result<Ordering, Exception> {
    Ok(of(&a[0])?.cmp(&of(&a[1])?))
}
