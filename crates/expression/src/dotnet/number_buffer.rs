//! A number as decimal digits, from which every format is printed, and the plain `ToString()` of each type.

use rust_decimal::Decimal;

/// A number to format. Integers carry their width for hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    /// `sbyte`, `short`, `int`, `long` with its bits.
    Signed(i64, u32),
    /// `byte`, `ushort`, `uint`, `ulong` with its bits.
    Unsigned(u64, u32),
    /// `float`.
    Single(f32),
    /// `double`.
    Double(f64),
    /// `decimal`.
    Decimal(Decimal),
}

/// `0.DIGITS` times ten to the power of `scale`; no leading or trailing zeros, no digits at all for zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digits {
    pub(crate) negative: bool,
    /// What lies exactly between two texts goes to the even digit, as .NET Core does it for binary numbers; else away from zero.
    pub(crate) ties_to_even: bool,
    pub(crate) digits: Vec<u8>,
    pub(crate) scale: i32,
}

impl Digits {
    /// The exact digits of a finite number.
    pub(crate) fn exact(number: Number) -> Digits {
        match number {
            Number::Signed(value, _) => Digits::of_text(value < 0, &value.unsigned_abs().to_string()),
            Number::Unsigned(value, _) => Digits::of_text(false, &value.to_string()),
            Number::Single(value) => Digits::exact(Number::Double(f64::from(value))),
            Number::Double(value) => {
                let places = fraction_places(value);
                let text = format!("{:.places$}", value.abs());
                Digits {
                    ties_to_even: true,
                    ..Digits::of_text(value.is_sign_negative(), &text)
                }
            }
            Number::Decimal(value) => Digits::of_text(value.is_sign_negative(), &value.abs().to_string()),
        }
    }

    /// The fewest digits that still read back as the same number.
    pub(crate) fn shortest(number: Number) -> Digits {
        let written = match number {
            Number::Single(value) => format!("{:e}", value.abs()),
            Number::Double(value) if is_half_way(value.abs()) => format!("{:.16e}", value.abs()),
            Number::Double(value) => format!("{:e}", value.abs()),
            _ => return Digits::exact(number),
        };
        let negative = match number {
            Number::Single(value) => value.is_sign_negative(),
            Number::Double(value) => value.is_sign_negative(),
            _ => false,
        };
        let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
        let mut digits = Digits::of_text(negative, mantissa);
        if !digits.digits.is_empty() {
            digits.scale += exponent.parse::<i32>().unwrap_or(0);
        }
        digits
    }

    /// From `123.45`, without sign or exponent.
    pub(crate) fn of_text(negative: bool, text: &str) -> Digits {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let all: Vec<u8> = whole
            .bytes()
            .chain(fraction.bytes())
            .map(|it| it - b'0')
            .collect();
        let zeros = all.iter().take_while(|it| **it == 0).count();
        let mut digits = Digits {
            negative,
            ties_to_even: false,
            scale: whole.len() as i32 - zeros as i32,
            digits: all.get(zeros..).unwrap_or_default().to_vec(),
        };
        digits.trim();
        digits
    }

    /// Keeps `count` digits.
    pub(crate) fn round(&mut self, count: i32) {
        let Ok(keep) = usize::try_from(count) else {
            self.digits.clear();
            self.trim();
            return;
        };
        if keep >= self.digits.len() {
            return;
        }
        let up = match self.digits[keep] {
            5 if self.ties_to_even && keep + 1 == self.digits.len() => keep
                .checked_sub(1)
                .is_some_and(|before| self.digits[before] % 2 == 1),
            next => next >= 5,
        };
        self.digits.truncate(keep);
        if up {
            self.increment();
        }
        self.trim();
    }

    fn increment(&mut self) {
        while let Some(last) = self.digits.pop() {
            if last < 9 {
                self.digits.push(last + 1);
                return;
            }
        }
        self.digits.push(1);
        self.scale += 1;
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.scale = 0;
        }
    }

    /// Whether a minus is printed: binary numbers keep it when they round to zero.
    pub(crate) fn shows_minus(&self) -> bool {
        self.negative && (self.ties_to_even || !self.is_zero())
    }

    /// Whether the number is zero.
    pub(crate) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The digit at a place, zero before the first and beyond the last.
    pub(crate) fn digit(&self, index: i32) -> char {
        let digit = usize::try_from(index)
            .ok()
            .and_then(|it| self.digits.get(it))
            .copied()
            .unwrap_or(0);
        char::from(b'0' + digit)
    }
}

// Whether the shortest digits of a large number lie exactly between it and the next. They read back as the number, but .NET
// does not take them.
fn is_half_way(value: f64) -> bool {
    // Below 2^53 there is no such number, above 1E+30 nobody writes the digits out.
    if !(9_007_199_254_740_992.0..1e30).contains(&value) {
        return false;
    }
    let shortest = format!("{value:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits = mantissa.replace('.', "");
    let zeros = (exponent.parse::<usize>().unwrap_or(0) + 1).checked_sub(digits.len());
    let near = zeros.and_then(|zeros| (digits + &"0".repeat(zeros)).parse::<i128>().ok());
    let Some(near) = near else {
        return false;
    };
    let step = f64::from_bits(value.to_bits() + 1) - value;
    (near - value as i128).abs() * 2 == step as i128
}

/// Binary fraction digits of a double: as many decimal places represent it exactly.
fn fraction_places(value: f64) -> usize {
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    let mantissa = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = if exponent == 0 {
        (mantissa, -1074)
    } else {
        (mantissa | 1 << 52, exponent - 1075)
    };
    if mantissa == 0 {
        return 0;
    }
    usize::try_from(-(exponent + mantissa.trailing_zeros() as i32)).unwrap_or(0)
}

/// `ToString()` of a double, as .NET Core 3.0 and later print it: the shortest text that round-trips.
pub(crate) fn double_text(value: f64) -> String {
    special(value).unwrap_or_else(|| general(Digits::shortest(Number::Double(value)), 17, 'E'))
}

/// `ToString()` of a float.
pub(crate) fn single_text(value: f32) -> String {
    special(f64::from(value)).unwrap_or_else(|| general(Digits::shortest(Number::Single(value)), 9, 'E'))
}

/// `ToString()` of a decimal: every digit of its scale.
pub(crate) fn decimal_text(value: Decimal) -> String {
    if value.is_zero() {
        value.abs().to_string()
    } else {
        value.to_string()
    }
}

/// The texts of NaN and the infinities in the culture en-US.
pub(crate) fn special(value: f64) -> Option<String> {
    if value.is_nan() {
        return Some("NaN".to_owned());
    }
    value
        .is_infinite()
        .then(|| if value > 0.0 { "∞" } else { "-∞" }.to_owned())
}

/// The `G` layout: plain unless the point would lie beyond `most` digits or after the fourth zero.
pub(crate) fn general(digits: Digits, most: i32, e: char) -> String {
    let mut out = String::new();
    if digits.negative {
        out.push('-');
    }
    if digits.is_zero() {
        out.push('0');
        return out;
    }
    let count = digits.digits.len() as i32;
    if digits.scale > most || digits.scale < -3 {
        out.push(digits.digit(0));
        if count > 1 {
            out.push('.');
            (1..count).for_each(|it| out.push(digits.digit(it)));
        }
        let exponent = digits.scale - 1;
        out.push(e);
        out.push(if exponent < 0 { '-' } else { '+' });
        out.push_str(&format!("{:02}", exponent.unsigned_abs()));
        return out;
    }
    if digits.scale <= 0 {
        out.push('0');
    }
    (0..digits.scale).for_each(|it| out.push(digits.digit(it)));
    if count > digits.scale {
        out.push('.');
        (digits.scale..count).for_each(|it| out.push(digits.digit(it)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_print_the_shortest_text() {
        let rows: &[(f64, &str)] = &[
            (0.1 + 0.2, "0.30000000000000004"),
            (1.0 / 3.0, "0.3333333333333333"),
            (1.0, "1"),
            (1e16, "10000000000000000"),
            (1e17, "1E+17"),
            (31815331315823328.0, "31815331315823328"),
            (123456789012345.0, "123456789012345"),
            (1e-5, "1E-05"),
            (0.0001, "0.0001"),
            (1e20, "1E+20"),
            (1.5e300, "1.5E+300"),
            (-0.0, "-0"),
            (f64::NAN, "NaN"),
            (5e-324, "5E-324"),
            (-2.5, "-2.5"),
        ];
        for (value, text) in rows {
            assert_eq!(double_text(*value), *text);
        }
        assert_eq!(single_text(0.1), "0.1");
        assert_eq!(single_text(1e8), "100000000");
        assert_eq!(single_text(1e9), "1E+09");
    }

    #[test]
    fn decimals_keep_their_scale() {
        assert_eq!(decimal_text(Decimal::new(10, 1)), "1.0");
        let third = Decimal::from(10) / Decimal::from(3);
        assert_eq!(decimal_text(third), "3.3333333333333333333333333333");
        assert_eq!(decimal_text(Decimal::new(110, 2) * Decimal::from(2)), "2.20");
    }
}
