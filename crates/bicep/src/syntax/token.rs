use source::Span;

/// A piece of Bicep text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    /// A name or a keyword: Bicep's keywords are names that the parser understands by their place.
    Name(String),
    /// A whole number. Too large ones have been reported and are the largest.
    Number(u64),
    /// A text without interpolation.
    Text(String),
    /// The text in front of the first `${`.
    TextStart(String),
    /// The text between `}` and `${`.
    TextMiddle(String),
    /// The text behind the last `}`.
    TextEnd(String),
    /// Punctuation and operators.
    Mark(&'static str),
    /// One or more line ends.
    NewLine,
    /// End of the text.
    End,
}

impl TokenKind {
    /// What an author calls it.
    pub(crate) fn describe(&self) -> String {
        match self {
            TokenKind::Name(name) => format!("`{name}`"),
            TokenKind::Number(number) => format!("`{number}`"),
            TokenKind::Text(_) | TokenKind::TextStart(_) => "a text".to_owned(),
            TokenKind::TextMiddle(_) | TokenKind::TextEnd(_) => "the rest of a text".to_owned(),
            TokenKind::Mark(mark) => format!("`{mark}`"),
            TokenKind::NewLine => "the end of the line".to_owned(),
            TokenKind::End => "the end of the file".to_owned(),
        }
    }
}

/// A comment that speaks to the compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pragma {
    /// `#disable-next-line CODE...`: the line (from 0) that it speaks of.
    NextLine { line: usize, codes: Vec<String> },
    /// `#disable-diagnostics CODE...` from here on.
    Disable { at: usize, codes: Vec<String> },
    /// `#restore-diagnostics CODE...` from here on.
    Restore { at: usize, codes: Vec<String> },
}

/// The longest first, so that the first that fits is right.
pub(crate) const MARKS: &[&str] = &[
    "...", "==", "!=", "=~", "!~", "<=", ">=", "&&", "||", "??", "=>", "::", ".?", "[?", "(", ")", "[", "]",
    "{", "}", "@", ",", ".", "?", ":", ";", "=", "+", "-", "*", "/", "%", "!", "<", ">", "|", "^",
];
