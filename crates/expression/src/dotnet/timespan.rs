//! `System.TimeSpan`: a signed count of ticks.

use super::calendar::{DAY, HOUR, MINUTE, SECOND};
use super::error::{DotnetError, Result};

/// `TimeSpan.FromSeconds` and its like: `unit` is the unit's ticks.
pub(crate) fn from_units(value: f64, unit: i64) -> Result<i64> {
    if value.is_nan() {
        return Err(DotnetError::argument(
            "TimeSpan does not accept floating point Not-a-Number values.",
        ));
    }
    let ticks = value * unit as f64;
    // 2^63 itself is a double and no tick count.
    if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&ticks) {
        return Err(too_long());
    }
    Ok(ticks as i64)
}

/// `new TimeSpan(days, hours, minutes, seconds, milliseconds)`, each of any sign.
pub(crate) fn from_parts(parts: [i64; 5]) -> Result<i64> {
    let units = [DAY, HOUR, MINUTE, SECOND, super::calendar::MILLISECOND];
    let total: i128 = parts
        .iter()
        .zip(units)
        .map(|(it, unit)| i128::from(*it) * i128::from(unit))
        .sum();
    i64::try_from(total).map_err(|_| {
        DotnetError::new(
            "System.ArgumentOutOfRangeException",
            "TimeSpan overflowed because the duration is too long.",
        )
    })
}

/// `+` and `Add`.
pub(crate) fn add(a: i64, b: i64) -> Result<i64> {
    a.checked_add(b).ok_or_else(too_long)
}

/// `-` and `Subtract`.
pub(crate) fn subtract(a: i64, b: i64) -> Result<i64> {
    a.checked_sub(b).ok_or_else(too_long)
}

/// `Negate`.
pub(crate) fn negate(ticks: i64) -> Result<i64> {
    ticks.checked_neg().ok_or_else(|| {
        DotnetError::overflow("Negating the minimum value of a twos complement number is invalid.")
    })
}

fn too_long() -> DotnetError {
    DotnetError::overflow("TimeSpan overflowed because the duration is too long.")
}

/// `ToString(format)`; no format is `c`.
pub(crate) fn format(ticks: i64, format: &str) -> Result<String> {
    match format {
        "" | "c" | "t" | "T" => Ok(constant(ticks)),
        "g" => Ok(general(ticks, false)),
        "G" => Ok(general(ticks, true)),
        _ if format.chars().count() == 1 => Err(DotnetError::input_string()),
        _ => custom(ticks, format),
    }
}

struct Parts {
    sign: &'static str,
    days: u64,
    hours: u64,
    minutes: u64,
    seconds: u64,
    fraction: u64,
}

fn parts(ticks: i64) -> Parts {
    let size = ticks.unsigned_abs();
    let of = |unit: i64, modulus: u64| size / unit as u64 % modulus;
    Parts {
        sign: if ticks < 0 { "-" } else { "" },
        days: size / DAY as u64,
        hours: of(HOUR, 24),
        minutes: of(MINUTE, 60),
        seconds: of(SECOND, 60),
        fraction: size % SECOND as u64,
    }
}

fn constant(ticks: i64) -> String {
    let it = parts(ticks);
    let mut out = it.sign.to_owned();
    if it.days > 0 {
        out.push_str(&format!("{}.", it.days));
    }
    out.push_str(&format!("{:02}:{:02}:{:02}", it.hours, it.minutes, it.seconds));
    if it.fraction > 0 {
        out.push_str(&format!(".{:07}", it.fraction));
    }
    out
}

fn general(ticks: i64, long: bool) -> String {
    let it = parts(ticks);
    let mut out = it.sign.to_owned();
    if long {
        out.push_str(&format!("{}:{:02}", it.days, it.hours));
    } else {
        if it.days > 0 {
            out.push_str(&format!("{}:", it.days));
        }
        out.push_str(&it.hours.to_string());
    }
    out.push_str(&format!(":{:02}:{:02}", it.minutes, it.seconds));
    let fraction = format!("{:07}", it.fraction);
    let fraction = if long {
        fraction.as_str()
    } else {
        fraction.trim_end_matches('0')
    };
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A custom format. Unlike dates, every separator must be escaped, and the sign is not printed.
fn custom(ticks: i64, format: &str) -> Result<String> {
    let it = parts(ticks);
    let mut out = String::new();
    let mut rest = format;
    while let Some(c) = rest.chars().next() {
        if c == '%' && rest[1..].starts_with(['d', 'h', 'm', 's', 'f', 'F']) {
            rest = &rest[1..];
            continue;
        }
        if let Some(after) = rest.strip_prefix('\\') {
            let mut chars = after.chars();
            out.push(chars.next().ok_or_else(DotnetError::input_string)?);
            rest = chars.as_str();
            continue;
        }
        if c == '\'' || c == '"' {
            let end = rest[1..].find(c).ok_or_else(DotnetError::input_string)?;
            out.push_str(&rest[1..=end]);
            rest = &rest[end + 2..];
            continue;
        }
        let count = rest.len() - rest.trim_start_matches(c).len();
        custom_part(&it, c, count, &mut out)?;
        rest = &rest[count..];
    }
    Ok(out)
}

fn custom_part(it: &Parts, letter: char, count: usize, out: &mut String) -> Result<()> {
    let (value, most) = match letter {
        'd' => (it.days, 8),
        'h' => (it.hours, 2),
        'm' => (it.minutes, 2),
        's' => (it.seconds, 2),
        'f' | 'F' if count <= 7 => {
            let digits = format!("{:07}", it.fraction);
            let digits = &digits[..count];
            out.push_str(if letter == 'f' {
                digits
            } else {
                digits.trim_end_matches('0')
            });
            return Ok(());
        }
        _ => return Err(DotnetError::input_string()),
    };
    if count > most {
        return Err(DotnetError::input_string());
    }
    out.push_str(&format!("{value:0count$}"));
    Ok(())
}

/// `TimeSpan.Parse`: `[-]d`, `[-][d.]hh:mm[:ss[.fffffff]]`, or `[-]d:hh:mm:ss[.fffffff]`.
pub(crate) fn parse(text: &str) -> Result<i64> {
    read(text).map_err(|error| match error.type_name {
        "System.OverflowException" => DotnetError::overflow(format!(
            "The TimeSpan string '{text}' could not be parsed because at least one of the numeric components is out of \
             range or contains too many digits."
        )),
        _ => DotnetError::format(format!("String '{text}' was not recognized as a valid TimeSpan.")),
    })
}

fn read(text: &str) -> Result<i64> {
    let text = text.trim();
    let (negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut fields: Vec<&str> = body.split(':').collect();
    let mut days = "0";
    let mut fraction = "";
    if fields.len() == 1 {
        days = fields[0];
        fields = vec!["0", "0"];
    } else if let Some((before, hours)) = fields[0].split_once('.') {
        days = before;
        fields[0] = hours;
    } else if fields.len() == 4 {
        days = fields.remove(0);
    }
    if fields.len() == 3
        && let Some((seconds, after)) = fields[2].split_once('.')
    {
        (fields[2], fraction) = (seconds, after);
    }
    if fields.len() > 3 || fraction.len() > 7 || !fraction.bytes().all(|it| it.is_ascii_digit()) {
        return Err(not_recognized());
    }
    let limits = [24, 60, 60];
    let mut total = i128::from(number(days, 10_675_200)?) * i128::from(DAY);
    for ((field, limit), unit) in fields.iter().zip(limits).zip([HOUR, MINUTE, SECOND]) {
        total += i128::from(number(field, limit)?) * i128::from(unit);
    }
    total += format!("{fraction:0<7}").parse::<i128>().unwrap_or(0);
    i64::try_from(if negative { -total } else { total }).map_err(|_| out_of_range())
}

fn number(field: &str, limit: i64) -> Result<i64> {
    if field.is_empty() || !field.bytes().all(|it| it.is_ascii_digit()) {
        return Err(not_recognized());
    }
    match field.parse::<i64>() {
        Ok(value) if value < limit => Ok(value),
        _ => Err(out_of_range()),
    }
}

fn not_recognized() -> DotnetError {
    DotnetError::format("String was not recognized as a valid TimeSpan.")
}

fn out_of_range() -> DotnetError {
    DotnetError::overflow("A component is out of range.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_text() {
        let rows = [
            (from_units(90.0, MINUTE), "01:30:00"),
            (from_parts([1, 2, 3, 4, 5]), "1.02:03:04.0050000"),
            (from_units(1.5, SECOND), "00:00:01.5000000"),
            (from_units(-90.0, SECOND), "-00:01:30"),
        ];
        for (ticks, text) in rows {
            assert_eq!(format(ticks.unwrap(), "").unwrap(), text);
        }
        assert_eq!(format(i64::MIN, "").unwrap(), "-10675199.02:48:05.4775808");
    }

    #[test]
    fn custom_formats_escape_their_separators() {
        let ticks = from_parts([1, 2, 3, 4, 5]).unwrap();
        assert_eq!(format(ticks, "hh\\:mm").unwrap(), "02:03");
        assert_eq!(format(ticks, "d' days 'h").unwrap(), "1 days 2");
        assert_eq!(format(ticks, "%d").unwrap(), "1");
        assert_eq!(format(ticks, "s\\.fff").unwrap(), "4.005");
        assert_eq!(format(ticks, "g").unwrap(), "1:2:03:04.005");
        assert_eq!(format(ticks, "G").unwrap(), "1:02:03:04.0050000");
        assert!(format(ticks, "hh:mm").is_err());
        assert!(format(ticks, "x").is_err());
    }

    #[test]
    fn parsing() {
        assert_eq!(parse("90"), Ok(90 * DAY));
        assert_eq!(parse("1.02:03:04"), Ok(93_784 * SECOND));
        assert_eq!(parse("-00:00:01.5"), Ok(-15 * SECOND / 10));
        assert_eq!(parse("6:12"), Ok(6 * HOUR + 12 * MINUTE));
        assert_eq!(parse("1:2:3:4"), Ok(93_784 * SECOND));
        assert_eq!(parse("24:00").unwrap_err().type_name, "System.OverflowException");
        for bad in ["", "x", "1:", "::", "1.2", "1:2:3:4:5", "1:2:3.x"] {
            assert_eq!(
                parse(bad).unwrap_err().type_name,
                "System.FormatException",
                "{bad}"
            );
        }
    }
}
