//! `JToken.DeepEquals`, and the order of values.

use super::super::number_buffer::{Digits, Number};
use super::scalar::Scalar;
use super::token::JToken;
use super::token_type::TokenType;
use std::cmp::Ordering;

/// Whether two trees say the same: the order of an object's properties does not matter.
pub(crate) fn deep_equals(a: &JToken, b: &JToken) -> bool {
    if a.same(b) {
        return true;
    }
    let (kind, other) = (a.kind(), b.kind());
    if let (Some(a), Some(b)) = (a.scalar(), b.scalar()) {
        return kind == other && values_equal(&a, &b);
    }
    if kind != other || a.count() != b.count() {
        return false;
    }
    match kind {
        TokenType::Object => a.children().iter().all(|property| {
            let name = property.name().unwrap_or_default();
            match (property.property_value(), b.get(&name)) {
                (Some(a), Some(b)) => deep_equals(&a, &b),
                _ => false,
            }
        }),
        _ => {
            a.name() == b.name()
                && a.children()
                    .iter()
                    .zip(b.children())
                    .all(|(a, b)| deep_equals(a, &b))
        }
    }
}

/// `JValue.Equals`: numbers by value, so that `1` and the big integer 1 are equal.
pub(crate) fn values_equal(a: &Scalar, b: &Scalar) -> bool {
    if a.is_null() && b.is_null() {
        return a == b;
    }
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => match (a, b) {
            (Scalar::Date(a), Scalar::DateOffset(b)) | (Scalar::DateOffset(b), Scalar::Date(a)) => {
                a.ticks == b.utc_ticks()
            }
            _ => a == b,
        },
    }
}

/// `JValue.CompareTo` between values of one kind, as JSONPath filters and `OrderBy` use it.
pub(crate) fn compare_values(a: &Scalar, b: &Scalar) -> Option<Ordering> {
    if let (Some(x), Some(y)) = (number(a), number(b)) {
        return Some(compare_digits(&x, &y));
    }
    match (a, b) {
        (Scalar::String(a), Scalar::String(b)) => Some(super::super::strings::compare_ordinal(a, b)),
        (Scalar::Boolean(a), Scalar::Boolean(b)) => Some(a.cmp(b)),
        (Scalar::Date(a), Scalar::Date(b)) => Some(a.cmp(b)),
        (Scalar::DateOffset(a), Scalar::DateOffset(b)) => Some(a.cmp(b)),
        (Scalar::TimeSpan(a), Scalar::TimeSpan(b)) => Some(a.cmp(b)),
        (Scalar::Guid(a), Scalar::Guid(b)) => Some(a.as_u128().cmp(&b.as_u128())),
        (a, b) if a.is_null() && b.is_null() => Some(Ordering::Equal),
        (a, _) if a.is_null() => Some(Ordering::Less),
        (_, b) if b.is_null() => Some(Ordering::Greater),
        _ => None,
    }
}

/// The decimal digits of a number, by which numbers of every type compare.
fn number(scalar: &Scalar) -> Option<Digits> {
    let mut digits = match scalar {
        Scalar::Integer(it) => Digits::exact(Number::Signed(*it, 64)),
        Scalar::Float(it) if it.is_finite() => Digits::shortest(Number::Double(*it)),
        Scalar::Decimal(it) => Digits::exact(Number::Decimal(*it)),
        Scalar::BigInteger(it) => Digits::of_text(it.starts_with('-'), it.trim_start_matches('-')),
        _ => return None,
    };
    digits.negative &= !digits.is_zero();
    Some(digits)
}

fn compare_digits(a: &Digits, b: &Digits) -> Ordering {
    let sign = |it: &Digits| {
        if it.is_zero() {
            0
        } else if it.negative {
            -1
        } else {
            1
        }
    };
    let size = |a: &Digits, b: &Digits| a.scale.cmp(&b.scale).then_with(|| a.digits.cmp(&b.digits));
    sign(a).cmp(&sign(b)).then_with(|| match sign(a) {
        0 => Ordering::Equal,
        1 => size(a, b),
        _ => size(b, a),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{ParseOptions, Root, parse};
    use super::*;

    #[test]
    fn order_matters_in_arrays_only() {
        let read = |text| parse(text, Root::Any, &ParseOptions::default()).unwrap();
        let equal = |a, b| deep_equals(&read(a), &read(b));
        assert!(equal("{a:1,b:[1,2]}", "{b:[1,2],a:1}"));
        assert!(!equal("[1,2]", "[2,1]"));
        assert!(!equal("1", "1.0"));
        assert!(!equal("1", "'1'"));
        assert!(equal("null", "null"));
        assert!(!equal("{a:1}", "{b:1}"));
    }

    #[test]
    fn numbers_of_all_types_compare() {
        let big = Scalar::BigInteger("12345678901234567890123".into());
        assert_eq!(
            compare_values(&Scalar::Integer(2), &Scalar::Float(10.5)),
            Some(Ordering::Less)
        );
        assert_eq!(compare_values(&big, &Scalar::Float(1e30)), Some(Ordering::Less));
        assert_eq!(
            compare_values(&Scalar::Integer(-2), &Scalar::Integer(-10)),
            Some(Ordering::Greater)
        );
        assert_eq!(
            compare_values(&Scalar::Integer(0), &Scalar::Float(0.5)),
            Some(Ordering::Less)
        );
        assert_eq!(
            compare_values(&Scalar::Integer(1), &Scalar::String("1".into())),
            None
        );
    }
}
