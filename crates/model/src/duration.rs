use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::Duration;

/// An ISO 8601 duration of weeks, days, hours, minutes and seconds, as ARM contracts carry it (`PT1M`, `P1D`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub struct IsoDuration(pub Duration);

/// Reads `PT1M`, `P1DT2H`, `PT0.5S`, `P2W`. Years and months have no fixed length and are refused, as is anything else.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let body = text.trim().strip_prefix('P')?;
    let (days, time) = match body.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None => (body, ""),
    };
    if days.is_empty() && time.is_empty() {
        return None;
    }
    let days = sum(days, &[('W', 604_800.0), ('D', 86_400.0)])?;
    let time = sum(time, &[('H', 3_600.0), ('M', 60.0), ('S', 1.0)])?;
    Duration::try_from_secs_f64(days + time).ok()
}

// Each unit at most once and in order.
fn sum(mut text: &str, units: &[(char, f64)]) -> Option<f64> {
    let mut units = units.iter();
    let mut total = 0.0;
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, rest) = text.split_at(end);
        let unit = rest.chars().next()?;
        let (_, seconds) = units.by_ref().find(|(name, _)| *name == unit)?;
        total += number.parse::<f64>().ok()? * seconds;
        text = &rest[1..];
    }
    Some(total)
}

impl<'de> Deserialize<'de> for IsoDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_duration(&text)
            .map(IsoDuration)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is not an ISO 8601 duration such as `PT1M`")))
    }
}

impl Serialize for IsoDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("PT{}S", self.0.as_secs_f64()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_arm_are_read_and_the_rest_is_refused() {
        let seconds = |text| parse_duration(text).map(|it| it.as_secs_f64());
        assert_eq!(seconds("PT1M"), Some(60.0));
        assert_eq!(seconds("P1DT2H3M4.5S"), Some(93_784.5));
        assert_eq!(seconds("P2W"), Some(1_209_600.0));
        for bad in [
            "", "P", "PT", "1M", "P1M", "PT1M1H", "PT-1S", "PTxS", "PT1MM", "P1D2",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
