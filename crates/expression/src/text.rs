use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

/// A .NET string: a sequence of UTF-16 units, kept as UTF-8 while that is possible.
///
/// Lengths and places are counted in UTF-16 units; that of a place is found at once, as in .NET. Every text has one
/// representation only, so that equal strings have equal ones.
#[derive(Clone, PartialEq, Eq)]
pub struct Text(Repr);

#[derive(Clone, PartialEq, Eq)]
enum Repr {
    /// One byte for each unit.
    Ascii(Arc<str>),
    /// Any other well-formed text.
    Mixed(Arc<Mixed>),
    /// Text with at least one lone surrogate.
    Wide(Arc<[u16]>),
}

/// Well-formed text, and its units once somebody asked for one.
struct Mixed {
    text: Arc<str>,
    units: OnceLock<Box<[u16]>>,
}

impl Mixed {
    fn units(&self) -> &[u16] {
        self.units.get_or_init(|| self.text.encode_utf16().collect())
    }
}

impl PartialEq for Mixed {
    fn eq(&self, other: &Mixed) -> bool {
        self.text == other.text
    }
}

impl Eq for Mixed {}

impl Text {
    /// The text that `units` spell.
    pub fn from_units(units: &[u16]) -> Text {
        match String::from_utf16(units) {
            Ok(text) => text.into(),
            Err(_) => Text(Repr::Wide(units.into())),
        }
    }

    /// One unit repeated.
    pub fn repeat(unit: u16, count: usize) -> Text {
        match char::from_u32(u32::from(unit)) {
            Some(c) => String::from(c).repeat(count).into(),
            None => Text::from_units(&vec![unit; count]),
        }
    }

    /// The text as UTF-8; lone surrogates become U+FFFD.
    pub fn as_str(&self) -> Cow<'_, str> {
        match &self.0 {
            Repr::Wide(units) => Cow::Owned(String::from_utf16_lossy(units)),
            Repr::Ascii(text) => Cow::Borrowed(text),
            Repr::Mixed(mixed) => Cow::Borrowed(&mixed.text),
        }
    }

    /// The UTF-8 text, if the text is well-formed.
    pub fn utf8(&self) -> Option<&str> {
        self.shared().map(|it| &**it)
    }

    /// The same, to be shared.
    pub fn shared(&self) -> Option<&Arc<str>> {
        match &self.0 {
            Repr::Ascii(text) => Some(text),
            Repr::Mixed(mixed) => Some(&mixed.text),
            Repr::Wide(_) => None,
        }
    }

    /// The text, if each of its units is one byte.
    pub fn ascii(&self) -> Option<&str> {
        match &self.0 {
            Repr::Ascii(text) => Some(text),
            _ => None,
        }
    }

    /// Whether both are the same object.
    pub fn same(&self, other: &Text) -> bool {
        match (self.shared(), other.shared(), &self.0, &other.0) {
            (Some(one), Some(other), ..) => Arc::ptr_eq(one, other),
            (_, _, Repr::Wide(one), Repr::Wide(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// `Length`.
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Ascii(text) => text.len(),
            Repr::Mixed(mixed) => mixed.units().len(),
            Repr::Wide(units) => units.len(),
        }
    }

    /// Whether there are no units.
    pub fn is_empty(&self) -> bool {
        self.bytes() == 0
    }

    /// Size in memory, for budgets.
    pub fn bytes(&self) -> usize {
        match &self.0 {
            Repr::Ascii(text) => text.len(),
            Repr::Mixed(mixed) => mixed.text.len(),
            Repr::Wide(units) => units.len() * 2,
        }
    }

    /// The units.
    pub fn units(&self) -> Cow<'_, [u16]> {
        match &self.0 {
            Repr::Ascii(text) => Cow::Owned(text.bytes().map(u16::from).collect()),
            Repr::Mixed(mixed) => Cow::Borrowed(mixed.units()),
            Repr::Wide(units) => Cow::Borrowed(units),
        }
    }

    /// The unit at `index`.
    pub fn unit(&self, index: usize) -> Option<u16> {
        match &self.0 {
            Repr::Ascii(text) => text.as_bytes().get(index).map(|&byte| u16::from(byte)),
            Repr::Mixed(mixed) => mixed.units().get(index).copied(),
            Repr::Wide(units) => units.get(index).copied(),
        }
    }

    /// The part of `count` units that starts at unit `start`; `None` when it reaches outside.
    pub fn slice(&self, start: usize, count: usize) -> Option<Text> {
        let end = start.checked_add(count)?;
        match &self.0 {
            Repr::Ascii(text) => text.get(start..end).map(|it| Text(Repr::Ascii(it.into()))),
            Repr::Mixed(mixed) => mixed.units().get(start..end).map(Text::from_units),
            Repr::Wide(units) => units.get(start..end).map(Text::from_units),
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
            return joined.into();
        }
        let units: Vec<u16> = parts.iter().flat_map(|part| part.units().into_owned()).collect();
        Text::from_units(&units)
    }

    /// Ordinal order: by UTF-16 unit.
    pub fn cmp_ordinal(&self, other: &Text) -> Ordering {
        match (&self.0, &other.0) {
            // Beside ASCII the order of UTF-8 is that of UTF-16.
            (Repr::Ascii(one), Repr::Ascii(other)) => one.cmp(other),
            (Repr::Ascii(one), Repr::Mixed(other)) => one.cmp(&other.text),
            (Repr::Mixed(one), Repr::Ascii(other)) => one.text.cmp(other),
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
        match &self.0 {
            Repr::Wide(units) => units.hash(state),
            Repr::Ascii(text) => text.hash(state),
            Repr::Mixed(mixed) => mixed.text.hash(state),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::from(Arc::<str>::from(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text::from(Arc::<str>::from(text))
    }
}

impl From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Text {
        Text(match text.is_ascii() {
            true => Repr::Ascii(text),
            false => Repr::Mixed(Arc::new(Mixed {
                text,
                units: OnceLock::new(),
            })),
        })
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
