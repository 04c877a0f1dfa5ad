//! `System.TimeZoneInfo.AdjustmentRule` and `TransitionTime`.

use super::table::{TypeDef, class, method, operator, property, static_method, structure};
use super::{Def, compare, date_enums, date_time, time_span};
use crate::Value;
use crate::dotnet::calendar::DAY;
use crate::dotnet::datetime::{DateTime, Kind};
use crate::dotnet::timezone_rules::{Rule, Transition, day_of};
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&ADJUSTMENT_RULE, &TRANSITION_TIME];

/// `System.TimeZoneInfo.AdjustmentRule`.
pub(crate) static ADJUSTMENT_RULE: TypeDef = class("System.TimeZoneInfo.AdjustmentRule")
    .aliases(&["TimeZoneInfo.AdjustmentRule"])
    .members(&[
        static_method(
            "TimeZoneInfo.AdjustmentRule CreateAdjustmentRule(DateTime dateStart, DateTime dateEnd, TimeSpan daylightDelta, TimeZoneInfo.TransitionTime daylightTransitionStart, TimeZoneInfo.TransitionTime daylightTransitionEnd)",
            |_, a, _| {
                let rule = Rule {
                    first: day_of(date_time::it(&a[0])?)?,
                    last: day_of(date_time::it(&a[1])?)?,
                    delta: time_span::of(&a[2])?,
                    start: transition(&a[3])?,
                    end: transition(&a[4])?,
                };
                Ok(value(rule.checked()?))
            },
        ),
        property("DateTime DateStart", |_, a, _| day(rule(&a[0])?.first)),
        property("DateTime DateEnd", |_, a, _| day(rule(&a[0])?.last)),
        property("TimeSpan DaylightDelta", |_, a, _| Ok(time_span::value(rule(&a[0])?.delta))),
        property("TimeZoneInfo.TransitionTime DaylightTransitionStart", |_, a, _| {
            Ok(Value::object(HeldTransition(rule(&a[0])?.start)))
        }),
        property("TimeZoneInfo.TransitionTime DaylightTransitionEnd", |_, a, _| {
            Ok(Value::object(HeldTransition(rule(&a[0])?.end)))
        }),
        method("bool Equals(TimeZoneInfo.AdjustmentRule other)", |_, a, _| {
            Ok((rule(&a[1]).ok() == Some(rule(&a[0])?)).into())
        }),
    ]);

/// `System.TimeZoneInfo.TransitionTime`.
pub(crate) static TRANSITION_TIME: TypeDef = structure("System.TimeZoneInfo.TransitionTime")
    .aliases(&["TimeZoneInfo.TransitionTime"])
    .default(|_| Value::object(HeldTransition(Transition::default())))
    .members(&[
        static_method(
            "TimeZoneInfo.TransitionTime CreateFixedDateRule(DateTime timeOfDay, int month, int day)",
            |_, a, _| {
                made(Transition {
                    is_fixed: true,
                    time: time_of(&a[0])?,
                    month: a[1].long(),
                    week: 1,
                    day: a[2].long(),
                    day_of_week: 0,
                })
            },
        ),
        static_method(
            "TimeZoneInfo.TransitionTime CreateFloatingDateRule(DateTime timeOfDay, int month, int week, DayOfWeek dayOfWeek)",
            |_, a, _| {
                made(Transition {
                    is_fixed: false,
                    time: time_of(&a[0])?,
                    month: a[1].long(),
                    week: a[2].long(),
                    day: 1,
                    day_of_week: a[3].long(),
                })
            },
        ),
        property("DateTime TimeOfDay", |_, a, _| day(transition(&a[0])?.time)),
        property("int Month", |_, a, _| Ok((transition(&a[0])?.month as i32).into())),
        property("int Week", |_, a, _| Ok((transition(&a[0])?.week as i32).into())),
        property("int Day", |_, a, _| Ok((transition(&a[0])?.day as i32).into())),
        property("DayOfWeek DayOfWeek", |_, a, _| {
            Ok(Value::Enum(Def(&date_enums::DAY_OF_WEEK), transition(&a[0])?.day_of_week))
        }),
        property("bool IsFixedDateRule", |_, a, _| Ok(transition(&a[0])?.is_fixed.into())),
        method("bool Equals(TimeZoneInfo.TransitionTime other)", |_, a, _| {
            Ok((transition(&a[0])? == transition(&a[1])?).into())
        }),
        operator("bool ==(TimeZoneInfo.TransitionTime t1, TimeZoneInfo.TransitionTime t2)", |_, a, _| {
            Ok((transition(&a[0])? == transition(&a[1])?).into())
        }),
        operator("bool !=(TimeZoneInfo.TransitionTime t1, TimeZoneInfo.TransitionTime t2)", |_, a, _| {
            Ok((transition(&a[0])? != transition(&a[1])?).into())
        }),
    ]);

#[derive(Debug)]
struct HeldRule(Rule);

#[derive(Debug)]
struct HeldTransition(Transition);

/// A rule as a value.
pub(super) fn value(rule: Rule) -> Value {
    Value::object(HeldRule(rule))
}

/// The rule that a value is.
pub(super) fn rule(value: &Value) -> Result<Rule, Exception> {
    Ok(value.of::<HeldRule>()?.0)
}

fn transition(value: &Value) -> Result<Transition, Exception> {
    Ok(value.of::<HeldTransition>()?.0)
}

fn made(transition: Transition) -> Eval {
    Ok(Value::object(HeldTransition(transition.checked()?)))
}

fn day(ticks: i64) -> Eval {
    Ok(date_time::value(DateTime::from_ticks(ticks, Kind::Unspecified)?))
}

// A time alone, on the first day there is.
fn time_of(value: &Value) -> Eval<i64> {
    let date = date_time::it(value)?;
    if date.kind != Kind::Unspecified {
        let message = "The supplied DateTime must have the Kind property set to DateTimeKind.Unspecified. (Parameter 'timeOfDay')";
        return Err(Exception::argument(message).into());
    }
    match date.ticks < DAY && date.ticks % 10_000 == 0 {
        true => Ok(date.ticks),
        false => {
            let message = "The supplied DateTime must have the Year, Month, and Day properties set to 1.  The time cannot be specified more precisely than whole milliseconds. (Parameter 'timeOfDay')";
            Err(Exception::argument(message).into())
        }
    }
}

impl Object for HeldRule {
    fn ty(&self) -> Type {
        Type::class(&ADJUSTMENT_RULE)
    }

    fn equals(&self, other: &Value) -> bool {
        rule(other) == Ok(self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(compare::hash(&Value::Long(self.0.first ^ self.0.delta)))
    }
}

impl Object for HeldTransition {
    fn ty(&self) -> Type {
        Type::class(&TRANSITION_TIME)
    }

    fn equals(&self, other: &Value) -> bool {
        transition(other) == Ok(self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(compare::hash(&Value::Long(
            self.0.time ^ self.0.month << 8 ^ self.0.week,
        )))
    }
}
