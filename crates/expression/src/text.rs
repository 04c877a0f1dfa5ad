use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A .NET string: a sequence of UTF-16 units, kept as UTF-8 while that is possible.
///
/// Lengths and places are counted in UTF-16 units. Text with a lone surrogate is kept as units, and only such text,
/// so that equal strings have equal representations.
#[derive(Clone, PartialEq, Eq)]
pub enum Text {
    /// Well-formed text.
    Utf8(Arc<str>),
    /// Text with at least one lone surrogate.
    Wide(Arc<[u16]>),
}

impl Text {
    /// The text that `units` spell.
    pub fn from_units(units: &[u16]) -> Text {
        match String::from_utf16(units) {
            Ok(text) => Text::Utf8(text.into()),
            Err(_) => Text::Wide(units.into()),
        }
    }

    /// One unit repeated.
    pub fn repeat(unit: u16, count: usize) -> Text {
        match char::from_u32(u32::from(unit)) {
            Some(c) => Text::Utf8(String::from(c).repeat(count).into()),
            None => Text::from_units(&vec![unit; count]),
        }
    }

    /// The text as UTF-8; lone surrogates become U+FFFD.
    pub fn as_str(&self) -> Cow<'_, str> {
        match self {
            Text::Utf8(text) => Cow::Borrowed(text),
            Text::Wide(units) => Cow::Owned(String::from_utf16_lossy(units)),
        }
    }

    /// The UTF-8 text, if the text is well-formed.
    pub fn utf8(&self) -> Option<&str> {
        match self {
            Text::Utf8(text) => Some(text),
            Text::Wide(_) => None,
        }
    }

    /// `Length`.
    pub fn len(&self) -> usize {
        match self {
            Text::Utf8(text) if text.is_ascii() => text.len(),
            Text::Utf8(text) => text.encode_utf16().count(),
            Text::Wide(units) => units.len(),
        }
    }

    /// Whether there are no units.
    pub fn is_empty(&self) -> bool {
        match self {
            Text::Utf8(text) => text.is_empty(),
            Text::Wide(units) => units.is_empty(),
        }
    }

    /// Size in memory, for budgets.
    pub fn bytes(&self) -> usize {
        match self {
            Text::Utf8(text) => text.len(),
            Text::Wide(units) => units.len() * 2,
        }
    }

    /// The units.
    pub fn units(&self) -> Cow<'_, [u16]> {
        match self {
            Text::Utf8(text) => Cow::Owned(text.encode_utf16().collect()),
            Text::Wide(units) => Cow::Borrowed(units),
        }
    }

    /// The unit at `index`.
    pub fn unit(&self, index: usize) -> Option<u16> {
        match self {
            Text::Utf8(text) if text.is_ascii() => text.as_bytes().get(index).map(|&byte| u16::from(byte)),
            Text::Utf8(text) => text.encode_utf16().nth(index),
            Text::Wide(units) => units.get(index).copied(),
        }
    }

    /// The part of `count` units that starts at unit `start`; `None` when it reaches outside.
    pub fn slice(&self, start: usize, count: usize) -> Option<Text> {
        let end = start.checked_add(count)?;
        match self {
            Text::Utf8(text) if text.is_ascii() => text.get(start..end).map(Text::from),
            _ => self.units().get(start..end).map(Text::from_units),
        }
    }

    /// The texts one after the other.
    pub fn concat(parts: &[&Text]) -> Text {
        if let Some(total) = parts
            .iter()
            .map(|part| part.utf8().map(str::len))
            .sum::<Option<usize>>()
        {
            let mut joined = String::with_capacity(total);
            parts
                .iter()
                .filter_map(|part| part.utf8())
                .for_each(|part| joined.push_str(part));
            return Text::Utf8(joined.into());
        }
        let units: Vec<u16> = parts.iter().flat_map(|part| part.units().into_owned()).collect();
        Text::from_units(&units)
    }

    /// Ordinal order: by UTF-16 unit.
    pub fn cmp_ordinal(&self, other: &Text) -> Ordering {
        match (self.utf8(), other.utf8()) {
            (Some(a), Some(b)) if a.is_ascii() || b.is_ascii() => a.cmp(b),
            (Some(a), Some(b)) => a.encode_utf16().cmp(b.encode_utf16()),
            _ => self.units().cmp(&other.units()),
        }
    }
}

impl Default for Text {
    fn default() -> Text {
        Text::from("")
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Text::Utf8(text) => text.hash(state),
            Text::Wide(units) => units.hash(state),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::Utf8(text.into())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text::Utf8(text.into())
    }
}

impl From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Text {
        Text::Utf8(text)
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.utf8() == Some(other)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_pair_survives_and_joins_again() {
        let smile = Text::from("a😀");
        assert_eq!(smile.len(), 3);
        let (left, right) = (
            smile.slice(0, 2).unwrap_or_default(),
            smile.slice(2, 1).unwrap_or_default(),
        );
        assert!(left.utf8().is_none());
        assert_eq!(Text::concat(&[&left, &right]), smile);
    }
}
