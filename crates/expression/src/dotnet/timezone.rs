//! `System.TimeZoneInfo` over the IANA database that is built in; Windows ids are understood too.

use super::calendar::{MINUTE, SECOND, UNIX_EPOCH};
use super::datetime::{DateTime, Kind};
use super::error::{DotnetError, Result};
use super::timezone_ids::{WINDOWS, iana_of};
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// A zone, under the id that it was asked by.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    /// `Id`.
    pub(crate) id: String,
    zone: TimeZone,
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.id == other.id
    }
}

impl Eq for Zone {}

/// `TimeZoneInfo.FindSystemTimeZoneById`.
pub(crate) fn find(id: &str) -> Result<Zone> {
    if id.eq_ignore_ascii_case("UTC") {
        return Ok(utc());
    }
    let iana = iana_of(id).unwrap_or(id);
    let found = jiff::tz::TimeZoneDatabase::bundled().get(iana);
    found
        .map(|zone| Zone {
            id: id.to_owned(),
            zone,
        })
        .map_err(|_| {
            let message = format!("The time zone ID '{id}' was not found on the local computer.");
            DotnetError::new("System.TimeZoneNotFoundException", message)
        })
}

/// `TimeZoneInfo.Utc`, and the host's own zone.
pub(crate) fn utc() -> Zone {
    Zone {
        id: "UTC".to_owned(),
        zone: TimeZone::UTC,
    }
}

/// `ToUniversal` of a zone's wall clock: `ConvertTimeToUtc(date, zone)`.
pub(crate) fn to_utc(date: DateTime, zone: &Zone) -> Result<DateTime> {
    if date.kind != Kind::Unspecified {
        // A date of known kind is the host's own: only the host's zone goes with it.
        if zone.zone != TimeZone::UTC {
            let message = "The conversion could not be completed because the supplied DateTime did not have the Kind \
                           property set correctly.  For example, when the Kind property is DateTimeKind.Local, the \
                           source time zone must be TimeZoneInfo.Local. (Parameter 'sourceTimeZone')";
            return Err(DotnetError::argument(message));
        }
        return Ok(date.to_universal());
    }
    let offset = zone.offset_at_wall(date)?;
    clamped(date.ticks - offset * SECOND, Kind::Utc)
}

/// `ConvertTimeFromUtc(date, zone)`.
pub(crate) fn from_utc(date: DateTime, zone: &Zone) -> Result<DateTime> {
    let offset = zone.offset_at_utc(date.ticks);
    let kind = if zone.zone == TimeZone::UTC {
        Kind::Utc
    } else {
        Kind::Unspecified
    };
    clamped(date.ticks + offset * SECOND, kind)
}

/// `ConvertTime(date, source, destination)`.
pub(crate) fn convert(date: DateTime, source: &Zone, destination: &Zone) -> Result<DateTime> {
    from_utc(to_utc(date, source)?, destination)
}

fn clamped(ticks: i64, kind: Kind) -> Result<DateTime> {
    DateTime::from_ticks(ticks.clamp(DateTime::MIN.ticks, DateTime::MAX.ticks), kind)
}

impl Zone {
    /// Seconds ahead of UTC at a moment, given in UTC ticks.
    pub(crate) fn offset_at_utc(&self, ticks: i64) -> i64 {
        i64::from(self.zone.to_offset(timestamp(ticks)).seconds())
    }

    /// Ticks that the zone is ahead of UTC: `GetUtcOffset`.
    pub(crate) fn utc_offset(&self, date: DateTime) -> i64 {
        let seconds = match date.kind {
            Kind::Unspecified => self.wall(date).0,
            _ => self.offset_at_utc(date.ticks),
        };
        seconds * SECOND
    }

    /// `BaseUtcOffset`, in ticks: that of its standard time, today.
    pub(crate) fn base_offset(&self) -> i64 {
        // 2024 in January and in July: standard time is the lesser of the two.
        let seconds = [638_396_640_000_000_000, 638_554_176_000_000_000].map(|it| self.offset_at_utc(it));
        seconds[0].min(seconds[1]) * SECOND
    }

    /// `IsDaylightSavingTime`.
    pub(crate) fn is_daylight(&self, date: DateTime) -> bool {
        let ticks = match date.kind {
            Kind::Unspecified => date.ticks - self.wall(date).0 * SECOND,
            _ => date.ticks,
        };
        self.zone.to_offset_info(timestamp(ticks)).dst().is_dst()
    }

    /// `SupportsDaylightSavingTime`.
    pub(crate) fn has_daylight(&self) -> bool {
        [638_396_640_000_000_000, 638_554_176_000_000_000]
            .iter()
            .any(|it| self.zone.to_offset_info(timestamp(*it)).dst().is_dst())
    }

    /// `StandardName`: the id, which is what a Windows host calls it.
    pub(crate) fn standard_name(&self) -> &str {
        if self.id == "UTC" {
            return "Coordinated Universal Time";
        }
        WINDOWS
            .iter()
            .find(|(_, iana)| *iana == self.id)
            .map_or(self.id.as_str(), |(windows, _)| windows)
    }

    /// `DisplayName`.
    pub(crate) fn display_name(&self) -> String {
        let minutes = self.base_offset() / MINUTE;
        if minutes == 0 && self.zone == TimeZone::UTC {
            return "(UTC) Coordinated Universal Time".to_owned();
        }
        let sign = if minutes < 0 { '-' } else { '+' };
        format!(
            "(UTC{sign}{:02}:{:02}) {}",
            minutes.abs() / 60,
            minutes.abs() % 60,
            self.id
        )
    }

    fn offset_at_wall(&self, date: DateTime) -> Result<i64> {
        match self.wall(date) {
            (seconds, true) => Ok(seconds),
            (_, false) => Err(DotnetError::argument(
                "The supplied DateTime represents an invalid time.  For example, when the clock is adjusted forward, \
                 any time in the period that is skipped is invalid. (Parameter 'dateTime')",
            )),
        }
    }

    /// The offset under which a wall clock shows `date`, and whether it ever does. Of two, standard time.
    fn wall(&self, date: DateTime) -> (i64, bool) {
        let seconds = |it: Offset| i64::from(it.seconds());
        let shown = Offset::UTC.to_datetime(timestamp(date.ticks));
        match self.zone.to_ambiguous_timestamp(shown).offset() {
            AmbiguousOffset::Unambiguous { offset } => (seconds(offset), true),
            AmbiguousOffset::Fold { after, .. } => (seconds(after), true),
            AmbiguousOffset::Gap { before, .. } => (seconds(before), false),
        }
    }
}

fn timestamp(ticks: i64) -> Timestamp {
    let seconds = (ticks - UNIX_EPOCH).div_euclid(SECOND);
    // jiff's own range ends a day before .NET's; no zone changes there.
    let inside = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(inside).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_id_name_a_zone() {
        for id in ["W. Europe Standard Time", "Europe/Berlin"] {
            let zone = find(id).unwrap();
            let summer = DateTime::new([2024, 7, 1], [12, 0, 0, 0], Kind::Unspecified).unwrap();
            assert_eq!(to_utc(summer, &zone).unwrap().hour(), 10);
            assert_eq!(from_utc(summer, &zone).unwrap().hour(), 14);
            assert!(zone.is_daylight(summer));
            assert_eq!(zone.base_offset(), 60 * MINUTE);
        }
        let error = find("Nowhere").unwrap_err();
        assert_eq!(error.type_name, "System.TimeZoneNotFoundException");
    }

    #[test]
    fn the_skipped_hour_is_invalid_and_the_doubled_one_is_standard() {
        let zone = find("Central European Standard Time").unwrap();
        let skipped = DateTime::new([2024, 3, 31], [2, 30, 0, 0], Kind::Unspecified).unwrap();
        assert!(to_utc(skipped, &zone).is_err());
        let doubled = DateTime::new([2024, 10, 27], [2, 30, 0, 0], Kind::Unspecified).unwrap();
        assert_eq!(to_utc(doubled, &zone).unwrap().hour(), 1);
        assert!(to_utc(doubled.with_kind(Kind::Utc), &zone).is_err());
    }

    #[test]
    fn every_windows_id_is_known_to_the_database() {
        for (windows, _) in WINDOWS {
            assert!(find(windows).is_ok(), "{windows}");
        }
        assert_eq!(
            to_utc(DateTime::MIN, &find("Pacific/Auckland").unwrap()).unwrap(),
            DateTime::MIN
        );
    }
}
