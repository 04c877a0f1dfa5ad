//! `ToString(format)` of numbers: the standard specifiers.

use super::error::{DotnetError, Result};
use super::number_buffer::{Digits, Number, decimal_text, double_text, general, single_text, special};
use super::number_custom;

// More digits than this no policy needs; .NET would print a text of that length.
const MOST_PRECISION: usize = 4_096;

// Places of `F`, `N` and `P` that do not say so: the culture data of en-US as .NET Core reads it from ICU.
const PLACES: usize = 3;

/// A number in a format such as `D4`, `#,##0.0` or the empty string.
pub(crate) fn format(number: Number, format: &str) -> Result<String> {
    if let Number::Double(value) = number
        && let Some(text) = special(value)
    {
        return Ok(text);
    }
    if let Number::Single(value) = number
        && let Some(text) = special(f64::from(value))
    {
        return Ok(text);
    }
    if format.is_empty() {
        return Ok(default_text(number));
    }
    match specifier(format) {
        Some((letter, precision)) => standard(number, letter, precision),
        None => Ok(number_custom::format(number, format)),
    }
}

/// `ToString()` without a format.
pub(crate) fn default_text(number: Number) -> String {
    match number {
        Number::Signed(value, _) => value.to_string(),
        Number::Unsigned(value, _) => value.to_string(),
        Number::Single(value) => single_text(value),
        Number::Double(value) => double_text(value),
        Number::Decimal(value) => decimal_text(value),
    }
}

/// A letter and up to nine digits; anything else is a custom format.
fn specifier(format: &str) -> Option<(char, Option<usize>)> {
    let mut chars = format.chars();
    let letter = chars.next().filter(char::is_ascii_alphabetic)?;
    let digits = chars.as_str();
    if !digits.bytes().all(|it| it.is_ascii_digit()) || digits.len() > 9 {
        return None;
    }
    Some((letter, digits.parse().ok()))
}

fn standard(number: Number, letter: char, precision: Option<usize>) -> Result<String> {
    if precision.unwrap_or(0) > MOST_PRECISION {
        return Err(DotnetError::format_specifier());
    }
    let upper = letter.to_ascii_uppercase();
    let e = if letter.is_ascii_lowercase() { 'e' } else { 'E' };
    match upper {
        'C' => Ok(currency(Digits::exact(number), precision.unwrap_or(2))),
        'D' => integer_digits(number, precision.unwrap_or(0)),
        'E' => Ok(exponential(Digits::exact(number), precision.unwrap_or(6), e)),
        'F' => Ok(fixed(Digits::exact(number), precision.unwrap_or(PLACES), false)),
        'G' => Ok(general_with(number, precision.unwrap_or(0), e)),
        'N' => Ok(fixed(Digits::exact(number), precision.unwrap_or(PLACES), true)),
        'P' => {
            let mut digits = Digits::exact(number);
            if !digits.is_zero() {
                digits.scale += 2;
            }
            Ok(fixed(digits, precision.unwrap_or(PLACES), true) + "%")
        }
        'R' if matches!(number, Number::Single(_) | Number::Double(_)) => {
            let text = default_text(number);
            Ok(if e == 'e' { text.replace('E', "e") } else { text })
        }
        'X' => radix_digits(number, precision.unwrap_or(0), letter),
        _ => Err(DotnetError::format_specifier()),
    }
}

fn integer_digits(number: Number, width: usize) -> Result<String> {
    match number {
        Number::Signed(value, _) => {
            let sign = if value < 0 { "-" } else { "" };
            Ok(format!("{sign}{:0>width$}", value.unsigned_abs()))
        }
        Number::Unsigned(value, _) => Ok(format!("{value:0>width$}")),
        _ => Err(DotnetError::format_specifier()),
    }
}

fn radix_digits(number: Number, width: usize, letter: char) -> Result<String> {
    let bits = match number {
        Number::Signed(value, bits) if bits < 64 => (value as u64) & ((1 << bits) - 1),
        Number::Signed(value, _) => value as u64,
        Number::Unsigned(value, _) => value,
        _ => return Err(DotnetError::format_specifier()),
    };
    Ok(match letter {
        'x' => format!("{bits:0>width$x}"),
        _ => format!("{bits:0>width$X}"),
    })
}

fn currency(digits: Digits, places: usize) -> String {
    let text = fixed(digits, places, true);
    match text.strip_prefix('-') {
        Some(amount) => format!("-${amount}"),
        None => format!("${text}"),
    }
}

/// `F` and, with groups of three, `N`.
fn fixed(mut digits: Digits, places: usize, grouped: bool) -> String {
    digits.round(digits.scale.saturating_add(places as i32));
    let mut out = String::new();
    if digits.shows_minus() {
        out.push('-');
    }
    let whole = digits.scale.max(0);
    if whole == 0 {
        out.push('0');
    }
    for at in 0..whole {
        if grouped && at > 0 && (whole - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digits.digit(at));
    }
    if places > 0 {
        out.push('.');
        (0..places as i32).for_each(|it| out.push(digits.digit(digits.scale + it)));
    }
    out
}

fn exponential(mut digits: Digits, places: usize, e: char) -> String {
    digits.round(places as i32 + 1);
    let mut out = String::new();
    if digits.shows_minus() {
        out.push('-');
    }
    out.push(digits.digit(0));
    if places > 0 {
        out.push('.');
        (1..=places as i32).for_each(|it| out.push(digits.digit(it)));
    }
    let exponent = if digits.is_zero() { 0 } else { digits.scale - 1 };
    out.push(e);
    out.push(if exponent < 0 { '-' } else { '+' });
    out.push_str(&format!("{:03}", exponent.unsigned_abs()));
    out
}

fn general_with(number: Number, precision: usize, e: char) -> String {
    if precision == 0 {
        let text = default_text(number);
        return if e == 'e' { text.replace('E', "e") } else { text };
    }
    let mut digits = Digits::exact(number);
    // Beyond 15 digits a double shows what makes it round-trip, not its binary tail, unless asked for it.
    if matches!(number, Number::Double(_)) && precision == 17 {
        let shortest = Digits::shortest(number);
        if shortest.digits.len() > 15 {
            digits = shortest;
        }
    }
    digits.round(precision as i32);
    general(digits, precision as i32, e)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    fn int(value: i64) -> Number {
        Number::Signed(value, 32)
    }

    #[test]
    #[expect(clippy::approx_constant, reason = "the number of a specification vector")]
    fn standard_formats() {
        let rows: &[(Number, &str, &str)] = &[
            (int(7), "D4", "0007"),
            (int(-7), "D4", "-0007"),
            (Number::Double(3.14159), "F2", "3.14"),
            (int(1234567), "N0", "1,234,567"),
            (int(255), "X2", "FF"),
            (int(255), "x", "ff"),
            (int(-1), "X", "FFFFFFFF"),
            (Number::Signed(-1, 64), "X", "FFFFFFFFFFFFFFFF"),
            (Number::Double(0.256), "P1", "25.6%"),
            (Number::Double(1234.5), "E2", "1.23E+003"),
            (Number::Double(12345.0), "E2", "1.23E+004"),
            (Number::Double(1234567.0), "G3", "1.23E+06"),
            (Number::Double(1234.5), "C2", "$1,234.50"),
            (Number::Double(-1234.5), "N1", "-1,234.5"),
            (Number::Double(0.001), "F2", "0.00"),
            (Number::Double(-0.001), "F2", "-0.00"),
            (Number::Double(0.005), "F2", "0.01"),
            (Number::Double(0.125), "F2", "0.12"),
            (Number::Double(2.675), "F2", "2.67"),
            (Number::Double(0.0123), "F3", "0.012"),
            (Number::Double(999.999), "F2", "1000.00"),
            (Number::Double(0.0), "F2", "0.00"),
            (Number::Double(0.1), "R", "0.1"),
            (Number::Double(1234.5678), "F0", "1235"),
            (Number::Decimal(Decimal::new(110, 2)), "", "1.10"),
            (Number::Decimal(Decimal::new(110, 2)), "F1", "1.1"),
            (Number::Decimal(Decimal::new(125, 3)), "F2", "0.13"),
            (Number::Double(f64::NAN), "F2", "NaN"),
        ];
        for (number, spec, text) in rows {
            assert_eq!(format(*number, spec).unwrap(), *text, "{number:?} {spec}");
        }
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        assert_eq!(
            format(Number::Double(1.5), "D2"),
            Err(DotnetError::format_specifier())
        );
        assert_eq!(format(int(1), "Q"), Err(DotnetError::format_specifier()));
        assert_eq!(format(int(1), "F99999"), Err(DotnetError::format_specifier()));
    }
}
