//! Text to tokens. Texts with interpolation are several tokens; what stands between them is lexed as ever.

use crate::syntax::token::{MARKS, Pragma, Token, TokenKind};
use source::{Diagnostic, Span};

/// Tokens, pragmas and mistakes of a text.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    pub(crate) pragmas: Vec<Pragma>,
    pub(crate) mistakes: Vec<Diagnostic>,
}

/// Reads a whole text. The last token is always [`TokenKind::End`].
pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer {
        text,
        at: usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8(),
        open: Vec::new(),
        out: Lexed::default(),
    };
    while lexer.at < text.len() {
        lexer.next();
    }
    lexer.out.tokens.push(Token {
        kind: TokenKind::End,
        span: Span::at(text.len()),
    });
    lexer.out
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Texts whose interpolation is being read.
    open: Vec<Open>,
    out: Lexed,
}

struct Open {
    /// Braces opened inside the interpolation.
    braces: usize,
    style: Style,
}

/// How a text is delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `'...'` with escapes and `${...}`.
    Line,
    /// `'''...'''` verbatim; with `dollars` in front, that many and a brace begin an interpolation.
    Block { dollars: usize },
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = Span::new(start, self.at);
        self.out.tokens.push(Token { kind, span });
    }

    fn mistake(&mut self, code: &'static str, message: impl Into<String>, start: usize) -> &mut Diagnostic {
        let span = Span::new(start, self.at);
        let mistakes = &mut self.out.mistakes;
        // Of too many the last stands for all that came before it.
        mistakes.truncate(super::parser::MISTAKES - 1);
        mistakes.push(Diagnostic::error(code, message, span));
        let last = mistakes.len() - 1;
        &mut mistakes[last]
    }

    fn next(&mut self) {
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return };
        match first {
            '\n' | '\r' => self.line_end(),
            _ if first.is_whitespace() => self.at += first.len_utf8(),
            '/' if rest.starts_with("//") => self.at += rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => self.comment(),
            '#' => self.pragma(),
            '\'' if rest.starts_with("'''") => self.block(0),
            '\'' => {
                self.at += 1;
                self.line_text(start, true);
            }
            '$' if rest.trim_start_matches('$').starts_with("'''") => {
                self.block(rest.len() - rest.trim_start_matches('$').len());
            }
            '0'..='9' => self.number(),
            _ if first.is_ascii_alphabetic() || first == '_' => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                let name = rest[..length].to_owned();
                self.at += length;
                self.push(TokenKind::Name(name), start);
            }
            _ => self.mark(first),
        }
    }

    fn line_end(&mut self) {
        let start = self.at;
        while self.rest().starts_with(['\n', '\r']) {
            self.at += 1;
        }
        let is_again = self
            .out
            .tokens
            .last()
            .is_some_and(|last| last.kind == TokenKind::NewLine);
        if !is_again {
            self.push(TokenKind::NewLine, start);
        }
    }

    fn comment(&mut self) {
        let start = self.at;
        match self.rest().find("*/") {
            Some(end) => self.at += end + 2,
            None => {
                self.at = self.text.len();
                self.mistake("BCP002", "the comment is not closed", start).help =
                    Some("end it with `*/`".into());
            }
        }
    }

    fn pragma(&mut self) {
        let start = self.at;
        let length = self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
        self.at += length;
        let line = self.text[start..self.at].to_owned();
        let line = line.split("//").next().unwrap_or_default();
        let mut words = line.split([' ', '\t', ',']).filter(|word| !word.is_empty());
        let name = words.next().unwrap_or_default();
        let codes: Vec<String> = words.map(str::to_owned).collect();
        let pragma = match name {
            "#disable-next-line" => Pragma::NextLine {
                line: self.text[..start].matches('\n').count() + 1,
                codes,
            },
            "#disable-diagnostics" => Pragma::Disable { at: start, codes },
            "#restore-diagnostics" => Pragma::Restore { at: start, codes },
            _ => {
                let known = [
                    "#disable-next-line",
                    "#disable-diagnostics",
                    "#restore-diagnostics",
                ];
                let near = source::nearest(name, known).map(|near| format!("did you mean `{near}`?"));
                let mistake = self.mistake("BCP001", format!("`{name}` is no directive"), start);
                mistake.help = near;
                return;
            }
        };
        self.out.pragmas.push(pragma);
    }

    fn number(&mut self) {
        let start = self.at;
        let length = self
            .rest()
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.rest().len());
        self.at += length;
        let number = self.text[start..self.at].parse::<u64>();
        if number.is_err() {
            self.mistake(
                "BCP010",
                "the number is too large: a whole number has 64 bits",
                start,
            );
        }
        self.push(TokenKind::Number(number.unwrap_or(i64::MAX as u64)), start);
    }

    fn mark(&mut self, first: char) {
        let start = self.at;
        let rest = self.rest();
        // `a ? .5 : b` does not exist in Bicep, so `.?` and `[?` are always safe access.
        let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)).copied() else {
            self.at += first.len_utf8();
            let help = match first {
                '"' => Some("a text stands in single quotes: 'text'".to_owned()),
                _ => None,
            };
            let mistake = self.mistake("BCP001", format!("`{first}` means nothing here"), start);
            mistake.help = help;
            return;
        };
        if let Some(open) = self.open.last_mut() {
            match mark {
                "{" => open.braces += 1,
                "}" if open.braces == 0 => return self.resume(),
                "}" => open.braces -= 1,
                _ => (),
            }
        }
        self.at += mark.len();
        self.push(TokenKind::Mark(mark), start);
    }

    /// At the brace that ends an interpolation: reads on in the text around it.
    fn resume(&mut self) {
        let start = self.at;
        self.at += 1;
        let Some(open) = self.open.pop() else { return };
        match open.style {
            Style::Line => self.line_text(start, false),
            Style::Block { dollars } => self.block_text(start, dollars, false),
        }
    }

    fn line_text(&mut self, start: usize, is_first: bool) {
        let mut text = String::new();
        loop {
            let rest = &self.text[self.at..];
            let stop = rest.find(['\'', '$', '\\', '\n', '\r']).unwrap_or(rest.len());
            text.push_str(&rest[..stop]);
            self.at += stop;
            let rest = &self.text[self.at..];
            if rest.starts_with('\'') {
                self.at += 1;
                return self.push(whole_or_end(text, is_first), start);
            }
            if rest.starts_with("${") {
                self.at += 2;
                self.push(start_or_middle(text, is_first), start);
                return self.open.push(Open {
                    braces: 0,
                    style: Style::Line,
                });
            }
            match rest.chars().next() {
                Some('$') => {
                    text.push('$');
                    self.at += 1;
                }
                Some('\\') => self.escape(&mut text),
                _ => {
                    self.mistake("BCP004", "the text is not closed on its line", start)
                        .help = Some("a text that spans lines stands between '''".into());
                    return self.push(whole_or_end(text, is_first), start);
                }
            }
        }
    }

    fn escape(&mut self, text: &mut String) {
        let start = self.at;
        self.at += 1;
        let rest = self.rest();
        let simple = match rest.chars().next() {
            Some('\\') => Some('\\'),
            Some('\'') => Some('\''),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('$') => Some('$'),
            _ => None,
        };
        if let Some(c) = simple {
            text.push(c);
            self.at += 1;
            return;
        }
        if rest.starts_with("u{")
            && let Some(end) = rest.find('}')
        {
            let code = u32::from_str_radix(&rest[2..end], 16).ok();
            if let Some(c) = code.and_then(char::from_u32) {
                text.push(c);
                self.at += end + 1;
                return;
            }
            // A character beyond the first 65,536 may be written as two halves, as UTF-16 has it.
            let low = rest[end + 1..]
                .strip_prefix("\\u{")
                .and_then(|rest| rest.split_once('}'));
            if let (Some(high), Some((low, _))) = (code, low)
                && let Ok(value) = u32::from_str_radix(low, 16)
                && let Some(c) = surrogates(high, value)
            {
                text.push(c);
                self.at += end + 1 + "\\u{}".len() + low.len();
                return;
            }
        }
        self.at += rest.chars().next().map_or(0, |c| match c {
            '\n' | '\r' => 0,
            c => c.len_utf8(),
        });
        self.mistake("BCP006", "that is no escape sequence", start).help =
            Some(r"there are \\, \', \n, \r, \t, \$ and \u{...}".into());
    }

    fn block(&mut self, dollars: usize) {
        let start = self.at;
        self.at += dollars + 3;
        // A line end directly behind the opening is no part of the text.
        match self.rest() {
            rest if rest.starts_with("\r\n") => self.at += 2,
            rest if rest.starts_with('\n') => self.at += 1,
            _ => (),
        }
        self.block_text(start, dollars, true);
    }

    fn block_text(&mut self, start: usize, dollars: usize, is_first: bool) {
        let from = self.at;
        let rest = &self.text[from..];
        let end = rest.find("'''");
        let opening = match dollars {
            0 => None,
            _ => rest.find(&format!("{}{{", "$".repeat(dollars))),
        };
        match (opening, end) {
            (Some(opening), end) if end.is_none_or(|end| opening < end) => {
                let text = rest[..opening].to_owned();
                self.at = from + opening + dollars + 1;
                self.push(start_or_middle(text, is_first), start);
                self.open.push(Open {
                    braces: 0,
                    style: Style::Block { dollars },
                });
            }
            (_, Some(end)) => {
                // Quotes directly in front of the closing ones belong to the text.
                let quotes = rest[end..].len() - rest[end..].trim_start_matches('\'').len();
                let text = rest[..end + quotes - 3].to_owned();
                self.at = from + end + quotes;
                self.push(whole_or_end(text, is_first), start);
            }
            _ => {
                self.at = self.text.len();
                self.mistake("BCP005", "the text is not closed", start).help = Some("end it with '''".into());
                self.push(whole_or_end(rest.to_owned(), is_first), start);
            }
        }
    }
}

fn surrogates(high: u32, low: u32) -> Option<char> {
    let units = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
    String::from_utf16(&units).ok()?.chars().next()
}

fn whole_or_end(text: String, is_first: bool) -> TokenKind {
    match is_first {
        true => TokenKind::Text(text),
        false => TokenKind::TextEnd(text),
    }
}

fn start_or_middle(text: String, is_first: bool) -> TokenKind {
    match is_first {
        true => TokenKind::TextStart(text),
        false => TokenKind::TextMiddle(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        lex(text).tokens.into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn texts_are_read_through_their_interpolations() {
        assert_eq!(
            kinds("'a${b}c${'d${1}'}'"),
            [
                TokenKind::TextStart("a".into()),
                TokenKind::Name("b".into()),
                TokenKind::TextMiddle("c".into()),
                TokenKind::TextStart("d".into()),
                TokenKind::Number(1),
                TokenKind::TextEnd(String::new()),
                TokenKind::TextEnd(String::new()),
                TokenKind::End,
            ]
        );
        assert_eq!(
            kinds("'''\na'${x}''''")[0],
            TokenKind::Text("a'${x}'".into()),
            "verbatim, and a quote in front of the closing ones belongs to the text"
        );
        assert_eq!(
            kinds("$'''a${1}b'''")[..3],
            [
                TokenKind::TextStart("a".into()),
                TokenKind::Number(1),
                TokenKind::TextEnd("b".into())
            ]
        );
        assert_eq!(
            kinds(r"'\'\u{1F600}\$\n'")[0],
            TokenKind::Text("'\u{1F600}$\n".into())
        );
    }

    #[test]
    fn mistakes_do_not_end_the_reading() {
        let lexed = lex("a \"b\" 'x\n99999999999999999999 /* ");
        let codes: Vec<&str> = lexed.mistakes.iter().map(|it| it.code).collect();
        assert_eq!(codes, ["BCP001", "BCP001", "BCP004", "BCP010", "BCP002"]);
    }
}
