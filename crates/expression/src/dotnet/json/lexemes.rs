//! Strings, names, numbers and blanks of the parser.

use super::super::error::Result;
use super::parser::Parser;
use super::scalar::Scalar;
use std::borrow::Cow;

impl<'a> Parser<'a> {
    /// The string that begins here with its delimiter.
    pub(super) fn string(&mut self, delimiter: char) -> Result<Cow<'a, str>> {
        self.at += 1;
        // Most strings have no escapes and are taken as they stand.
        let rest: &'a str = &self.text[self.at..];
        let special = |it: &u8| *it == delimiter as u8 || *it == b'\\';
        if let Some(end) = rest.as_bytes().iter().position(special)
            && rest.as_bytes()[end] == delimiter as u8
        {
            self.at += end + 1;
            return Ok(Cow::Borrowed(&rest[..end]));
        }
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
                    return Ok(Cow::Owned(out));
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
        let rest = &self.text[self.at..];
        if let Some((unit, length)) = escaped(rest) {
            self.at += length;
            return Ok(unit);
        }
        let Some(c) = rest.chars().next() else {
            return Err(self.error(&format!("Unterminated string. Expected delimiter: {delimiter}.")));
        };
        self.at += c.len_utf8();
        if c != 'u' {
            return Err(self.error(&format!("Bad JSON escape sequence: \\{c}.")));
        }
        let shown: String = self.text[self.at..].chars().take(4).collect();
        Err(match shown.chars().count() {
            4 => self.error(&format!("Invalid Unicode escape sequence: \\u{shown}.")),
            _ => self.error("Unexpected end while parsing Unicode escape sequence."),
        })
    }

    /// A number: everything that could belong to one, then a separator.
    pub(super) fn number(&mut self) -> Result<()> {
        let rest = &self.text[self.at..];
        let belongs = |c: &u8| c.is_ascii_hexdigit() || matches!(c, b'-' | b'+' | b'.' | b'x' | b'X');
        let end = rest.bytes().position(|c| !belongs(&c)).unwrap_or(rest.len());
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

    /// A name without quotes.
    pub(super) fn bare_name(&mut self) -> Result<Cow<'a, str>> {
        let rest: &'a str = &self.text[self.at..];
        let end = rest.find(|c: char| !is_name_char(c)).unwrap_or(rest.len());
        let name = Cow::Borrowed(&rest[..end]);
        self.at += end;
        match self.peek_char() {
            Some(c) if !c.is_whitespace() && c != ':' => {
                Err(self.error(&format!("Invalid JavaScript property identifier character: {c}.")))
            }
            _ => Ok(name),
        }
    }

    /// White space and comments.
    pub(super) fn skip_blank(&mut self) -> Result<()> {
        // Mostly there is none.
        if matches!(self.bytes.get(self.at), Some(b'!'..=b'.' | b'0'..=b'~')) {
            return Ok(());
        }
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            let Some(after) = trimmed.strip_prefix('/') else {
                return Ok(());
            };
            if let Some(body) = after.strip_prefix('*') {
                let Some(end) = body.find("*/") else {
                    self.at = self.bytes.len();
                    return Err(self.error("Unexpected end while parsing comment."));
                };
                self.at += end + 4;
            } else if after.starts_with('/') {
                self.at += trimmed.find(['\n', '\r']).unwrap_or(trimmed.len());
            } else {
                self.at += 1;
                return Err(match self.peek_char() {
                    Some(c) => self.error(&format!("Error parsing comment. Expected: *, got {c}.")),
                    None => self.error("Unexpected end while parsing comment."),
                });
            }
        }
    }
}

/// The UTF-16 unit of an escape sequence, without its backslash, and how many bytes it has.
fn escaped(text: &str) -> Option<(u16, usize)> {
    let unit = match text.as_bytes().first()? {
        b'b' => 8,
        b't' => 9,
        b'n' => 10,
        b'f' => 12,
        b'r' => 13,
        it @ (b'\\' | b'"' | b'\'' | b'/') => u16::from(*it),
        b'u' => {
            let digits = text
                .get(1..5)
                .filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()))?;
            return Some((u16::from_str_radix(digits, 16).ok()?, 5));
        }
        _ => return None,
    };
    Some((unit, 1))
}

/// The text of a string with escape sequences; `None` if one is wrong.
pub(super) fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut high) = (text, None);
    while let Some(at) = rest.find('\\') {
        if at > 0 {
            push_unit(None, &mut high, &mut out);
            out.push_str(&rest[..at]);
        }
        let (unit, length) = escaped(&rest[at + 1..])?;
        push_unit(Some(unit), &mut high, &mut out);
        rest = &rest[at + 1 + length..];
    }
    push_unit(None, &mut high, &mut out);
    out.push_str(rest);
    Some(out)
}

/// What a name without quotes is made of.
pub(super) fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// A number's text to its value; `None` if it is none.
pub(super) fn number_value(text: &str) -> Option<Scalar> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let radix = digits.len() > 1 && digits.starts_with('0') && !digits[1..].starts_with(['.', 'e', 'E']);
    if radix {
        let value = match digits[1..].strip_prefix(['x', 'X']) {
            Some(hex) => i64::from_str_radix(hex, 16).ok()?,
            None => i64::from_str_radix(&digits[1..], 8).ok()?,
        };
        return Some(Scalar::Integer(if digits.len() < text.len() {
            -value
        } else {
            value
        }));
    }
    if !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit()) {
        return Some(match text.parse::<i64>() {
            Ok(value) => Scalar::Integer(value),
            Err(_) => Scalar::BigInteger(text.into()),
        });
    }
    let mantissa_digit = digits
        .bytes()
        .take_while(|it| !matches!(it, b'e' | b'E'))
        .any(|it| it.is_ascii_digit());
    if !mantissa_digit
        || digits
            .bytes()
            .any(|it| !(it.is_ascii_digit() || b".eE+-".contains(&it)))
    {
        return None;
    }
    text.parse::<f64>()
        .ok()
        .filter(|it| it.is_finite())
        .map(Scalar::Float)
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
