//! Interpolated strings: their text, and the tokens in their holes.

use super::lexer::Lexer;
use super::token::{Piece, Tok, Token};
use source::Span;

// Strings inside holes inside strings: more levels than anyone reads.
const DEEPEST_HOLE: usize = 12;

impl Lexer<'_, '_> {
    /// `$"..."`, whose opening is `prefix` long.
    pub(super) fn interpolated(&mut self, prefix: usize, verbatim: bool) -> Tok {
        let start = self.at;
        self.at += prefix;
        self.depth += 1;
        let mut pieces = Vec::new();
        let mut raw = Stretch::at(self.at);
        let closed = loop {
            let rest = self.rest();
            let stop = rest.find(['"', '{', '}', '\\']).unwrap_or(rest.len());
            raw.text.push_str(&rest[..stop]);
            self.at += stop;
            let Some(found) = rest[stop..].chars().next() else {
                break false;
            };
            let twice = rest[stop + 1..].starts_with(found);
            match found {
                '\\' if verbatim => self.take(&mut raw.text, 1),
                '\\' => {
                    let next = rest[stop + 1..].chars().next().map_or(0, char::len_utf8);
                    self.take(&mut raw.text, 1 + next);
                }
                '"' if !(verbatim && twice) => {
                    self.at += 1;
                    break true;
                }
                '{' if !twice => {
                    self.flush(&mut pieces, raw, verbatim);
                    self.hole(&mut pieces, verbatim);
                    raw = Stretch::at(self.at);
                }
                '}' if !twice => {
                    self.complain(
                        "a `}` of the text is written `}}`",
                        Span::new(self.at, self.at + 1),
                    );
                    raw.skipped.push(raw.text.len());
                    self.at += 1;
                }
                other => {
                    raw.text.push(other);
                    raw.skipped.push(raw.text.len());
                    self.at += 2;
                }
            }
        };
        self.flush(&mut pieces, raw, verbatim);
        self.depth -= 1;
        if !closed {
            self.complain(
                "this string has no closing quote",
                Span::new(start, start + prefix),
            );
        }
        Tok::Interpolated(pieces)
    }

    fn take(&mut self, raw: &mut String, length: usize) {
        let end = (self.at + length).min(self.text.len());
        raw.push_str(&self.text[self.at..end]);
        self.at = end;
    }

    fn flush(&mut self, pieces: &mut Vec<Piece>, mut raw: Stretch, verbatim: bool) {
        if !raw.text.is_empty() {
            let text = std::mem::take(&mut raw.text);
            let text = match verbatim {
                true => text.into(),
                false => self.unescape(text, |at| raw.place(at)),
            };
            pieces.push(Piece::Text(text));
        }
    }

    // `{ expression [, alignment] [: format] }`; stands at the brace.
    fn hole(&mut self, pieces: &mut Vec<Piece>, verbatim: bool) {
        let start = self.at;
        self.at += 1;
        if self.depth > DEEPEST_HOLE {
            self.complain(
                "interpolated strings are nested too deeply",
                Span::new(start, start + 1),
            );
            self.at = self.text.len();
            return;
        }
        let mut tokens = Vec::new();
        let mut brackets = 0;
        let mut format = None;
        loop {
            let Some(token) = self.token() else {
                self.complain("this `{` has no closing brace", Span::new(start, start + 1));
                break;
            };
            match token.tok {
                Tok::Op("}") if brackets == 0 => break,
                Tok::Op(":") if brackets == 0 => {
                    format = Some(self.format(verbatim));
                    break;
                }
                // `::` is lexed as one operator; in a hole it is a format that begins with a colon.
                Tok::Op("::") if brackets == 0 => {
                    self.at -= 1;
                    format = Some(self.format(verbatim));
                    break;
                }
                Tok::Op("(" | "[" | "{" | "?[") => brackets += 1,
                Tok::Op(")" | "]" | "}") => brackets -= 1,
                _ => (),
            }
            tokens.push(token);
        }
        // The last character of the hole: its closing brace, or whatever stands there instead.
        let inside = self.text.get(start..self.at).unwrap_or_default();
        let last = inside.chars().next_back().map_or(0, char::len_utf8);
        tokens.push(Token {
            tok: Tok::End,
            span: Span::new(self.at - last, self.at),
        });
        pieces.push(Piece::Hole { tokens, format });
    }

    fn format(&mut self, verbatim: bool) -> String {
        let rest = self.rest();
        let end = rest.find(['}', '"']).unwrap_or(rest.len());
        let mut format = rest[..end].to_owned();
        if !verbatim {
            let start = self.at;
            format = self.unescape(format, |at| start + at).as_str().into_owned();
        }
        self.at += end;
        match self.rest().starts_with('}') {
            true => self.at += 1,
            false => self.complain("this format has no closing brace", Span::at(self.at)),
        }
        format
    }
}

/// Text of an interpolated string between two holes.
struct Stretch {
    text: String,
    /// Where it begins.
    begin: usize,
    /// Places in `text` before which the source has a brace or a quote more.
    skipped: Vec<usize>,
}

impl Stretch {
    fn at(begin: usize) -> Stretch {
        Stretch {
            text: String::new(),
            begin,
            skipped: Vec::new(),
        }
    }

    /// Where a character of `text` stands.
    fn place(&self, at: usize) -> usize {
        self.begin + at + self.skipped.partition_point(|it| *it <= at)
    }
}
