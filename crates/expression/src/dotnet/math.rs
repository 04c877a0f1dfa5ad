//! `System.Math` where it differs from the hardware.

use super::error::{DotnetError, Result};
use rust_decimal::{Decimal, RoundingStrategy};

/// `MidpointRounding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// Banker's rounding, the default.
    ToEven,
    /// Half away from zero.
    AwayFromZero,
    /// Truncation.
    ToZero,
    /// Towards minus infinity.
    ToNegativeInfinity,
    /// Towards plus infinity.
    ToPositiveInfinity,
}

impl Rounding {
    /// By the number of the enumeration member.
    pub(crate) fn from_number(number: i64) -> Result<Rounding> {
        Ok(match number {
            0 => Rounding::ToEven,
            1 => Rounding::AwayFromZero,
            2 => Rounding::ToZero,
            3 => Rounding::ToNegativeInfinity,
            4 => Rounding::ToPositiveInfinity,
            _ => {
                let message =
                    format!("The value '{number}' is not valid for this usage of the type MidpointRounding.");
                return Err(DotnetError::argument(format!("{message} (Parameter 'mode')")));
            }
        })
    }

    fn strategy(self) -> RoundingStrategy {
        match self {
            Rounding::ToEven => RoundingStrategy::MidpointNearestEven,
            Rounding::AwayFromZero => RoundingStrategy::MidpointAwayFromZero,
            Rounding::ToZero => RoundingStrategy::ToZero,
            Rounding::ToNegativeInfinity => RoundingStrategy::ToNegativeInfinity,
            Rounding::ToPositiveInfinity => RoundingStrategy::ToPositiveInfinity,
        }
    }
}

/// `Math.Round(double)`.
pub(crate) fn round_to_integer(value: f64, mode: Rounding) -> f64 {
    match mode {
        Rounding::ToEven => value.round_ties_even(),
        Rounding::AwayFromZero => value.round(),
        Rounding::ToZero => value.trunc(),
        Rounding::ToNegativeInfinity => value.floor(),
        Rounding::ToPositiveInfinity => value.ceil(),
    }
}

/// `Math.Round(double, int)`: scales by a power of ten, rounds and scales back, as .NET does.
pub(crate) fn round(value: f64, places: i64, mode: Rounding) -> Result<f64> {
    if !(0..=15).contains(&places) {
        let message = "Rounding digits must be between 0 and 15, inclusive.";
        return Err(DotnetError::out_of_range(message, "digits"));
    }
    if value.abs() >= 1e16 || !value.is_finite() {
        return Ok(value);
    }
    let power = 10f64.powi(places as i32);
    Ok(round_to_integer(value * power, mode) / power)
}

/// `Math.Round(decimal, int)`.
pub(crate) fn round_decimal(value: Decimal, places: i64, mode: Rounding) -> Result<Decimal> {
    if !(0..=28).contains(&places) {
        let message = "Decimal can only round to between 0 and 28 digits of precision.";
        return Err(DotnetError::out_of_range(message, "decimals"));
    }
    Ok(value.round_dp_with_strategy(places as u32, mode.strategy()))
}

/// `Math.Abs` of an integer type, by its least value.
pub(crate) fn abs(value: i64, least: i64) -> Result<i64> {
    if value == least {
        return Err(DotnetError::overflow(
            "Negating the minimum value of a twos complement number is invalid.",
        ));
    }
    Ok(value.abs())
}

/// `Math.Sign` of a double.
pub(crate) fn sign(value: f64) -> Result<i32> {
    if value.is_nan() {
        let message = "Function does not accept floating point Not-a-Number values.";
        return Err(DotnetError::new("System.ArithmeticException", message));
    }
    Ok(if value > 0.0 {
        1
    } else if value < 0.0 {
        -1
    } else {
        0
    })
}

/// `Math.Max`: a NaN wins.
pub(crate) fn max(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.max(b)
    }
}

/// `Math.Min`: a NaN wins.
pub(crate) fn min(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.min(b)
    }
}

/// `Math.Pow`: only here does C disagree with Rust, and only on NaN.
pub(crate) fn pow(base: f64, exponent: f64) -> f64 {
    base.powf(exponent)
}

/// `Math.ScaleB`: `x` times two to the power of `n`, rounded once.
pub(crate) fn scale(x: f64, n: i32) -> f64 {
    // Two steps, so that no power of two on the way overflows or vanishes before the end.
    let mut left = n.clamp(-2200, 2200);
    let mut result = x;
    while left > 1000 {
        result *= 2f64.powi(1000);
        left -= 1000;
    }
    while left < -900 {
        result *= 2f64.powi(-900);
        left += 900;
    }
    result * 2f64.powi(left)
}

/// `Math.ILogB`.
pub(crate) fn binary_exponent(x: f64) -> i32 {
    if x.is_nan() || x.is_infinite() {
        return i32::MAX;
    }
    if x == 0.0 {
        return i32::MIN;
    }
    let bits = x.abs().to_bits();
    match bits >> 52 {
        // Below the normal numbers the leading zeros count.
        0 => -1011 - bits.leading_zeros() as i32,
        exponent => exponent as i32 - 1023,
    }
}

/// `Math.MaxMagnitude` and `MinMagnitude`: by the distance from zero; of equal ones by sign.
pub(crate) fn magnitude(x: f64, y: f64, largest: bool) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    let x_wins = match x.abs().total_cmp(&y.abs()) {
        std::cmp::Ordering::Equal => x.is_sign_negative() != largest,
        order => order.is_gt() == largest,
    };
    if x_wins { x } else { y }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::approx_constant, reason = "the number of a specification vector")]
    fn rounding() {
        assert_eq!(round_to_integer(2.5, Rounding::ToEven), 2.0);
        assert_eq!(round_to_integer(2.5, Rounding::AwayFromZero), 3.0);
        assert_eq!(round(1.005, 2, Rounding::AwayFromZero), Ok(1.0));
        assert_eq!(round(3.14159, 2, Rounding::ToEven), Ok(3.14));
        assert!(round(1.0, 16, Rounding::ToEven).is_err());
        assert_eq!(
            round_decimal(Decimal::new(25, 1), 0, Rounding::ToEven),
            Ok(Decimal::from(2))
        );
        assert_eq!(
            abs(i64::from(i32::MIN), i64::from(i32::MIN))
                .unwrap_err()
                .type_name,
            "System.OverflowException"
        );
    }
}
