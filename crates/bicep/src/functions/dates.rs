use super::{number, text};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use serde_json::Value;

type Answer = Result<Value, String>;

/// `yyyyMMddTHHmmssZ`, the form of `utcNow()` without argument.
const COMPACT: &str = "yyyyMMddTHHmmssZ";

pub(super) fn add(values: &[Value]) -> Answer {
    let base = text(values, 0)?;
    let duration = text(values, 1)?;
    let moment = moment(base)?;
    let (sign, length) = match duration.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, duration),
    };
    let span: Span = length
        .parse()
        .map_err(|_| format!("`{duration}` is no ISO 8601 duration"))?;
    let moved = moment
        .checked_add(span * sign)
        .map_err(|_| "the date is too far out".to_owned())?;
    let pattern = match values.get(2) {
        Some(_) => text(values, 2)?,
        // Without a format the answer is written as the base was.
        None if base.contains('-') => "yyyy-MM-ddTHH:mm:ssZ",
        None => COMPACT,
    };
    written(&moved, pattern).map(Value::from)
}

pub(super) fn from_epoch(values: &[Value]) -> Answer {
    let seconds = number(values, 0)?;
    let moment = Timestamp::from_second(seconds).map_err(|_| "the date is too far out".to_owned())?;
    written(&moment.to_zoned(TimeZone::UTC), "yyyy-MM-ddTHH:mm:ssZ").map(Value::from)
}

pub(super) fn to_epoch(values: &[Value]) -> Answer {
    Ok(moment(text(values, 0)?)?.timestamp().as_second().into())
}

/// The present moment as `utcNow(pattern)` writes it.
pub(crate) fn now(moment: Timestamp, pattern: Option<&str>) -> Result<String, String> {
    written(&moment.to_zoned(TimeZone::UTC), pattern.unwrap_or(COMPACT))
}

fn moment(text: &str) -> Result<Zoned, String> {
    let wrong = || format!("`{text}` is no date");
    let compact = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text);
    if let Ok(moment) = compact {
        return moment.to_zoned(TimeZone::UTC).map_err(|_| wrong());
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment.to_zoned(TimeZone::UTC));
    }
    let civil: jiff::civil::DateTime = text.trim_end_matches('Z').parse().map_err(|_| wrong())?;
    civil.to_zoned(TimeZone::UTC).map_err(|_| wrong())
}

/// .NET's custom date formats, and the standard ones that templates use.
fn written(moment: &Zoned, pattern: &str) -> Result<String, String> {
    let pattern = match pattern {
        "d" => "MM/dd/yyyy",
        "D" => "dddd, dd MMMM yyyy",
        "g" => "MM/dd/yyyy HH:mm",
        "G" => "MM/dd/yyyy HH:mm:ss",
        "t" => "HH:mm",
        "T" => "HH:mm:ss",
        "s" => "yyyy-MM-ddTHH:mm:ss",
        "u" => "yyyy-MM-dd HH:mm:ssZ",
        "o" | "O" => "yyyy-MM-ddTHH:mm:ss.fffffffZ",
        "R" | "r" => "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        "y" | "Y" => "yyyy MMMM",
        pattern if pattern.chars().count() == 1 => return Err(format!("`{pattern}` is no format of a date")),
        pattern => pattern.trim_start_matches('%'),
    };
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(c).len();
        let mut length = run;
        match c {
            '\'' | '"' => {
                let inner = &rest[1..];
                let end = inner
                    .find(c)
                    .ok_or_else(|| format!("`{pattern}` has a quote without its partner"))?;
                out.push_str(&inner[..end]);
                length = end + 2;
            }
            '\\' => {
                let next = rest[1..].chars().next();
                out.extend(next);
                length = 1 + next.map_or(0, char::len_utf8);
            }
            _ => match part(moment, c, run / c.len_utf8()) {
                Some(text) => out.push_str(&text),
                None => out.push_str(&rest[..run]),
            },
        }
        rest = &rest[length..];
    }
    Ok(out)
}

fn part(moment: &Zoned, c: char, run: usize) -> Option<String> {
    let padded = |number: i64, width: usize| format!("{number:0>width$}");
    let name = |pattern: &str| moment.strftime(pattern).to_string();
    let hour = i64::from(moment.hour());
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    Some(match c {
        'y' => match run {
            1 | 2 => padded(i64::from(moment.year() % 100), run),
            _ => padded(i64::from(moment.year()), run),
        },
        'M' => match run {
            1 | 2 => padded(i64::from(moment.month()), run),
            3 => name("%b"),
            _ => name("%B"),
        },
        'd' => match run {
            1 | 2 => padded(i64::from(moment.day()), run),
            3 => name("%a"),
            _ => name("%A"),
        },
        'H' => padded(hour, run.min(2)),
        'h' => padded(twelve, run.min(2)),
        'm' => padded(i64::from(moment.minute()), run.min(2)),
        's' => padded(i64::from(moment.second()), run.min(2)),
        'f' | 'F' => format!("{:09}", moment.subsec_nanosecond())[..run.min(7)].to_owned(),
        't' => (if hour < 12 { "AM" } else { "PM" })[..run.min(2)].to_owned(),
        'z' => ["+0", "+00", "+00:00"][run.clamp(1, 3) - 1].to_owned(),
        'K' => "Z".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_move_and_are_written() {
        assert_eq!(
            add(&["2020-04-07T14:53:14Z".into(), "P3Y".into()]),
            Ok("2023-04-07T14:53:14Z".into())
        );
        assert_eq!(
            add(&["20200407T145314Z".into(), "-P9D".into()]),
            Ok("20200329T145314Z".into())
        );
        assert_eq!(
            add(&[
                "2020-04-07 14:53:14Z".into(),
                "PT1H".into(),
                "yyyy/M/d h:mm tt".into()
            ]),
            Ok("2020/4/7 3:53 PM".into())
        );
        assert_eq!(to_epoch(&["20230502T122345Z".into()]), Ok(1_683_030_225.into()));
        assert_eq!(
            from_epoch(&[1_683_040_573.into()]),
            Ok("2023-05-02T15:16:13Z".into())
        );
        let now = |pattern| now(Timestamp::UNIX_EPOCH, pattern);
        assert_eq!(now(None), Ok("19700101T000000Z".into()));
        assert_eq!(
            now(Some("ddd dd-MMM-yy 'at' HH:mm:ss.fff")),
            Ok("Thu 01-Jan-70 at 00:00:00.000".into())
        );
        assert!(now(Some("Q")).is_err());
    }
}
