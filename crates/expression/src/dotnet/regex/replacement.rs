//! Replacement patterns: `$1`, `${name}`, `$$`, `$&`, `` $` ``, `$'`, `$+`, `$_`.

use super::{Groups, Match};

/// A replacement pattern, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replacement(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Group(usize),
    Before,
    After,
    Last,
    Whole,
}

impl Replacement {
    /// Reads a pattern. What names no group is plain text.
    pub(crate) fn new(text: &str, groups: &Groups) -> Replacement {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            plain.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            match piece(rest, groups) {
                Some((Piece::Text(dollar), length)) => {
                    plain.push_str(&dollar);
                    rest = &rest[length..];
                }
                Some((piece, length)) => {
                    if !plain.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    }
                    pieces.push(piece);
                    rest = &rest[length..];
                }
                None => plain.push('$'),
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Replacement(pieces)
    }

    /// The text for one match: `Match.Result`.
    pub(crate) fn expand(&self, text: &str, found: &Match) -> String {
        let mut out = String::new();
        let (start, end) = found.range();
        for piece in &self.0 {
            match piece {
                Piece::Text(plain) => out.push_str(plain),
                Piece::Group(at) => {
                    if let Some((from, to)) = found.groups.get(*at).copied().flatten() {
                        out.push_str(&text[from..to]);
                    }
                }
                Piece::Before => out.push_str(&text[..start]),
                Piece::After => out.push_str(&text[end..]),
                Piece::Whole => out.push_str(text),
                Piece::Last => {
                    if let Some((from, to)) = found.groups.last().copied().flatten() {
                        out.push_str(&text[from..to]);
                    }
                }
            }
        }
        out
    }
}

fn piece(rest: &str, groups: &Groups) -> Option<(Piece, usize)> {
    let first = rest.chars().next()?;
    match first {
        '$' => Some((Piece::Text("$".to_owned()), 1)),
        '&' => Some((Piece::Group(0), 1)),
        '`' => Some((Piece::Before, 1)),
        '\'' => Some((Piece::After, 1)),
        '+' => Some((Piece::Last, 1)),
        '_' => Some((Piece::Whole, 1)),
        '{' => {
            let end = rest.find('}')?;
            Some((Piece::Group(groups.by_name(&rest[1..end])?), end + 1))
        }
        '0'..='9' => {
            let length = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            Some((
                Piece::Group(groups.by_number(rest[..length].parse().ok()?)?),
                length,
            ))
        }
        _ => None,
    }
}
