//! Clocks and durations as they are written on a command line.

use clock::{Clock, Moment};
use jiff::Timestamp;
use model::ClockSettings;
use std::time::Duration;

/// Which clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ClockChoice {
    /// The wall clock.
    Real,
    /// Moves when it is told.
    Manual,
    /// Moves whenever everything waits.
    Auto,
    /// So many times as fast as the wall clock.
    Scaled(f64),
}

/// Where manual time starts unless somebody says otherwise, so that a run repeats: 2026-01-01T00:00:00Z.
const START: Moment = Moment::from_seconds(1_767_225_600);

/// Reads `real`, `manual`, `auto`, `60x` or `x60`.
pub(crate) fn choice(text: &str) -> Result<ClockChoice, String> {
    match text {
        "real" => return Ok(ClockChoice::Real),
        "manual" => return Ok(ClockChoice::Manual),
        "auto" => return Ok(ClockChoice::Auto),
        _ => (),
    }
    let number = text.strip_prefix('x').or_else(|| text.strip_suffix('x'));
    match number.and_then(|number| number.parse::<f64>().ok()) {
        Some(factor) if factor.is_finite() && factor > 0.0 => Ok(ClockChoice::Scaled(factor)),
        _ => Err("write `real`, `manual`, `auto` or a factor such as `60x`".to_owned()),
    }
}

/// Reads `100ms`, `90s`, `1.5m`, `2h`, `PT1M`; a bare number is milliseconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let advice = || "write a duration such as `100ms`, `90s`, `1m` or `PT1M`".to_owned();
    if let Some(duration) = model::parse_duration(text) {
        return Ok(duration);
    }
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..end].parse().map_err(|_| advice())?;
    let unit = match &text[end..] {
        "ms" | "" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(advice()),
    };
    Duration::try_from_secs_f64(number * unit).map_err(|_| advice())
}

/// Reads an RFC 3339 moment.
pub(crate) fn moment(text: &str) -> Result<Moment, String> {
    let timestamp: Timestamp = text
        .parse()
        .map_err(|_| format!("`{text}` is no moment; write one such as `2026-01-01T00:00:00Z`"))?;
    i64::try_from(timestamp.as_nanosecond())
        .map(Moment::from_nanos)
        .map_err(|_| format!("`{text}` is too far away"))
}

/// A moment as RFC 3339.
pub(crate) fn written(moment: Moment) -> String {
    match Timestamp::from_nanosecond(i128::from(moment.nanos())) {
        Ok(timestamp) => timestamp.to_string(),
        Err(_) => moment.nanos().to_string(),
    }
}

/// The clock of a command: what the command line says, else what the folder says, else the wall clock.
pub(crate) fn clock(
    chosen: Option<ClockChoice>,
    epoch: Option<&str>,
    settings: &ClockSettings,
) -> Result<Clock, String> {
    let chosen = match chosen {
        Some(chosen) => chosen,
        None => configured(settings)?,
    };
    let start = epoch.or(settings.start.as_deref()).map(moment).transpose()?;
    Ok(match chosen {
        ClockChoice::Real => Clock::real(),
        ClockChoice::Scaled(factor) => Clock::scaled(factor, start),
        ClockChoice::Manual => Clock::manual(start.unwrap_or(START)),
        ClockChoice::Auto => Clock::auto(start.unwrap_or(START)),
    })
}

fn configured(settings: &ClockSettings) -> Result<ClockChoice, String> {
    match (settings.mode.as_deref(), settings.scale) {
        (Some("real") | None, None) => Ok(ClockChoice::Real),
        (Some("real" | "scaled") | None, Some(factor)) if factor > 0.0 => Ok(ClockChoice::Scaled(factor)),
        (Some("manual"), _) => Ok(ClockChoice::Manual),
        (Some("auto"), _) => Ok(ClockChoice::Auto),
        (mode, scale) => {
            let mode = mode.unwrap_or("real");
            let scale = scale
                .map(|scale| format!(" with scale {scale}"))
                .unwrap_or_default();
            Err(format!(
                "`apimite.toml` sets the clock to `{mode}`{scale}; it may be `real`, `manual` or `auto`"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_clocks_are_read() {
        assert_eq!(duration("100ms"), Ok(Duration::from_millis(100)));
        assert_eq!(duration("250"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("PT1M"), Ok(Duration::from_secs(60)));
        assert!(duration("soon").is_err());
        assert_eq!(choice("60x"), Ok(ClockChoice::Scaled(60.0)));
        assert!(choice("0x").is_err());
        assert!(choice("fast").is_err());
    }

    #[test]
    fn a_moment_is_written_as_it_is_read() {
        assert_eq!(moment("2026-01-01T00:00:00Z"), Ok(START));
        assert_eq!(written(START), "2026-01-01T00:00:00Z");
    }

    #[test]
    fn the_command_line_overrides_the_folder() {
        let settings = ClockSettings {
            mode: Some("manual".into()),
            ..ClockSettings::default()
        };
        assert!(clock(None, None, &settings).is_ok_and(|clock| clock.is_virtual()));
        assert!(clock(Some(ClockChoice::Real), None, &settings).is_ok_and(|clock| !clock.is_virtual()));
        let settings = ClockSettings {
            mode: Some("slow".into()),
            ..ClockSettings::default()
        };
        assert!(clock(None, None, &settings).is_err());
    }
}
