//! Windows of quotas: those that are counted from a moment, and those of the calendar.

use clock::Moment;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::time::Duration;

/// One window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first moment.
    pub start: Moment,
    /// The first moment of the next.
    pub end: Moment,
}

/// The window around `now` of those that follow each other from `anchor` on.
pub fn anchored(anchor: Moment, length: Duration, now: Moment) -> Period {
    // In seconds and 128 bits: the year 1, from which Azure counts, is out of reach for nanoseconds in 64 bits.
    let length = i128::from(u64::try_from(length.as_nanos()).unwrap_or(u64::MAX)).max(1);
    let (anchor, now) = (i128::from(anchor.nanos()), i128::from(now.nanos()));
    let start = anchor + (now - anchor).div_euclid(length) * length;
    let moment = |nanos: i128| {
        Moment::from_nanos(i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX }))
    };
    Period {
        start: moment(start),
        end: moment(start + length),
    }
}

/// Seconds since 1970 of an ISO 8601 moment, from the year 1 on; UTC unless it says otherwise.
pub fn seconds_of(text: &str) -> Option<i64> {
    let text = text.trim();
    let zoned = text.parse::<Timestamp>().ok();
    let at = zoned.or_else(|| TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok())?;
    Some(at.as_second())
}

/// A unit of the calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calendar {
    /// From full hour to full hour.
    Hour,
    /// From midnight to midnight.
    Day,
    /// From Monday to Monday.
    Week,
    /// From the first of a month.
    Month,
    /// From the first of January.
    Year,
}

impl Calendar {
    /// The unit that `now` is in.
    pub fn around(self, now: Moment) -> Period {
        const HOUR: i64 = 3_600;
        const DAY: i64 = 24 * HOUR;
        let fixed = |length: i64, anchor: i64| {
            anchored(
                Moment::from_seconds(anchor),
                Duration::from_secs(length.unsigned_abs()),
                now,
            )
        };
        match self {
            Calendar::Hour => fixed(HOUR, 0),
            Calendar::Day => fixed(DAY, 0),
            // 1970-01-05 was a Monday.
            Calendar::Week => fixed(7 * DAY, 4 * DAY),
            Calendar::Month | Calendar::Year => self.long(now).unwrap_or(fixed(30 * DAY, 0)),
        }
    }

    // `None` only outside the years that a date can have.
    fn long(self, now: Moment) -> Option<Period> {
        let now = Timestamp::from_second(now.seconds()).ok()?;
        let date = TimeZone::UTC.to_datetime(now).date();
        let (year, month) = (date.year(), date.month());
        let (start, end) = match self {
            Calendar::Year => ((year, 1), (year.checked_add(1)?, 1)),
            _ if month == 12 => ((year, 12), (year.checked_add(1)?, 1)),
            _ => ((year, month), (year, month + 1)),
        };
        Some(Period {
            start: first(start)?,
            end: first(end)?,
        })
    }
}

fn first((year, month): (i16, i8)) -> Option<Moment> {
    let midnight: DateTime = Date::new(year, month, 1).ok()?.into();
    let at = TimeZone::UTC.to_timestamp(midnight).ok()?;
    Some(Moment::from_seconds(at.as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::from_seconds(text.parse::<Timestamp>().unwrap().as_second())
    }

    #[test]
    fn units_of_the_calendar_begin_where_people_expect() {
        let now = at("2024-02-29T13:45:10Z");
        for (unit, start, end) in [
            (Calendar::Hour, "2024-02-29T13:00:00Z", "2024-02-29T14:00:00Z"),
            (Calendar::Day, "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
            (Calendar::Week, "2024-02-26T00:00:00Z", "2024-03-04T00:00:00Z"),
            (Calendar::Month, "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
            (Calendar::Year, "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
        ] {
            let period = unit.around(now);
            assert_eq!((period.start, period.end), (at(start), at(end)), "{unit:?}");
        }
        assert_eq!(
            Calendar::Month.around(at("2024-12-31T23:59:59Z")).end,
            at("2025-01-01T00:00:00Z")
        );
    }

    #[test]
    fn moments_are_read_from_the_year_1_on() {
        assert_eq!(seconds_of("0001-01-01T00:00:00Z"), Some(-62_135_596_800));
        assert_eq!(
            seconds_of("2024-01-01T01:00:00+01:00"),
            seconds_of("2024-01-01T00:00:00")
        );
        assert_eq!(seconds_of("tomorrow"), None);
    }

    #[test]
    fn anchored_windows_follow_each_other_in_both_directions() {
        let anchor = at("2024-01-01T00:00:10Z");
        let minute = Duration::from_secs(60);
        let inside = anchored(anchor, minute, at("2024-01-01T00:01:09Z"));
        assert_eq!((inside.start, inside.end), (anchor, anchor + minute));
        let next = anchored(anchor, minute, inside.end);
        assert_eq!(next.start, inside.end);
        assert_eq!(
            anchored(anchor, minute, anchor - Duration::from_nanos(1)).end,
            anchor
        );
    }
}
