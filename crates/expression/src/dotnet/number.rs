//! Numbers and truth values from text, with the styles that `Parse` uses by default.

use super::error::{DotnetError, Result};
use super::number_scan::{Parts, Style, is_space, scan};
use rust_decimal::Decimal;

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
    parse_integer_with(text, Style::INTEGER, kind)
}

/// The same in a given style: what stands behind a point must be zeros, and an exponent must leave a whole number.
pub(crate) fn parse_integer_with(text: &str, style: Style, kind: &IntType) -> Result<i128> {
    if style.has(Style::HEX) {
        return parse_hex(text, style, kind);
    }
    let Parts {
        negative,
        whole,
        fraction,
        exponent,
    } = scan(text, style)?;
    let overflow = || DotnetError::too_large(kind.article_name);
    let digits = whole + &fraction;
    // Digits without a last zero, and how many of them stand before the point.
    let point = i64::from(exponent) + digits.len() as i64 - fraction.len() as i64;
    let digits = digits.trim_end_matches('0');
    let Some(zeros) = point
        .checked_sub(digits.len() as i64)
        .filter(|it| *it >= 0 || digits.is_empty())
    else {
        return Err(overflow());
    };
    let most = i128::from(u64::MAX) * 16;
    let shifted = |value: i128, digit: u8| (value * 10 + i128::from(digit - b'0')).min(most);
    let value = digits.bytes().fold(0, shifted);
    // Forty zeros are too many for any type.
    let value = (0..zeros.clamp(0, 40)).fold(value, |value, _| shifted(value, b'0'));
    kind.check(if negative { -value } else { value })
}

/// An integer written in hexadecimal digits: the bits of the type.
fn parse_hex(text: &str, style: Style, kind: &IntType) -> Result<i128> {
    let mut digits = text;
    if style.has(Style::LEADING_WHITE) {
        digits = digits.trim_start_matches(is_space);
    }
    if style.has(Style::TRAILING_WHITE) {
        digits = digits.trim_end_matches(is_space);
    }
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
    parse_double_with(text, Style::FLOAT)
}

/// The same in a given style.
pub(crate) fn parse_double_with(text: &str, style: Style) -> Result<f64> {
    let trimmed = text.trim_matches(is_space);
    if let Some(special) = special_double(trimmed) {
        return Ok(special);
    }
    let parts = scan(text, style)?;
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
        let hex = |text| parse_integer_with(text, Style(515), &INT32);
        assert_eq!(hex("ff"), Ok(255));
        assert_eq!(hex(" ffffffff"), Ok(-1));
        assert!(parse_integer_with(" ff", Style(512), &INT32).is_err());
    }

    #[test]
    fn a_style_says_what_may_stand_there() {
        let any = |text| parse_integer_with(text, Style(511), &INT32);
        for (text, value) in [
            ("(5)", -5),
            ("$ 1,234", 1234),
            ("1.50e1", 15),
            ("7-", -7),
            ("2.000", 2),
            ("0e99", 0),
        ] {
            assert_eq!(any(text), Ok(value), "{text}");
        }
        for text in ["(5", "5)", "-(5)", "$$5", "1,e", "e1", "--1"] {
            assert_eq!(any(text), Err(DotnetError::input_string()), "{text}");
        }
        for text in ["1.5", "1e-1", "1e99"] {
            assert_eq!(
                any(text).unwrap_err().type_name,
                "System.OverflowException",
                "{text}"
            );
        }
        assert!(parse_integer_with("-5", Style(0), &INT32).is_err());
    }
}
