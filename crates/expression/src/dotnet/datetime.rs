//! `System.DateTime`: ticks and a kind.

use super::calendar::{self, Civil, DAY, HOUR, MAX_TICKS, MILLISECOND, MINUTE, SECOND, UNIX_EPOCH};
use super::error::{DotnetError, Result};
use clock::Moment;

/// `DateTimeKind`, by its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub(crate) enum Kind {
    /// No zone is known.
    #[default]
    Unspecified,
    /// UTC.
    Utc,
    /// The host's zone, which is UTC too.
    Local,
}

/// A date and time of day. Equality and order look at the ticks alone, as in .NET: compare with [`DateTime::ticks`].
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DateTime {
    pub(crate) ticks: i64,
    pub(crate) kind: Kind,
}

impl PartialEq for DateTime {
    fn eq(&self, other: &DateTime) -> bool {
        self.ticks == other.ticks
    }
}

impl Eq for DateTime {}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &DateTime) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DateTime {
    fn cmp(&self, other: &DateTime) -> std::cmp::Ordering {
        self.ticks.cmp(&other.ticks)
    }
}

impl std::hash::Hash for DateTime {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.ticks.hash(state);
    }
}

impl DateTime {
    /// `DateTime.MinValue`.
    pub(crate) const MIN: DateTime = DateTime {
        ticks: 0,
        kind: Kind::Unspecified,
    };
    /// `DateTime.MaxValue`.
    pub(crate) const MAX: DateTime = DateTime {
        ticks: MAX_TICKS,
        kind: Kind::Unspecified,
    };

    /// `new DateTime(ticks, kind)`.
    pub(crate) fn from_ticks(ticks: i64, kind: Kind) -> Result<DateTime> {
        if !(0..=MAX_TICKS).contains(&ticks) {
            let message = "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks.";
            return Err(DotnetError::out_of_range(message, "ticks"));
        }
        Ok(DateTime { ticks, kind })
    }

    /// A moment of the clock, in UTC.
    pub(crate) fn from_moment(moment: Moment) -> DateTime {
        // A moment reaches from 1677 to 2262: always inside the range of dates.
        DateTime {
            ticks: UNIX_EPOCH + moment.nanos().div_euclid(100),
            kind: Kind::Utc,
        }
    }

    /// `new DateTime(year, month, day, hour, minute, second, millisecond, kind)`.
    pub(crate) fn new(date: [i64; 3], time: [i64; 4], kind: Kind) -> Result<DateTime> {
        let [year, month, day] = date;
        let date = Civil { year, month, day };
        if !calendar::exists(date) {
            let message = "Year, Month, and Day parameters describe an un-representable DateTime.";
            return Err(DotnetError::new("System.ArgumentOutOfRangeException", message));
        }
        let [hour, minute, second, millisecond] = time;
        let in_day = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
        if !in_day {
            let message = "Hour, Minute, and Second parameters describe an un-representable DateTime.";
            return Err(DotnetError::new("System.ArgumentOutOfRangeException", message));
        }
        if !(0..1000).contains(&millisecond) {
            let message = "Valid values are between 0 and 999, inclusive.";
            return Err(DotnetError::out_of_range(message, "millisecond"));
        }
        let of_day = hour * HOUR + minute * MINUTE + second * SECOND + millisecond * MILLISECOND;
        Ok(DateTime {
            ticks: calendar::days(date) * DAY + of_day,
            kind,
        })
    }

    /// The same ticks under another kind: `DateTime.SpecifyKind`.
    pub(crate) fn with_kind(self, kind: Kind) -> DateTime {
        DateTime {
            ticks: self.ticks,
            kind,
        }
    }

    /// `ToUniversalTime`. The host's zone is UTC, so only the kind changes.
    pub(crate) fn to_universal(self) -> DateTime {
        self.with_kind(Kind::Utc)
    }

    /// `ToLocalTime`.
    pub(crate) fn to_local(self) -> DateTime {
        self.with_kind(Kind::Local)
    }

    /// Year, month and day.
    pub(crate) fn civil(self) -> Civil {
        calendar::civil(self.ticks / DAY)
    }

    /// `Date`.
    pub(crate) fn date(self) -> DateTime {
        DateTime {
            ticks: self.ticks - self.ticks % DAY,
            kind: self.kind,
        }
    }

    /// `TimeOfDay`, in ticks.
    pub(crate) fn time_of_day(self) -> i64 {
        self.ticks % DAY
    }

    /// `Hour`.
    pub(crate) fn hour(self) -> i64 {
        self.ticks / HOUR % 24
    }

    /// `Minute`.
    pub(crate) fn minute(self) -> i64 {
        self.ticks / MINUTE % 60
    }

    /// `Second`.
    pub(crate) fn second(self) -> i64 {
        self.ticks / SECOND % 60
    }

    /// `Millisecond`.
    pub(crate) fn millisecond(self) -> i64 {
        self.ticks / MILLISECOND % 1_000
    }

    /// `DayOfWeek`: Sunday is 0.
    pub(crate) fn day_of_week(self) -> i64 {
        (self.ticks / DAY + 1) % 7
    }

    /// `DayOfYear`.
    pub(crate) fn day_of_year(self) -> i64 {
        let year = self.civil().year;
        self.ticks / DAY
            - calendar::days(Civil {
                year,
                month: 1,
                day: 1,
            })
            + 1
    }

    /// `AddTicks`, and `+` and `-` with a `TimeSpan`.
    pub(crate) fn add_ticks(self, ticks: i64) -> Result<DateTime> {
        match self.ticks.checked_add(ticks) {
            Some(sum) if (0..=MAX_TICKS).contains(&sum) => Ok(DateTime {
                ticks: sum,
                kind: self.kind,
            }),
            _ => Err(unrepresentable("value")),
        }
    }

    /// `AddDays`, `AddHours`, ...: `unit` is the unit's ticks. .NET Core 3.1 rounds to whole milliseconds.
    pub(crate) fn add(self, amount: f64, unit: i64) -> Result<DateTime> {
        let millis = (amount * (unit / MILLISECOND) as f64).round();
        if millis.is_nan() || millis.abs() > (MAX_TICKS / MILLISECOND) as f64 {
            return Err(DotnetError::out_of_range(
                "Value to add was out of range.",
                "value",
            ));
        }
        self.add_ticks(millis as i64 * MILLISECOND)
    }

    /// `AddMonths`: the day is clamped to the length of the month.
    pub(crate) fn add_months(self, months: i64) -> Result<DateTime> {
        if !(-120_000..=120_000).contains(&months) {
            return Err(DotnetError::out_of_range(
                "Months value must be between +/-120000.",
                "months",
            ));
        }
        let date = self.civil();
        let count = date.year * 12 + date.month - 1 + months;
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
        if !(1..=9999).contains(&year) {
            return Err(unrepresentable("months"));
        }
        let day = date.day.min(calendar::days_in_month(year, month));
        let days = calendar::days(Civil { year, month, day });
        Ok(DateTime {
            ticks: days * DAY + self.time_of_day(),
            kind: self.kind,
        })
    }

    /// `AddYears`.
    pub(crate) fn add_years(self, years: i64) -> Result<DateTime> {
        if !(-10_000..=10_000).contains(&years) {
            return Err(DotnetError::out_of_range(
                "Years value must be between +/-10000.",
                "years",
            ));
        }
        self.add_months(years * 12).map_err(|_| unrepresentable("years"))
    }
}

/// `DateTime.DaysInMonth`, with its checks.
pub(crate) fn days_in_month(year: i64, month: i64) -> Result<i64> {
    if !(1..=12).contains(&month) {
        return Err(DotnetError::out_of_range(
            "Month must be between one and twelve.",
            "month",
        ));
    }
    check_year(year)?;
    Ok(calendar::days_in_month(year, month))
}

/// `DateTime.IsLeapYear`, with its check.
pub(crate) fn is_leap_year(year: i64) -> Result<bool> {
    check_year(year)?;
    Ok(calendar::is_leap(year))
}

fn check_year(year: i64) -> Result<()> {
    if !(1..=9999).contains(&year) {
        return Err(DotnetError::out_of_range(
            "Year must be between 1 and 9999.",
            "year",
        ));
    }
    Ok(())
}

fn unrepresentable(parameter: &str) -> DotnetError {
    DotnetError::out_of_range(
        "The added or subtracted value results in an un-representable DateTime.",
        parameter,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_arithmetic() {
        let it = DateTime::new([2024, 3, 5], [7, 8, 9, 123], Kind::Utc).unwrap();
        assert_eq!(
            (it.hour(), it.minute(), it.second(), it.millisecond()),
            (7, 8, 9, 123)
        );
        assert_eq!((it.day_of_week(), it.day_of_year()), (2, 65));
        let epoch = DateTime::from_moment(Moment::EPOCH);
        assert_eq!(epoch.ticks, 621_355_968_000_000_000);
        assert_eq!((it.ticks - epoch.ticks) as f64 / SECOND as f64, 1709622489.123);
        let january = DateTime::new([2024, 1, 31], [0; 4], Kind::Utc).unwrap();
        assert_eq!(
            january.add_months(1).unwrap().civil(),
            Civil {
                year: 2024,
                month: 2,
                day: 29
            }
        );
        assert_eq!(
            january.add_months(-11).unwrap().civil(),
            Civil {
                year: 2023,
                month: 2,
                day: 28
            }
        );
        assert_eq!(it.add(1.5, SECOND).unwrap().millisecond(), 623);
    }

    #[test]
    fn the_ends_of_time() {
        assert!(DateTime::MAX.add_ticks(1).is_err());
        assert!(DateTime::MIN.add(-1.0, DAY).is_err());
        assert!(DateTime::MIN.add(f64::NAN, DAY).is_err());
        assert!(DateTime::MIN.add(1e300, DAY).is_err());
        assert!(DateTime::new([2023, 2, 29], [0; 4], Kind::Utc).is_err());
        assert!(days_in_month(2024, 13).is_err());
    }
}
