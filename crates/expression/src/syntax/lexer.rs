//! Text to tokens.

use super::literals;
use super::token::{Tok, Token};
use source::{Diagnostic, Span};

/// The tokens of `text[from..to]`, ended by [`Tok::End`].
pub(crate) fn lex(text: &str, from: usize, to: usize, diagnostics: &mut Vec<Diagnostic>) -> Vec<Token> {
    let mut lexer = Lexer {
        text: &text[..to],
        at: from,
        depth: 0,
        diagnostics,
    };
    let mut tokens = Vec::with_capacity((to - from) / 4 + 2);
    while let Some(token) = lexer.token() {
        tokens.push(token);
    }
    tokens.push(Token {
        tok: Tok::End,
        span: Span::at(to),
    });
    tokens
}

pub(super) struct Lexer<'a, 'd> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// Interpolated strings around the present place.
    pub(super) depth: usize,
    diagnostics: &'d mut Vec<Diagnostic>,
}

// Longest first. `>>` is put together by the parser, since `>` also closes type arguments.
const OPERATORS: &[&str] = &[
    "<<=", "??=", "...", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "?[", "++", "--", "+=", "-=",
    "*=", "/=", "%=", "&=", "|=", "^=", "<<", "::", "..", "->", "{", "}", "[", "]", "(", ")", ".", ",", ":",
    ";", "+", "-", "*", "/", "%", "&", "|", "^", "!", "~", "=", "<", ">", "?",
];

const KEYWORDS: &[&str] = &[
    "abstract",
    "as",
    "base",
    "bool",
    "break",
    "byte",
    "case",
    "catch",
    "char",
    "checked",
    "class",
    "const",
    "continue",
    "decimal",
    "default",
    "delegate",
    "do",
    "double",
    "else",
    "enum",
    "event",
    "explicit",
    "extern",
    "false",
    "finally",
    "fixed",
    "float",
    "for",
    "foreach",
    "goto",
    "if",
    "implicit",
    "in",
    "int",
    "interface",
    "internal",
    "is",
    "lock",
    "long",
    "namespace",
    "new",
    "null",
    "object",
    "operator",
    "out",
    "override",
    "params",
    "private",
    "protected",
    "public",
    "readonly",
    "ref",
    "return",
    "sbyte",
    "sealed",
    "short",
    "sizeof",
    "stackalloc",
    "static",
    "string",
    "struct",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "uint",
    "ulong",
    "unchecked",
    "unsafe",
    "ushort",
    "using",
    "virtual",
    "void",
    "volatile",
    "while",
];

impl<'a> Lexer<'a, '_> {
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn complain(&mut self, message: impl Into<String>, span: Span) {
        self.diagnostics
            .push(Diagnostic::error("expression-syntax", message, span));
    }

    pub(super) fn token(&mut self) -> Option<Token> {
        loop {
            self.blank();
            let start = self.at;
            let first = self.rest().chars().next()?;
            let tok = match first {
                '"' => Some(self.string()),
                '\'' => Some(self.character()),
                '$' | '@' => self.prefixed(),
                '0'..='9' => Some(self.number()),
                '.' if self.rest()[1..].starts_with(|it: char| it.is_ascii_digit()) => Some(self.number()),
                _ if is_name_start(first) => Some(self.word()),
                _ => self.operator(),
            };
            match tok {
                Some(tok) => {
                    return Some(Token {
                        tok,
                        span: Span::new(start, self.at),
                    });
                }
                None => {
                    self.at = start + first.len_utf8();
                    self.complain(format!("`{first}` means nothing here"), Span::new(start, self.at));
                }
            }
        }
    }

    fn blank(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|it: char| it.is_whitespace() || it == '\u{feff}');
            let skipped = rest.len() - trimmed.len();
            let comment = match () {
                () if trimmed.starts_with("//") => trimmed.find('\n').unwrap_or(trimmed.len()),
                () if trimmed.starts_with("/*") => match trimmed[2..].find("*/") {
                    Some(end) => end + 4,
                    None => {
                        let start = self.at + skipped;
                        self.complain("this comment has no end", Span::new(start, start + 2));
                        trimmed.len()
                    }
                },
                () => 0,
            };
            self.at += skipped + comment;
            if comment == 0 {
                return;
            }
        }
    }

    fn word(&mut self) -> Tok {
        let rest = self.rest();
        let length = rest.find(|it| !is_name_part(it)).unwrap_or(rest.len());
        let word = &rest[..length];
        let tok = match KEYWORDS.binary_search(&word) {
            Ok(found) => Tok::Keyword(KEYWORDS[found]),
            Err(_) => Tok::Name(word.into()),
        };
        self.at += length;
        tok
    }

    fn operator(&mut self) -> Option<Tok> {
        let found = *OPERATORS.iter().find(|it| self.rest().starts_with(**it))?;
        // `a ?.5 : b` is a conditional, and so is `a ?[1] : b` never: C# reads `?[` as an access.
        let digit = self.rest()[found.len()..].starts_with(|it: char| it.is_ascii_digit());
        let found = if found == "?." && digit { "?" } else { found };
        self.at += found.len();
        Some(Tok::Op(found))
    }

    // `@"..."`, `$"..."`, `$@"..."`, `@$"..."`, `@name`.
    fn prefixed(&mut self) -> Option<Tok> {
        let rest = self.rest();
        match () {
            () if rest.starts_with("@\"") => Some(self.verbatim()),
            () if rest.starts_with("$\"") => Some(self.interpolated(2, false)),
            () if rest.starts_with("$@\"") || rest.starts_with("@$\"") => Some(self.interpolated(3, true)),
            () if rest.starts_with('@') && rest[1..].starts_with(is_name_start) => {
                self.at += 1;
                let rest = self.rest();
                let length = rest.find(|it| !is_name_part(it)).unwrap_or(rest.len());
                let name = rest[..length].into();
                self.at += length;
                Some(Tok::Name(name))
            }
            () => None,
        }
    }

    fn string(&mut self) -> Tok {
        let start = self.at;
        self.at += 1;
        let from = self.at;
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            match bytes[self.at] {
                b'"' => {
                    let raw = &self.text[from..self.at];
                    self.at += 1;
                    return Tok::Text(self.unescape(raw.to_owned(), |at| from + at));
                }
                b'\\' => self.at += 2,
                b'\n' => break,
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(bytes.len());
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        self.complain(
            "this string has no closing quote on its line",
            Span::new(start, self.at),
        );
        Tok::Text(crate::text::Text::default())
    }

    // `place` says where a character of `raw` stands.
    pub(super) fn unescape(&mut self, raw: String, place: impl Fn(usize) -> usize) -> crate::text::Text {
        match literals::unescape(&raw) {
            Ok(text) => text,
            Err((at, length)) => {
                let span = Span::new(place(at), place(at) + length);
                self.complain(format!("`{}` is no escape sequence", &raw[at..at + length]), span);
                raw.into()
            }
        }
    }

    fn verbatim(&mut self) -> Tok {
        let start = self.at;
        self.at += 2;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let Some(quote) = rest.find('"') else {
                text.push_str(rest);
                self.at = self.text.len();
                self.complain("this string has no closing quote", Span::new(start, start + 2));
                return Tok::Text(text.into());
            };
            text.push_str(&rest[..quote]);
            let doubled = rest[quote + 1..].starts_with('"');
            self.at += quote + 1 + usize::from(doubled);
            match doubled {
                true => text.push('"'),
                false => return Tok::Text(text.into()),
            }
        }
    }

    fn character(&mut self) -> Tok {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        while at < bytes.len() && bytes[at] != b'\'' && bytes[at] != b'\n' {
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
        if bytes.get(at) != Some(&b'\'') || at == start + 1 {
            self.at = start + 1;
            self.complain(
                "a character literal holds one character, such as `'a'`",
                Span::new(start, start + 1),
            );
            return Tok::Char(0);
        }
        let raw = self.text[start + 1..at].to_owned();
        self.at = at + 1;
        let text = self.unescape(raw.clone(), |at| start + 1 + at);
        if text.len() != 1 {
            let span = Span::new(start, self.at);
            let wrong = Diagnostic::error(
                "expression-syntax",
                format!("`'{raw}'` holds more than one character"),
                span,
            );
            self.diagnostics
                .push(wrong.help("C# writes strings in double quotes"));
        }
        Tok::Char(text.unit(0).unwrap_or_default())
    }

    fn number(&mut self) -> Tok {
        let (length, number) = literals::number(self.rest());
        let start = self.at;
        self.at += length;
        let text = &self.text[start..self.at];
        number.unwrap_or_else(|message| {
            let message = format!("`{text}` {message}");
            self.complain(message, Span::new(start, start + length));
            Tok::Int {
                value: 0,
                long: false,
                unsigned: false,
            }
        })
    }
}

fn is_name_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_name_part(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}
