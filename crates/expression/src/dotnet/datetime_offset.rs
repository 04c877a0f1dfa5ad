//! `System.DateTimeOffset`: a time of day on a clock, and how far that clock is from UTC.

use super::calendar::{HOUR, MAX_TICKS, MILLISECOND, MINUTE, SECOND, UNIX_EPOCH};
use super::datetime::{DateTime, Kind};
use super::error::{DotnetError, Result};
use std::cmp::Ordering;

/// Equality and order look at the moment, not at the offset.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DateTimeOffset {
    /// What the clock shows, of unspecified kind.
    pub(crate) local: DateTime,
    /// Minutes that the clock is ahead of UTC.
    pub(crate) offset_minutes: i64,
}

impl DateTimeOffset {
    /// `new DateTimeOffset(dateTime)`: the host's offset is zero, so every kind gives offset 0.
    pub(crate) fn from_date(date: DateTime) -> DateTimeOffset {
        DateTimeOffset {
            local: date.with_kind(Kind::Unspecified),
            offset_minutes: 0,
        }
    }

    /// `new DateTimeOffset(dateTime, offset)`, the offset in ticks.
    pub(crate) fn new(date: DateTime, offset: i64) -> Result<DateTimeOffset> {
        if offset % MINUTE != 0 {
            return Err(DotnetError::argument(
                "Offset must be specified in whole minutes. (Parameter 'offset')",
            ));
        }
        if offset.abs() > 14 * HOUR {
            return Err(DotnetError::out_of_range(
                "Offset must be within plus or minus 14 hours.",
                "offset",
            ));
        }
        if date.kind != Kind::Unspecified && offset != 0 {
            let message = match date.kind {
                Kind::Utc => "The UTC Offset for Utc DateTime instances must be 0.",
                _ => "The UTC Offset of the local dateTime parameter does not match the offset argument.",
            };
            return Err(DotnetError::argument(format!("{message} (Parameter 'offset')")));
        }
        let made = DateTimeOffset {
            local: date.with_kind(Kind::Unspecified),
            offset_minutes: offset / MINUTE,
        };
        if !(0..=MAX_TICKS).contains(&made.utc_ticks()) {
            return Err(DotnetError::out_of_range(
                "The UTC time represented when the offset is applied must be between year 0 and 10,000.",
                "offset",
            ));
        }
        Ok(made)
    }

    /// `FromUnixTimeSeconds`.
    pub(crate) fn from_unix_seconds(seconds: i64) -> Result<DateTimeOffset> {
        DateTimeOffset::from_unix(seconds, SECOND, "seconds", "-62135596800 and 253402300799")
    }

    /// `FromUnixTimeMilliseconds`.
    pub(crate) fn from_unix_milliseconds(milliseconds: i64) -> Result<DateTimeOffset> {
        let range = "-62135596800000 and 253402300799999";
        DateTimeOffset::from_unix(milliseconds, MILLISECOND, "milliseconds", range)
    }

    fn from_unix(count: i64, unit: i64, parameter: &str, range: &str) -> Result<DateTimeOffset> {
        let ticks = count.checked_mul(unit).and_then(|it| it.checked_add(UNIX_EPOCH));
        match ticks {
            Some(ticks) if (0..=MAX_TICKS).contains(&ticks) => Ok(DateTimeOffset::from_date(DateTime {
                ticks,
                kind: Kind::Utc,
            })),
            _ => {
                let message = format!("Valid values are between {range}, inclusive.");
                Err(DotnetError::out_of_range(&message, parameter))
            }
        }
    }

    /// `UtcTicks`.
    pub(crate) fn utc_ticks(self) -> i64 {
        self.local.ticks - self.offset_minutes * MINUTE
    }

    /// `UtcDateTime`.
    pub(crate) fn utc(self) -> DateTime {
        DateTime {
            ticks: self.utc_ticks(),
            kind: Kind::Utc,
        }
    }

    /// `ToUnixTimeSeconds`: rounded towards the past.
    pub(crate) fn to_unix_seconds(self) -> i64 {
        (self.utc_ticks() - UNIX_EPOCH).div_euclid(SECOND)
    }

    /// `ToUnixTimeMilliseconds`.
    pub(crate) fn to_unix_milliseconds(self) -> i64 {
        (self.utc_ticks() - UNIX_EPOCH).div_euclid(MILLISECOND)
    }

    /// `ToOffset`, the offset in ticks.
    pub(crate) fn to_offset(self, offset: i64) -> Result<DateTimeOffset> {
        let ticks = self.utc_ticks().saturating_add(offset);
        let local = DateTime::from_ticks(ticks, Kind::Unspecified).map_err(|_| {
            let message =
                "The UTC time represented when the offset is applied must be between year 0 and 10,000.";
            DotnetError::out_of_range(message, "offset")
        })?;
        DateTimeOffset::new(local, offset)
    }

    /// `ToUniversalTime`.
    pub(crate) fn to_universal(self) -> DateTimeOffset {
        DateTimeOffset::from_date(self.utc())
    }

    /// `Add...`: changes what the clock shows and keeps the offset.
    pub(crate) fn map(self, change: impl FnOnce(DateTime) -> Result<DateTime>) -> Result<DateTimeOffset> {
        DateTimeOffset::new(change(self.local)?, self.offset_minutes * MINUTE)
    }
}

impl PartialEq for DateTimeOffset {
    fn eq(&self, other: &DateTimeOffset) -> bool {
        self.utc_ticks() == other.utc_ticks()
    }
}

impl Eq for DateTimeOffset {}

impl PartialOrd for DateTimeOffset {
    fn partial_cmp(&self, other: &DateTimeOffset) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DateTimeOffset {
    fn cmp(&self, other: &DateTimeOffset) -> Ordering {
        self.utc_ticks().cmp(&other.utc_ticks())
    }
}

impl std::hash::Hash for DateTimeOffset {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.utc_ticks().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_times() {
        let it = DateTimeOffset::from_unix_seconds(1_709_622_489).unwrap();
        assert_eq!(it.to_unix_seconds(), 1_709_622_489);
        assert_eq!(it.to_unix_milliseconds(), 1_709_622_489_000);
        let before = DateTimeOffset::from_unix_milliseconds(-1).unwrap();
        assert_eq!(before.to_unix_seconds(), -1);
        assert!(DateTimeOffset::from_unix_seconds(i64::MAX).is_err());
        let east = it.to_offset(2 * HOUR).unwrap();
        assert_eq!(east, it);
        assert_eq!(east.local.hour(), it.local.hour() + 2);
    }
}
