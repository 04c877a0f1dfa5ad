//! Placeholders in expected text: `<any>`, `<guid>`, `<number>`, `<date>`.

/// Whether `text` is what `pattern` says.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((before, kind, after)) = split(pattern) else {
        return pattern == text;
    };
    let Some(rest) = text.strip_prefix(before) else {
        return false;
    };
    // Placeholders are few and texts short: try every length.
    let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    ends.into_iter()
        .any(|end| kind.fits(&rest[..end]) && matches(after, &rest[end..]))
}

#[derive(Clone, Copy)]
enum Kind {
    Any,
    Guid,
    Number,
    Date,
}

const KINDS: [(&str, Kind); 4] = [
    ("<any>", Kind::Any),
    ("<guid>", Kind::Guid),
    ("<number>", Kind::Number),
    ("<date>", Kind::Date),
];

fn split(pattern: &str) -> Option<(&str, Kind, &str)> {
    let found = KINDS
        .iter()
        .filter_map(|(name, kind)| Some((pattern.find(name)?, *name, *kind)));
    let (at, name, kind) = found.min_by_key(|(at, ..)| *at)?;
    Some((&pattern[..at], kind, &pattern[at + name.len()..]))
}

impl Kind {
    fn fits(self, text: &str) -> bool {
        match self {
            Kind::Any => true,
            Kind::Guid => {
                let groups: Vec<usize> = text.split('-').map(str::len).collect();
                groups == [8, 4, 4, 4, 12] && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f' | '-'))
            }
            Kind::Number => !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()),
            Kind::Date => text.len() == 29 && text.ends_with(" GMT"),
        }
    }
}
