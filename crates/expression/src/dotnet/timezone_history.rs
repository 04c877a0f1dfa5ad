//! The rules of a zone of the database: its changes of the clock, year by year, put together where they repeat.

use super::calendar::{Civil, DAY, SECOND, UNIX_EPOCH, civil, days, days_in_month};
use super::timezone::timestamp;
use super::timezone_rules::{ALWAYS, Rule, Transition};
use jiff::tz::TimeZone;

// Changes before and behind these years are those of the nearest one.
const FIRST: i64 = 1970;
const LAST: i64 = 2037;

/// The rules, oldest first; none for a zone that has one time all the year.
pub(crate) fn rules(zone: &TimeZone) -> Vec<Rule> {
    let mut found: Vec<Span> = Vec::new();
    for year in FIRST..=LAST {
        let Some(next) = of_year(zone, year) else {
            continue;
        };
        match found.last_mut() {
            Some(last) if last.last_year + 1 == year && last.takes(&next) => {
                last.start.narrow(&next.start);
                last.end.narrow(&next.end);
                last.last_year = year;
            }
            _ => found.push(next),
        }
    }
    let count = found.len();
    let rule = |(at, span): (usize, Span)| Rule {
        first: if span.first_year == FIRST && at == 0 {
            ALWAYS.0
        } else {
            new_year(span.first_year)
        },
        last: if span.last_year == LAST && at + 1 == count {
            ALWAYS.1
        } else {
            new_year(span.last_year + 1) - DAY
        },
        delta: span.delta,
        start: span.start.transition(),
        end: span.end.transition(),
    };
    found.into_iter().enumerate().map(rule).collect()
}

fn new_year(year: i64) -> i64 {
    days(Civil {
        year,
        month: 1,
        day: 1,
    }) * DAY
}

// Years with the same changes.
struct Span {
    first_year: i64,
    last_year: i64,
    delta: i64,
    start: Change,
    end: Change,
}

impl Span {
    fn takes(&self, other: &Span) -> bool {
        self.delta == other.delta && self.start.fits(&other.start) && self.end.fits(&other.end)
    }
}

// A change of the clock that may be the second Sunday or the last one, as long as no year has told.
struct Change {
    month: i64,
    weekday: i64,
    time: i64,
    weeks: Vec<i64>,
}

impl Change {
    fn at(wall: i64) -> Change {
        let date = civil(wall.div_euclid(DAY));
        let week = (date.day - 1) / 7 + 1;
        let mut weeks = vec![week];
        if date.day + 7 > days_in_month(date.year, date.month) && week != 5 {
            weeks.push(5);
        }
        Change {
            month: date.month,
            weekday: (wall.div_euclid(DAY) + 1).rem_euclid(7),
            time: wall.rem_euclid(DAY),
            weeks,
        }
    }

    fn fits(&self, other: &Change) -> bool {
        (self.month, self.weekday, self.time) == (other.month, other.weekday, other.time)
            && self.weeks.iter().any(|it| other.weeks.contains(it))
    }

    fn narrow(&mut self, other: &Change) {
        self.weeks.retain(|it| other.weeks.contains(it));
    }

    fn transition(&self) -> Transition {
        Transition {
            is_fixed: false,
            time: self.time,
            month: self.month,
            week: self.weeks.last().copied().unwrap_or(5),
            day: 1,
            day_of_week: self.weekday,
        }
    }
}

// The one change to daylight time in a year and the one back; a year with others has no such rule.
fn of_year(zone: &TimeZone, year: i64) -> Option<Span> {
    let (from, until) = (timestamp(new_year(year)), timestamp(new_year(year + 1)));
    let changes: Vec<_> = zone
        .following(from)
        .take_while(|it| it.timestamp() < until)
        .collect();
    let [one, other] = changes.as_slice() else {
        return None;
    };
    let (start, end) = if one.dst().is_dst() {
        (one, other)
    } else {
        (other, one)
    };
    if !start.dst().is_dst() || end.dst().is_dst() {
        return None;
    }
    let (daylight, standard) = (
        i64::from(start.offset().seconds()),
        i64::from(end.offset().seconds()),
    );
    let ticks = |it: jiff::Timestamp| it.as_second() * SECOND + UNIX_EPOCH;
    // Each is told by the clock that is about to be changed.
    Some(Span {
        first_year: year,
        last_year: year,
        delta: (daylight - standard) * SECOND,
        start: Change::at(ticks(start.timestamp()) + standard * SECOND),
        end: Change::at(ticks(end.timestamp()) + daylight * SECOND),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn europe_has_changed_on_last_sundays_since_1996() {
        let zone = jiff::tz::TimeZoneDatabase::bundled()
            .get("Europe/Berlin")
            .expect("a zone");
        let last = *rules(&zone).last().expect("a rule");
        assert_eq!(last.delta, 3_600 * SECOND);
        assert_eq!(
            (last.start.month, last.start.week, last.start.day_of_week),
            (3, 5, 0)
        );
        assert_eq!(last.start.time, 2 * 3_600 * SECOND);
        assert_eq!(
            (last.end.month, last.end.week, last.end.time),
            (10, 5, 3 * 3_600 * SECOND)
        );
        assert_eq!(last.first, new_year(1996));
        assert_eq!(last.last, ALWAYS.1);
    }

    #[test]
    fn a_zone_without_daylight_time_has_no_rule_of_today() {
        let zone = jiff::tz::TimeZoneDatabase::bundled()
            .get("Asia/Kolkata")
            .expect("a zone");
        assert!(rules(&zone).is_empty());
    }
}
