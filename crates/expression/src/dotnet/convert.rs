//! `System.Convert`: between numbers, and integers in base 2, 8, 10 and 16.

use super::error::{DotnetError, Result};
use super::number::IntType;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

/// `Convert.ToInt32(double)` and its like: to the nearest, halves to even.
pub(crate) fn integer_from_double(value: f64, kind: &IntType) -> Result<i128> {
    let rounded = value.round_ties_even();
    if !(rounded >= kind.min as f64 && rounded <= kind.max as f64) {
        return Err(DotnetError::too_large(kind.article_name));
    }
    // Above 2^53 the greatest value of the type is itself not a double, so the range is checked once more.
    kind.check(rounded as i128)
}

/// `Convert.ToInt32(decimal)` and its like.
pub(crate) fn integer_from_decimal(value: Decimal, kind: &IntType) -> Result<i128> {
    let rounded = value.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
    kind.check(rounded.to_i128().unwrap_or(i128::MAX))
}

/// `Convert.ToDecimal(double)`: fifteen significant digits.
pub(crate) fn decimal_from_double(value: f64) -> Result<Decimal> {
    if !value.is_finite() || value.abs() >= 7.922_816_251_426_434e28 {
        return Err(DotnetError::too_large("a Decimal"));
    }
    let text = format!("{value:.14e}");
    let parsed = Decimal::from_scientific(&text).map_err(|_| DotnetError::too_large("a Decimal"))?;
    Ok(parsed.normalize())
}

/// `Convert.ToDouble(decimal)`: the double nearest to the text.
pub(crate) fn double_from_decimal(value: Decimal) -> f64 {
    value.to_string().parse().unwrap_or(f64::NAN)
}

/// `Convert.ToInt32("ff", 16)`: digits without sign give the bits of the type.
pub(crate) fn integer_from_base(text: &str, base: i64, kind: &IntType) -> Result<i128> {
    check_base(base)?;
    if text.is_empty() {
        // Message and parameter change places in .NET Core.
        return Err(DotnetError::out_of_range(
            "Specified argument was out of the range of valid values.",
            "Index was out of range. Must be non-negative and less than the size of the collection.",
        ));
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) if base == 10 && kind.min < 0 => (true, rest),
        Some(_) if base == 10 => {
            return Err(DotnetError::overflow(
                "The string was being parsed as an unsigned number and could not have a \
                                              negative sign.",
            ));
        }
        Some(_) => {
            return Err(DotnetError::argument(
                "String cannot contain a minus sign if the base is not 10.",
            ));
        }
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = match base {
        16 => digits
            .strip_prefix("0x")
            .or_else(|| digits.strip_prefix("0X"))
            .unwrap_or(digits),
        _ => digits,
    };
    let mut value: i128 = 0;
    if digits.is_empty() {
        return Err(DotnetError::format("Could not find any recognizable digits."));
    }
    for (at, c) in digits.chars().enumerate() {
        let Some(digit) = c.to_digit(base as u32) else {
            return Err(DotnetError::format(match at {
                0 => "Could not find any recognizable digits.",
                _ => "Additional non-parsable characters are at the end of the string.",
            }));
        };
        value = (value * i128::from(base) + i128::from(digit)).min(1 << 100);
    }
    if base == 10 {
        return kind.check(if negative { -value } else { value });
    }
    let span = kind.max - kind.min + 1;
    match value {
        it if it <= kind.max => Ok(it),
        it if it < span => Ok(it - span),
        _ => Err(DotnetError::too_large(kind.article_name)),
    }
}

/// `Convert.ToString(10, 2)`: the bits of the type, without leading zeros.
pub(crate) fn integer_to_base(value: i64, base: i64, kind: &IntType) -> Result<String> {
    check_base(base)?;
    if base == 10 {
        return Ok(value.to_string());
    }
    let mask = (kind.max - kind.min) as u64;
    let bits = value as u64 & mask;
    Ok(match base {
        2 => format!("{bits:b}"),
        8 => format!("{bits:o}"),
        _ => format!("{bits:x}"),
    })
}

fn check_base(base: i64) -> Result<()> {
    match base {
        2 | 8 | 10 | 16 => Ok(()),
        _ => Err(DotnetError::argument("Invalid Base.")),
    }
}

/// `Convert.ToChar(int)`.
pub(crate) fn char_from_integer(value: i64) -> Result<u16> {
    u16::try_from(value).map_err(|_| DotnetError::too_large("a character"))
}

#[cfg(test)]
mod tests {
    use super::super::number::{BYTE, INT32, INT64, UINT32, UINT64};
    use super::*;

    #[test]
    fn doubles_round_to_even() {
        assert_eq!(integer_from_double(2.5, &INT32), Ok(2));
        assert_eq!(integer_from_double(3.5, &INT32), Ok(4));
        assert!(integer_from_double(f64::NAN, &INT32).is_err());
        assert!(integer_from_double(9.3e18, &INT64).is_err());
        assert!(integer_from_double(9_223_372_036_854_775_807.0, &INT64).is_err());
        assert_eq!(integer_from_decimal(Decimal::new(25, 1), &INT32), Ok(2));
        assert_eq!(
            integer_from_double(300.0, &BYTE).unwrap_err().type_name,
            "System.OverflowException"
        );
    }

    #[test]
    fn bases() {
        assert_eq!(integer_from_base("ff", 16, &INT32), Ok(255));
        assert_eq!(integer_from_base("0xFFFFFFFF", 16, &INT32), Ok(-1));
        assert_eq!(integer_from_base("1010", 2, &INT32), Ok(10));
        assert_eq!(integer_from_base("ffffffff", 16, &UINT32), Ok(0xffff_ffff));
        assert_eq!(
            integer_from_base("18446744073709551615", 10, &UINT64),
            Ok(i128::from(u64::MAX))
        );
        assert!(integer_from_base("100000000", 16, &INT32).is_err());
        assert!(integer_from_base("12", 3, &INT32).is_err());
        assert_eq!(integer_to_base(10, 2, &INT32).as_deref(), Ok("1010"));
        assert_eq!(integer_to_base(-1, 16, &INT32).as_deref(), Ok("ffffffff"));
    }

    #[test]
    fn decimals_from_doubles_take_fifteen_digits() {
        assert_eq!(
            decimal_from_double(0.1 + 0.2).map(|it| it.to_string()).as_deref(),
            Ok("0.3")
        );
        assert_eq!(
            decimal_from_double(1e20).map(|it| it.to_string()).as_deref(),
            Ok("100000000000000000000")
        );
        assert!(decimal_from_double(1e30).is_err());
    }
}
