//! The Gregorian calendar of .NET: ticks of 100 ns since 0001-01-01.

/// Ticks in a millisecond.
pub(crate) const MILLISECOND: i64 = 10_000;
/// Ticks in a second.
pub(crate) const SECOND: i64 = 1_000 * MILLISECOND;
/// Ticks in a minute.
pub(crate) const MINUTE: i64 = 60 * SECOND;
/// Ticks in an hour.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// Ticks in a day.
pub(crate) const DAY: i64 = 24 * HOUR;
/// The last tick of the year 9999.
pub(crate) const MAX_TICKS: i64 = 3_155_378_975_999_999_999;
/// 1970-01-01T00:00:00.
pub(crate) const UNIX_EPOCH: i64 = 621_355_968_000_000_000;

pub(crate) const DAY_NAMES: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
pub(crate) const MONTH_NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS_BEFORE: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

/// `DateTime.IsLeapYear`.
pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// `DateTime.DaysInMonth`, for a month between 1 and 12.
pub(crate) fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 0001-01-01 to a day that exists.
pub(crate) fn days(date: Civil) -> i64 {
    let before = date.year - 1;
    let leap = i64::from(date.month > 2 && is_leap(date.year));
    let month = DAYS_BEFORE[(date.month - 1).clamp(0, 12) as usize];
    before * 365 + before / 4 - before / 100 + before / 400 + month + leap + date.day - 1
}

/// The day that is so many days after 0001-01-01.
pub(crate) fn civil(days: i64) -> Civil {
    // Days are counted from 0000-03-01, so that a leap day is the last of its year.
    let shifted = days + 306;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day,
    }
}

/// Whether year, month and day name a day that .NET has.
pub(crate) fn exists(date: Civil) -> bool {
    (1..=9999).contains(&date.year)
        && (1..=12).contains(&date.month)
        && (1..=days_in_month(date.year, date.month)).contains(&date.day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_back() {
        assert_eq!(
            days(Civil {
                year: 1970,
                month: 1,
                day: 1
            }) * DAY,
            UNIX_EPOCH
        );
        for day in (0..MAX_TICKS / DAY).step_by(97).chain([0, MAX_TICKS / DAY]) {
            let date = civil(day);
            assert!(exists(date));
            assert_eq!(days(date), day);
        }
        assert_eq!(
            civil(MAX_TICKS / DAY),
            Civil {
                year: 9999,
                month: 12,
                day: 31
            }
        );
    }
}
