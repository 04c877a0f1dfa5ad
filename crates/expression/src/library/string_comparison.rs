//! How strings are compared: `StringComparison`.

use crate::Value;
use crate::dotnet::strings;
use crate::text::Text;
use std::cmp::Ordering;

/// How two texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// By unit.
    Ordinal,
    /// By unit, upper and lower case alike.
    OrdinalIgnoreCase,
    /// Alphabetically.
    Culture,
    /// Alphabetically, upper and lower case alike.
    CultureIgnoreCase,
}

use How::{Culture, CultureIgnoreCase, Ordinal, OrdinalIgnoreCase};

/// What a `StringComparison` asks for.
pub(crate) fn how(comparison: &Value) -> How {
    match comparison.long() {
        0 | 2 => Culture,
        1 | 3 => CultureIgnoreCase,
        4 => Ordinal,
        _ => OrdinalIgnoreCase,
    }
}

/// By culture, with or without case.
pub(super) fn folding(ignore: &Value) -> How {
    if ignore.bool() { CultureIgnoreCase } else { Culture }
}

/// Equality of two texts, either of which may be null.
pub(crate) fn equal(a: &Value, b: &Value, how: How) -> bool {
    match (a.str_or_null(), b.str_or_null()) {
        (Some(a), Some(b)) => match how {
            Ordinal => a == b,
            OrdinalIgnoreCase => strings::equals_ignore_case(&a.as_str(), &b.as_str()),
            Culture => strings::compare_culture(&a.as_str(), &b.as_str(), false).is_eq(),
            CultureIgnoreCase => strings::compare_culture(&a.as_str(), &b.as_str(), true).is_eq(),
        },
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Order of two texts, either of which may be null: below zero, zero or above.
pub(crate) fn ordered(a: &Value, b: &Value, how: How) -> i32 {
    match (a.str_or_null(), b.str_or_null()) {
        (None, None) => 0,
        (None, _) => -1,
        (_, None) => 1,
        (Some(a), Some(b)) => match how {
            Ordinal => units_apart(&a.units(), &b.units()),
            OrdinalIgnoreCase => {
                let (a, b) = (
                    Text::from(strings::upper(&a.as_str())),
                    Text::from(strings::upper(&b.as_str())),
                );
                units_apart(&a.units(), &b.units())
            }
            Culture => strings::compare_culture(&a.as_str(), &b.as_str(), false) as i32,
            CultureIgnoreCase => strings::compare_culture(&a.as_str(), &b.as_str(), true) as i32,
        },
    }
}

/// `CompareOrdinal` gives the difference of the first units that differ.
pub(super) fn difference(a: &Value, b: &Value) -> i32 {
    let (Some(x), Some(y)) = (a.str_or_null(), b.str_or_null()) else {
        return ordered(a, b, Ordinal);
    };
    units_apart(&x.units(), &y.units())
}

// The difference of the first units that differ, or of the lengths.
fn units_apart(x: &[u16], y: &[u16]) -> i32 {
    let differing = x.iter().zip(y.iter()).find(|(a, b)| a != b);
    match differing {
        Some((a, b)) => i32::from(*a) - i32::from(*b),
        None => x.len() as i32 - y.len() as i32,
    }
}

/// What `OrderBy` uses for text under a comparer.
pub(crate) fn order(a: &Value, b: &Value, how: How) -> Ordering {
    ordered(a, b, how).cmp(&0)
}
