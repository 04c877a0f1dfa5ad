//! `System.TimeZoneInfo` over the IANA database that is built in; Windows ids are understood too.

use super::calendar::{DAY, MINUTE, SECOND, UNIX_EPOCH};
use super::datetime::{DateTime, Kind};
use super::error::{DotnetError, Result};
use super::timezone_ids::{WINDOWS, iana_of};
use super::timezone_rules::{Rule, Wall};
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use std::sync::Arc;

/// A zone, under the id that it was asked by.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    /// `Id`.
    pub(crate) id: String,
    zone: TimeZone,
    // What an author made: it takes the place of the database.
    custom: Option<Arc<Custom>>,
}

/// A zone of `CreateCustomTimeZone`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Custom {
    /// Ticks.
    pub(crate) base_offset: i64,
    pub(crate) display_name: String,
    pub(crate) standard_name: String,
    pub(crate) daylight_name: String,
    pub(crate) rules: Vec<Rule>,
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.id.eq_ignore_ascii_case(&other.id) && self.has_same_rules(other)
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
            custom: None,
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
        custom: None,
    }
}

/// `TimeZoneInfo.CreateCustomTimeZone`.
pub(crate) fn create(id: &str, custom: Custom) -> Result<Zone> {
    if id.is_empty() {
        let message = "The specified ID parameter '' is not supported. (Parameter 'id')";
        return Err(DotnetError::argument(message));
    }
    if custom.base_offset % MINUTE != 0 {
        let message = "The TimeSpan parameter cannot be specified more precisely than whole minutes. (Parameter 'baseUtcOffset')";
        return Err(DotnetError::argument(message));
    }
    if custom.base_offset.abs() > 14 * 60 * MINUTE {
        let message = "The TimeSpan parameter must be within plus or minus 14.0 hours.";
        return Err(DotnetError::out_of_range(message, "baseUtcOffset"));
    }
    if custom.rules.windows(2).any(|it| it[1].first <= it[0].last) {
        let message =
            "The elements of the AdjustmentRule array must be in chronological order and must not overlap.";
        return Err(DotnetError::new("System.InvalidTimeZoneException", message));
    }
    Ok(Zone {
        id: id.to_owned(),
        zone: TimeZone::UTC,
        custom: Some(Arc::new(custom)),
    })
}

/// `ToUniversal` of a zone's wall clock: `ConvertTimeToUtc(date, zone)`.
pub(crate) fn to_utc(date: DateTime, zone: &Zone) -> Result<DateTime> {
    if date.kind != Kind::Unspecified {
        // A date of known kind is the host's own: only the host's zone goes with it.
        if !zone.is_utc() {
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
    let kind = if zone.is_utc() {
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
        if let Some(custom) = &self.custom {
            return custom.offset_at_utc(ticks) / SECOND;
        }
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
        if let Some(custom) = &self.custom {
            return custom.base_offset;
        }
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
        self.is_daylight_at(ticks)
    }

    /// The same at a moment, given in UTC ticks.
    pub(crate) fn is_daylight_at(&self, ticks: i64) -> bool {
        match &self.custom {
            Some(custom) => custom.offset_at_utc(ticks) != custom.base_offset,
            None => self.zone.to_offset_info(timestamp(ticks)).dst().is_dst(),
        }
    }

    fn is_utc(&self) -> bool {
        self.custom.is_none() && self.zone == TimeZone::UTC
    }

    /// `HasSameRules`.
    pub(crate) fn has_same_rules(&self, other: &Zone) -> bool {
        self.base_offset() == other.base_offset()
            && match (&self.custom, &other.custom) {
                (None, None) => self.zone == other.zone,
                _ => self.rules() == other.rules(),
            }
    }

    /// `GetAmbiguousTimeOffsets`: ticks of both offsets, the lesser first; none for a time that is shown once.
    pub(crate) fn ambiguous(&self, date: DateTime) -> Option<(i64, i64)> {
        let ticks = match date.kind {
            Kind::Unspecified => date.ticks,
            _ => date.ticks + self.offset_at_utc(date.ticks) * SECOND,
        };
        let pair = match &self.custom {
            Some(custom) => {
                let rule = custom.rules.iter().find(|it| it.covers(ticks))?;
                let twice = rule.wall(ticks) == Wall::Doubled;
                twice.then_some((custom.base_offset, custom.base_offset + rule.delta))
            }
            None => match self.shown(ticks) {
                AmbiguousOffset::Fold { before, after } => Some((offset(before), offset(after))),
                _ => None,
            },
        };
        pair.map(|(a, b)| (a.min(b), a.max(b)))
    }

    /// `IsInvalidTime`: a time that the wall clock skips.
    pub(crate) fn is_invalid(&self, date: DateTime) -> bool {
        date.kind == Kind::Unspecified && !self.wall(date).1
    }

    /// `GetAdjustmentRules`.
    pub(crate) fn rules(&self) -> Vec<Rule> {
        match &self.custom {
            Some(custom) => custom.rules.clone(),
            None => super::timezone_history::rules(&self.zone),
        }
    }

    /// `DaylightName`.
    pub(crate) fn daylight_name(&self) -> String {
        match &self.custom {
            Some(custom) => custom.daylight_name.clone(),
            None => match self.standard_name() {
                name if self.has_daylight() => name.replace("Standard", "Daylight"),
                name => name.to_owned(),
            },
        }
    }

    /// `SupportsDaylightSavingTime`.
    pub(crate) fn has_daylight(&self) -> bool {
        if let Some(custom) = &self.custom {
            return !custom.rules.is_empty();
        }
        [638_396_640_000_000_000, 638_554_176_000_000_000]
            .iter()
            .any(|it| self.zone.to_offset_info(timestamp(*it)).dst().is_dst())
    }

    /// `StandardName`: the id, which is what a Windows host calls it.
    pub(crate) fn standard_name(&self) -> &str {
        match &self.custom {
            Some(custom) => return &custom.standard_name,
            None if self.is_utc() => return "Coordinated Universal Time",
            None => (),
        }
        WINDOWS
            .iter()
            .find(|(_, iana)| *iana == self.id)
            .map_or(self.id.as_str(), |(windows, _)| windows)
    }

    /// `DisplayName`.
    pub(crate) fn display_name(&self) -> String {
        if let Some(custom) = &self.custom {
            return custom.display_name.clone();
        }
        let minutes = self.base_offset() / MINUTE;
        if minutes == 0 && self.is_utc() {
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
        if let Some(custom) = &self.custom {
            let (offset, exists) = custom.wall(date.ticks);
            return (offset / SECOND, exists);
        }
        let seconds = |it: Offset| i64::from(it.seconds());
        match self.shown(date.ticks) {
            AmbiguousOffset::Unambiguous { offset } => (seconds(offset), true),
            AmbiguousOffset::Fold { after, .. } => (seconds(after), true),
            AmbiguousOffset::Gap { before, .. } => (seconds(before), false),
        }
    }
}

impl Zone {
    fn shown(&self, ticks: i64) -> AmbiguousOffset {
        let shown = Offset::UTC.to_datetime(timestamp(ticks));
        self.zone.to_ambiguous_timestamp(shown).offset()
    }
}

impl Custom {
    // Ticks ahead of UTC for a wall clock, and whether it ever shows that. Of two, standard time.
    fn wall(&self, ticks: i64) -> (i64, bool) {
        match self.rules.iter().find(|it| it.covers(ticks)) {
            Some(rule) => match rule.wall(ticks) {
                Wall::Daylight => (self.base_offset + rule.delta, true),
                Wall::Skipped => (self.base_offset, false),
                Wall::Standard | Wall::Doubled => (self.base_offset, true),
            },
            None => (self.base_offset, true),
        }
    }

    fn offset_at_utc(&self, ticks: i64) -> i64 {
        let standard = ticks + self.base_offset;
        let Some(rule) = self.rules.iter().find(|it| it.covers(standard)) else {
            return self.base_offset;
        };
        // In daylight time the wall clock is ahead: it must then show daylight time, or what is shown twice.
        let ahead = rule.wall(standard + rule.delta);
        let year = super::calendar::civil(standard.div_euclid(DAY)).year;
        let before_end = standard < rule.end.in_year(year) - rule.delta;
        match ahead {
            Wall::Daylight => self.base_offset + rule.delta,
            Wall::Doubled if before_end => self.base_offset + rule.delta,
            _ => self.base_offset,
        }
    }
}

fn offset(it: Offset) -> i64 {
    i64::from(it.seconds()) * SECOND
}

/// The moment of some UTC ticks.
pub(super) fn timestamp(ticks: i64) -> Timestamp {
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
