use crate::text::Text;
use rust_decimal::Decimal;
use source::Span;

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) tok: Tok,
    pub(crate) span: Span,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tok {
    Name(Box<str>),
    Keyword(&'static str),
    Op(&'static str),
    // An integer and its suffix.
    Int { value: u64, long: bool, unsigned: bool },
    Double(f64),
    Single(f32),
    Decimal(Decimal),
    Char(u16),
    Text(Text),
    Interpolated(Vec<Piece>),
    End,
}

/// A part of an interpolated string.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    Text(Text),
    Hole {
        tokens: Vec<Token>,
        format: Option<String>,
    },
}

impl Tok {
    /// The token as the author would name it in a message.
    pub(crate) fn describe(&self) -> String {
        match self {
            Tok::Name(name) => format!("`{name}`"),
            Tok::Keyword(word) | Tok::Op(word) => format!("`{word}`"),
            Tok::Int { value, .. } => format!("`{value}`"),
            Tok::Double(_) | Tok::Single(_) | Tok::Decimal(_) => "a number".to_owned(),
            Tok::Char(_) => "a character".to_owned(),
            Tok::Text(_) | Tok::Interpolated(_) => "a string".to_owned(),
            Tok::End => "the end".to_owned(),
        }
    }
}
