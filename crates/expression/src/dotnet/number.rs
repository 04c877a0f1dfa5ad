//! Numbers and truth values from text, with the styles that `Parse` uses by default.

use super::error::{DotnetError, Result};
use rust_decimal::Decimal;

/// What a number may be written with, beside digits and a leading sign.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) thousands: bool,
    pub(crate) point: bool,
    pub(crate) exponent: bool,
    pub(crate) trailing_sign: bool,
}

impl Style {
    /// `NumberStyles.Integer`.
    pub(crate) const INTEGER: Style = Style {
        thousands: false,
        point: false,
        exponent: false,
        trailing_sign: false,
    };
    /// `NumberStyles.Float | NumberStyles.AllowThousands`: the default of `double.Parse`.
    pub(crate) const FLOAT: Style = Style {
        thousands: true,
        point: true,
        exponent: true,
        trailing_sign: false,
    };
    /// `NumberStyles.Number`: the default of `decimal.Parse`.
    pub(crate) const NUMBER: Style = Style {
        thousands: true,
        point: true,
        exponent: false,
        trailing_sign: true,
    };
}

/// An integer type: its range and the name that overflow messages use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IntType {
    pub(crate) min: i128,
    pub(crate) max: i128,
    pub(crate) article_name: &'static str,
}

/// `System.SByte`.
pub(crate) const SBYTE: IntType = IntType {
    min: i8::MIN as i128,
    max: i8::MAX as i128,
    article_name: "a signed byte",
};
/// `System.Byte`.
pub(crate) const BYTE: IntType = IntType {
    min: 0,
    max: u8::MAX as i128,
    article_name: "an unsigned byte",
};
/// `System.Int16`.
pub(crate) const INT16: IntType = IntType {
    min: i16::MIN as i128,
    max: i16::MAX as i128,
    article_name: "an Int16",
};
/// `System.UInt16`.
pub(crate) const UINT16: IntType = IntType {
    min: 0,
    max: u16::MAX as i128,
    article_name: "a UInt16",
};
/// `System.Int32`.
pub(crate) const INT32: IntType = IntType {
    min: i32::MIN as i128,
    max: i32::MAX as i128,
    article_name: "an Int32",
};
/// `System.UInt32`.
pub(crate) const UINT32: IntType = IntType {
    min: 0,
    max: u32::MAX as i128,
    article_name: "a UInt32",
};
/// `System.Int64`.
pub(crate) const INT64: IntType = IntType {
    min: i64::MIN as i128,
    max: i64::MAX as i128,
    article_name: "an Int64",
};
/// `System.UInt64`.
pub(crate) const UINT64: IntType = IntType {
    min: 0,
    max: u64::MAX as i128,
    article_name: "a UInt64",
};

impl IntType {
    /// `Int32`, `Byte` and so on.
    pub(crate) fn clr_name(&self) -> &'static str {
        match self.article_name {
            "a signed byte" => "SByte",
            "an unsigned byte" => "Byte",
            name => name.rsplit(' ').next().unwrap_or(name),
        }
    }

    /// `value` if it lies in the range, else the overflow exception.
    pub(crate) fn check(&self, value: i128) -> Result<i128> {
        if value < self.min || value > self.max {
            return Err(DotnetError::too_large(self.article_name));
        }
        Ok(value)
    }
}

/// `int.Parse` and its like.
pub(crate) fn parse_integer(text: &str, kind: &IntType) -> Result<i128> {
    let parts = scan(text, Style::INTEGER)?;
    let mut value: i128 = 0;
    for digit in parts.whole.bytes() {
        value = (value * 10 + i128::from(digit - b'0')).min(i128::from(u64::MAX) * 16);
    }
    kind.check(if parts.negative { -value } else { value })
}

/// An integer written in hexadecimal digits, as `NumberStyles.HexNumber` reads it: the bits of the type.
pub(crate) fn parse_hex(text: &str, kind: &IntType) -> Result<i128> {
    let digits = text.trim_matches(is_space);
    if digits.is_empty() || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
        return Err(DotnetError::input_string());
    }
    let value = u64::from_str_radix(digits, 16)
        .map_err(|_| DotnetError::too_large(kind.article_name))
        .map(i128::from)?;
    let span = kind.max - kind.min + 1;
    match value {
        it if it <= kind.max => Ok(it),
        it if it < span => Ok(it - span),
        _ => Err(DotnetError::too_large(kind.article_name)),
    }
}

/// `double.Parse`. Too large a number is infinity, as in .NET Core 3.0 and later.
pub(crate) fn parse_double(text: &str) -> Result<f64> {
    let trimmed = text.trim_matches(is_space);
    if let Some(special) = special_double(trimmed) {
        return Ok(special);
    }
    let parts = scan(text, Style::FLOAT)?;
    let written = format!(
        "{}{}.{}e{}",
        if parts.negative { "-" } else { "" },
        parts.whole,
        parts.fraction,
        parts.exponent
    );
    written.parse().map_err(|_| DotnetError::input_string())
}

fn special_double(text: &str) -> Option<f64> {
    let (sign, name) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if name.eq_ignore_ascii_case("NaN") {
        return Some(f64::NAN);
    }
    (name == "∞").then_some(sign * f64::INFINITY)
}

/// `decimal.Parse`.
pub(crate) fn parse_decimal(text: &str) -> Result<Decimal> {
    parse_decimal_with(text, Style::NUMBER)
}

/// A decimal in a given style.
pub(crate) fn parse_decimal_with(text: &str, style: Style) -> Result<Decimal> {
    let parts = scan(text, style)?;
    let overflow = || DotnetError::too_large("a Decimal");
    // The scale written is the scale kept: `1.10` stays `1.10`. Digits beyond 28 are rounded away.
    let written = format!(
        "{}{}.{}",
        if parts.negative { "-" } else { "" },
        parts.whole,
        parts.fraction
    );
    let written = written.strip_suffix('.').unwrap_or(&written);
    if parts.exponent == 0 {
        return written.parse::<Decimal>().map_err(|_| overflow());
    }
    Decimal::from_scientific(&format!("{written}e{}", parts.exponent)).map_err(|_| overflow())
}

/// `bool.Parse`: case-insensitive, white space and null characters around it are ignored.
pub(crate) fn parse_bool(text: &str) -> Result<bool> {
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    if trimmed.eq_ignore_ascii_case("true") {
        return Ok(true);
    }
    if trimmed.eq_ignore_ascii_case("false") {
        return Ok(false);
    }
    Err(DotnetError::format(format!(
        "String '{text}' was not recognized as a valid Boolean."
    )))
}

/// `char.Parse`.
pub(crate) fn parse_char(text: &str) -> Result<u16> {
    let mut units = text.encode_utf16();
    match (units.next(), units.next()) {
        (Some(unit), None) => Ok(unit),
        _ => Err(DotnetError::format("String must be exactly one character long.")),
    }
}

/// A number taken apart; digit groups without separators.
struct Parts {
    negative: bool,
    whole: String,
    fraction: String,
    exponent: i32,
}

// Only these are white space for number parsing, not all of Unicode's.
fn is_space(c: char) -> bool {
    matches!(c, '\u{9}'..='\u{d}' | ' ')
}

fn scan(text: &str, style: Style) -> Result<Parts> {
    let text = text.trim_end_matches('\0').trim_matches(is_space);
    let (mut negative, rest) = sign(text);
    let signed = rest.len() != text.len();
    let whole_end = rest
        .find(|c: char| !(c.is_ascii_digit() || style.thousands && c == ','))
        .unwrap_or(rest.len());
    let (whole, mut rest) = rest.split_at(whole_end);
    if whole.starts_with(',') {
        return Err(DotnetError::input_string());
    }
    let mut fraction = "";
    if let Some(after) = rest.strip_prefix('.').filter(|_| style.point) {
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        (fraction, rest) = after.split_at(end);
    }
    if whole.is_empty() && fraction.is_empty() {
        return Err(DotnetError::input_string());
    }
    let mut exponent = 0;
    if style.exponent
        && let Some(after) = rest.strip_prefix(['e', 'E'])
    {
        (exponent, rest) = exponent_digits(after)?;
    }
    if style.trailing_sign && !signed {
        let (minus, after) = sign(rest.trim_start_matches(is_space));
        negative |= minus;
        rest = after;
    }
    if !rest.is_empty() {
        return Err(DotnetError::input_string());
    }
    Ok(Parts {
        negative,
        whole: whole.replace(',', ""),
        fraction: fraction.to_owned(),
        exponent,
    })
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-').or_else(|| text.strip_prefix('\u{2212}')) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn exponent_digits(text: &str) -> Result<(i32, &str)> {
    let (negative, digits) = sign(text);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (digits, rest) = digits.split_at(end);
    if digits.is_empty() {
        return Err(DotnetError::input_string());
    }
    let size: i32 = digits.parse().unwrap_or(99_999);
    Ok((
        if negative {
            -size.min(99_999)
        } else {
            size.min(99_999)
        },
        rest,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_allow_space_and_sign_and_nothing_else() {
        assert_eq!(parse_integer(" 42 ", &INT32), Ok(42));
        assert_eq!(parse_integer("-7", &INT32), Ok(-7));
        for bad in ["1,000", "4.0", "", "x", "-", "1e3"] {
            assert_eq!(
                parse_integer(bad, &INT32),
                Err(DotnetError::input_string()),
                "{bad}"
            );
        }
        let error = parse_integer("2147483648", &INT32).unwrap_err();
        assert_eq!(error.type_name, "System.OverflowException");
        assert_eq!(
            error.message,
            "Value was either too large or too small for an Int32."
        );
        assert!(parse_integer(&"9".repeat(500), &INT64).is_err());
    }

    #[test]
    fn doubles_allow_thousands_and_exponent() {
        assert_eq!(parse_double("1,234.5"), Ok(1234.5));
        assert_eq!(parse_double("-1e-3"), Ok(-0.001));
        assert_eq!(parse_double(".5"), Ok(0.5));
        assert_eq!(parse_double("5."), Ok(5.0));
        assert_eq!(parse_double("1e999"), Ok(f64::INFINITY));
        assert!(parse_double("1.2.3").is_err());
    }

    #[test]
    fn decimals_keep_their_scale() {
        assert_eq!(parse_decimal("1.10").unwrap().to_string(), "1.10");
        assert_eq!(parse_decimal("1,234.5-").unwrap().to_string(), "-1234.5");
        assert_eq!(parse_decimal("1e3"), Err(DotnetError::input_string()));
    }

    #[test]
    fn booleans_ignore_case_and_space() {
        assert_eq!(parse_bool("True "), Ok(true));
        assert_eq!(
            parse_bool("1").unwrap_err().message,
            "String '1' was not recognized as a valid Boolean."
        );
    }

    #[test]
    fn hexadecimal_fills_the_bits() {
        assert_eq!(parse_hex("ff", &INT32), Ok(255));
        assert_eq!(parse_hex("ffffffff", &INT32), Ok(-1));
    }
}
