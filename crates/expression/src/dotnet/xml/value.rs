//! Simple values as XML spells them: `XmlConvert`.

use crate::dotnet::calendar::{DAY, HOUR, MINUTE, SECOND};
use crate::dotnet::error::{DotnetError, Result};
use crate::dotnet::number;
use crate::dotnet::number_buffer::Number;
use crate::dotnet::number_format;
use crate::dotnet::number_scan::Style;
use rust_decimal::Decimal;

/// A `double`; infinities are `INF` and `-INF`.
pub(crate) fn double_text(value: f64) -> String {
    if value == f64::INFINITY {
        "INF".to_owned()
    } else if value == f64::NEG_INFINITY {
        "-INF".to_owned()
    } else if value.is_nan() {
        "NaN".to_owned()
    } else {
        number_format::default_text(Number::Double(value))
    }
}

/// A `float`.
pub(crate) fn single_text(value: f32) -> String {
    match value.is_finite() {
        true => number_format::default_text(Number::Single(value)),
        false => double_text(f64::from(value)),
    }
}

/// A time span as `P1DT2H3M4.5S`.
pub(crate) fn duration_text(ticks: i64) -> String {
    let mut text = String::new();
    if ticks < 0 {
        text.push('-');
    }
    let ticks = ticks.unsigned_abs();
    let unit = |size: i64, of: i64| ticks % of as u64 / size as u64;
    text.push('P');
    let days = ticks / DAY as u64;
    if days > 0 {
        text.push_str(&format!("{days}D"));
    }
    let (hours, minutes, seconds) = (unit(HOUR, DAY), unit(MINUTE, HOUR), unit(SECOND, MINUTE));
    let fraction = ticks % SECOND as u64;
    if hours + minutes + seconds + fraction > 0 {
        text.push('T');
        if hours > 0 {
            text.push_str(&format!("{hours}H"));
        }
        if minutes > 0 {
            text.push_str(&format!("{minutes}M"));
        }
        if seconds + fraction > 0 {
            text.push_str(&seconds.to_string());
            if fraction > 0 {
                text.push_str(format!(".{fraction:07}").trim_end_matches('0'));
            }
            text.push('S');
        }
    }
    if text.ends_with('P') {
        text.push_str("T0S");
    }
    text
}

/// `XmlConvert.ToTimeSpan`: a year has 365 days and a month 30.
pub(crate) fn duration(text: &str) -> Result<i64> {
    let wrong = || DotnetError::format(format!("The string '{text}' is not a valid TimeSpan value."));
    let trimmed = text.trim();
    let (negative, rest) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed),
    };
    let rest = rest.strip_prefix('P').ok_or_else(wrong)?;
    let (date, time) = match rest.split_once('T') {
        Some((_, "")) => return Err(wrong()),
        Some((date, time)) => (date, time),
        None => (rest, ""),
    };
    if date.is_empty() && time.is_empty() {
        return Err(wrong());
    }
    let dates = parts(date, &[('Y', 365 * DAY), ('M', 30 * DAY), ('D', DAY)]);
    let times = parts(time, &[('H', HOUR), ('M', MINUTE), ('S', SECOND)]);
    let ticks = dates
        .zip(times)
        .and_then(|(a, b)| a.checked_add(b))
        .ok_or_else(wrong)?;
    Ok(if negative { -ticks } else { ticks })
}

fn parts(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut rest = text;
    let mut total = 0_i64;
    for (letter, size) in units {
        let Some((number, behind)) = rest.split_once(*letter) else {
            continue;
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let whole: i64 = whole.parse().ok().filter(|it: &i64| *it >= 0)?;
        total = total.checked_add(whole.checked_mul(*size)?)?;
        if !fraction.is_empty() {
            if *letter != 'S' || !fraction.bytes().all(|it| it.is_ascii_digit()) {
                return None;
            }
            let digits: String = fraction.chars().chain("0000000".chars()).take(7).collect();
            total = total.checked_add(digits.parse().ok()?)?;
        }
        rest = behind;
    }
    rest.is_empty().then_some(total)
}

/// `XmlConvert.ToBoolean`, without regard to case as the casts of LINQ to XML read it.
pub(crate) fn boolean(text: &str) -> Result<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        other => Err(DotnetError::format(format!(
            "The string '{other}' is not a valid Boolean value."
        ))),
    }
}

/// `XmlConvert.ToDouble`.
pub(crate) fn double(text: &str) -> Result<f64> {
    match text.trim() {
        "INF" => Ok(f64::INFINITY),
        "-INF" => Ok(f64::NEG_INFINITY),
        it if it.contains(',') => Err(DotnetError::input_string()),
        it => number::parse_double(it),
    }
}

/// `XmlConvert.ToDecimal`.
pub(crate) fn decimal(text: &str) -> Result<Decimal> {
    number::parse_decimal_with(text.trim(), Style::XML)
}
