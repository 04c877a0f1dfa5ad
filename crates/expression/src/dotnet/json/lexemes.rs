//! Strings and numbers of the parser.

use super::super::error::Result;
use super::parser::{Parser, number_value};

impl Parser<'_> {
    /// The string that begins here with its delimiter.
    pub(super) fn string(&mut self, delimiter: char) -> Result<String> {
        self.at += 1;
        let mut out = String::new();
        let mut high: Option<u16> = None;
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find([delimiter, '\\']).unwrap_or(rest.len());
            if plain > 0 {
                push_unit(None, &mut high, &mut out);
                out.push_str(&rest[..plain]);
                self.at += plain;
            }
            match self.peek_char() {
                None => {
                    return Err(self.error(&format!("Unterminated string. Expected delimiter: {delimiter}.")));
                }
                Some(c) if c == delimiter => {
                    push_unit(None, &mut high, &mut out);
                    self.at += 1;
                    return Ok(out);
                }
                Some(_) => {
                    self.at += 1;
                    let unit = self.escape(delimiter)?;
                    push_unit(Some(unit), &mut high, &mut out);
                }
            }
        }
    }

    /// What follows a backslash, as one UTF-16 unit.
    fn escape(&mut self, delimiter: char) -> Result<u16> {
        let Some(c) = self.peek_char() else {
            return Err(self.error(&format!("Unterminated string. Expected delimiter: {delimiter}.")));
        };
        self.at += c.len_utf8();
        Ok(match c {
            'b' => 8,
            't' => 9,
            'n' => 10,
            'f' => 12,
            'r' => 13,
            '\\' | '"' | '\'' | '/' => c as u16,
            'u' => {
                let digits = self.text[self.at..].get(..4).unwrap_or("");
                if digits.len() < 4 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
                    let shown: String = self.text[self.at..].chars().take(4).collect();
                    return Err(match shown.chars().count() {
                        4 => self.error(&format!("Invalid Unicode escape sequence: \\u{shown}.")),
                        _ => self.error("Unexpected end while parsing Unicode escape sequence."),
                    });
                }
                self.at += 4;
                u16::from_str_radix(digits, 16).unwrap_or(0xfffd)
            }
            _ => return Err(self.error(&format!("Bad JSON escape sequence: \\{c}."))),
        })
    }

    /// A number: everything that could belong to one, then a separator.
    pub(super) fn number(&mut self) -> Result<()> {
        let rest = &self.text[self.at..];
        let belongs = |c: char| c.is_ascii_hexdigit() || matches!(c, '-' | '+' | '.' | 'x' | 'X');
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let text = &rest[..end];
        self.at += end;
        let separated = match self.peek_char() {
            None | Some(',' | '}' | ']' | ')' | '/') => true,
            Some(c) => c.is_whitespace(),
        };
        if !separated {
            let c = self.peek_char().unwrap_or('\0');
            return Err(self.error(&format!(
                "Unexpected character encountered while parsing number: {c}."
            )));
        }
        match number_value(text) {
            Some(scalar) => self.number_done(scalar),
            None => Err(self.error(&format!("Input string '{text}' is not a valid number."))),
        }
    }
}

/// Joins surrogates; one that stays alone becomes U+FFFD.
fn push_unit(unit: Option<u16>, high: &mut Option<u16>, out: &mut String) {
    if let (Some(first), Some(low @ 0xdc00..=0xdfff)) = (*high, unit) {
        out.extend(char::decode_utf16([first, low]).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)));
        *high = None;
        return;
    }
    if high.take().is_some() {
        out.push(char::REPLACEMENT_CHARACTER);
    }
    match unit {
        None => (),
        Some(unit @ 0xd800..=0xdbff) => *high = Some(unit),
        Some(unit) => out.push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
    }
}
