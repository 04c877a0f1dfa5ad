//! `TimeZoneInfo.AdjustmentRule` and `TransitionTime`: when a zone's clocks are changed.

use super::calendar::{Civil, DAY, MINUTE, civil, days, days_in_month};
use super::datetime::{DateTime, Kind};
use super::error::{DotnetError, Result};

/// `TimeZoneInfo.TransitionTime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Transition {
    /// Always on the same day of its month, or on a weekday of a week.
    pub(crate) is_fixed: bool,
    /// Ticks after midnight.
    pub(crate) time: i64,
    pub(crate) month: i64,
    /// 1 to 5; 5 is the last.
    pub(crate) week: i64,
    pub(crate) day: i64,
    pub(crate) day_of_week: i64,
}

/// `TimeZoneInfo.AdjustmentRule`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Rule {
    /// Ticks of the first and of the last day.
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// Ticks by which daylight time is ahead.
    pub(crate) delta: i64,
    pub(crate) start: Transition,
    pub(crate) end: Transition,
}

impl Transition {
    /// `CreateFixedDateRule` and `CreateFloatingDateRule`, by what is set; the checks are theirs.
    pub(crate) fn checked(self) -> Result<Transition> {
        let wrong = |message: &str, name: &str| Err(DotnetError::out_of_range(message, name));
        if !(1..=12).contains(&self.month) {
            return wrong("The Month parameter must be in the range 1 through 12.", "month");
        }
        if self.is_fixed && !(1..=31).contains(&self.day) {
            return wrong("The Day parameter must be in the range 1 through 31.", "day");
        }
        if !self.is_fixed && !(1..=5).contains(&self.week) {
            return wrong("The Week parameter must be in the range 1 through 5.", "week");
        }
        Ok(self)
    }

    /// The ticks of the change in a year, on the wall clock.
    pub(crate) fn in_year(&self, year: i64) -> i64 {
        let length = days_in_month(year, self.month);
        let at = |day: i64| {
            days(Civil {
                year,
                month: self.month,
                day,
            })
        };
        let day = if self.is_fixed {
            at(self.day.min(length))
        } else {
            // Day 0 of the calendar, 0001-01-01, was a Monday.
            let weekday = (at(1) + 1).rem_euclid(7);
            let first = 1 + (self.day_of_week - weekday).rem_euclid(7);
            let mut day = first + 7 * (self.week - 1);
            while day > length {
                day -= 7;
            }
            at(day)
        };
        day * DAY + self.time
    }
}

impl Rule {
    /// `CreateAdjustmentRule`.
    pub(crate) fn checked(self) -> Result<Rule> {
        if self.first > self.last {
            let message =
                "The DateStart property must come before the DateEnd property. (Parameter 'dateStart')";
            return Err(DotnetError::argument(message));
        }
        if self.delta.abs() > 14 * 60 * MINUTE {
            let message = "The TimeSpan parameter must be within plus or minus 14.0 hours.";
            return Err(DotnetError::out_of_range(message, "daylightDelta"));
        }
        if self.delta % MINUTE != 0 {
            let message = "The TimeSpan parameter cannot be specified more precisely than whole minutes. (Parameter 'daylightDelta')";
            return Err(DotnetError::argument(message));
        }
        if self.start == self.end {
            let message = "The DaylightTransitionStart property must not equal the DaylightTransitionEnd property. (Parameter 'daylightTransitionEnd')";
            return Err(DotnetError::argument(message));
        }
        Ok(self)
    }

    /// Whether the rule is about a day.
    pub(crate) fn covers(&self, ticks: i64) -> bool {
        let day = ticks - ticks.rem_euclid(DAY);
        (self.first..=self.last).contains(&day)
    }

    /// What a wall clock under this rule shows at `ticks`.
    pub(crate) fn wall(&self, ticks: i64) -> Wall {
        let year = civil(ticks.div_euclid(DAY)).year;
        let (start, end) = (self.start.in_year(year), self.end.in_year(year));
        let inside = |from: i64, until: i64| (from..until).contains(&ticks);
        // The hours that are skipped, and those that come twice.
        let (skipped, doubled) = match self.delta >= 0 {
            true => (inside(start, start + self.delta), inside(end - self.delta, end)),
            false => (inside(end, end - self.delta), inside(start + self.delta, start)),
        };
        let daylight = if start < end {
            inside(start, end)
        } else {
            !inside(end, start)
        };
        if skipped {
            Wall::Skipped
        } else if doubled {
            Wall::Doubled
        } else if daylight {
            Wall::Daylight
        } else {
            Wall::Standard
        }
    }
}

/// What a time on a wall clock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wall {
    Standard,
    Daylight,
    /// Never shown.
    Skipped,
    /// Shown once in daylight and once in standard time.
    Doubled,
}

/// The first and the last day that a rule can be about.
pub(crate) const ALWAYS: (i64, i64) = (0, DateTime::MAX.ticks - DateTime::MAX.ticks % DAY);

/// Ticks of the day that a date is on.
pub(crate) fn day_of(date: DateTime) -> Result<i64> {
    let is_day = date.ticks % DAY == 0 || date.ticks == DateTime::MAX.ticks;
    match is_day && date.kind == Kind::Unspecified {
        true => Ok(date.ticks - date.ticks % DAY),
        false => Err(DotnetError::argument(
            "The supplied DateTime includes a TimeOfDay setting.   This is not supported.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_counted_from_both_ends() {
        let last_sunday = Transition {
            month: 3,
            week: 5,
            ..Transition::default()
        };
        let day = |ticks: i64| civil(ticks / DAY).day;
        assert_eq!(day(last_sunday.in_year(2024)), 31);
        assert_eq!(day(last_sunday.in_year(2025)), 30);
        let second = Transition {
            month: 3,
            week: 2,
            ..Transition::default()
        };
        assert_eq!(day(second.in_year(2024)), 10);
        let fixed = Transition {
            is_fixed: true,
            month: 2,
            day: 30,
            ..Transition::default()
        };
        assert_eq!(day(fixed.in_year(2023)), 28);
    }
}
