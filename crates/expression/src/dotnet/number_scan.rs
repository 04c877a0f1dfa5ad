//! The text of a number taken apart, as `NumberStyles` allows it in the culture en-US.

use super::error::{DotnetError, Result};

/// `NumberStyles`: what may stand beside the digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style(pub(crate) i64);

impl Style {
    pub(super) const LEADING_WHITE: i64 = 1;
    pub(super) const TRAILING_WHITE: i64 = 2;
    const LEADING_SIGN: i64 = 4;
    const TRAILING_SIGN: i64 = 8;
    const PARENTHESES: i64 = 16;
    const POINT: i64 = 32;
    const THOUSANDS: i64 = 64;
    const EXPONENT: i64 = 128;
    const CURRENCY: i64 = 256;
    /// `AllowHexSpecifier`.
    pub(crate) const HEX: i64 = 512;

    /// `NumberStyles.Integer`.
    pub(crate) const INTEGER: Style = Style(7);
    /// `NumberStyles.Float | NumberStyles.AllowThousands`: the default of `double.Parse`.
    pub(crate) const FLOAT: Style = Style(231);
    /// `NumberStyles.Number`: the default of `decimal.Parse`.
    pub(crate) const NUMBER: Style = Style(111);

    /// What `XmlConvert.ToDecimal` reads: neither thousands nor a sign at the end.
    pub(crate) const XML: Style = Style(39);

    pub(crate) fn has(self, flag: i64) -> bool {
        self.0 & flag != 0
    }
}

/// A number taken apart; digit groups without separators.
pub(super) struct Parts {
    pub(super) negative: bool,
    pub(super) whole: String,
    pub(super) fraction: String,
    pub(super) exponent: i32,
}

// Only these are white space for number parsing, not all of Unicode's.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, '\u{9}'..='\u{d}' | ' ')
}

/// Takes a number apart.
pub(super) fn scan(text: &str, style: Style) -> Result<Parts> {
    parts(text.trim_end_matches('\0'), style).ok_or_else(DotnetError::input_string)
}

/// What was seen around the digits: each may be there once.
#[derive(Default)]
struct Around {
    negative: bool,
    signed: bool,
    open: bool,
    currency: bool,
}

fn parts(text: &str, style: Style) -> Option<Parts> {
    let mut around = Around::default();
    let rest = before(text, style, &mut around);
    let groups = |c: char| c.is_ascii_digit() || style.has(Style::THOUSANDS) && c == ',';
    let (whole, mut rest) = rest.split_at(rest.find(|c| !groups(c)).unwrap_or(rest.len()));
    if whole.starts_with(',') {
        return None;
    }
    let mut fraction = "";
    if let Some(after) = rest.strip_prefix('.').filter(|_| style.has(Style::POINT)) {
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        (fraction, rest) = after.split_at(end);
    }
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut exponent = 0;
    if style.has(Style::EXPONENT)
        && let Some(after) = rest.strip_prefix(['e', 'E'])
    {
        (exponent, rest) = exponent_digits(after)?;
    }
    let rest = behind(rest, style, &mut around);
    let is_over = rest.is_empty() && !around.open;
    is_over.then(|| Parts {
        negative: around.negative,
        whole: whole.replace(',', ""),
        fraction: fraction.to_owned(),
        exponent,
    })
}

fn before<'t>(text: &'t str, style: Style, around: &mut Around) -> &'t str {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match c {
            c if is_space(c) && style.has(Style::LEADING_WHITE) && (!around.signed || around.currency) => (),
            '-' | '+' | '\u{2212}' if style.has(Style::LEADING_SIGN) && !around.signed => {
                (around.signed, around.negative) = (true, c != '+');
            }
            '(' if style.has(Style::PARENTHESES) && !around.signed => {
                (around.signed, around.negative, around.open) = (true, true, true);
            }
            '$' if style.has(Style::CURRENCY) && !around.currency => around.currency = true,
            _ => break,
        }
        rest = &rest[c.len_utf8()..];
    }
    rest
}

fn behind<'t>(text: &'t str, style: Style, around: &mut Around) -> &'t str {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match c {
            c if is_space(c) && style.has(Style::TRAILING_WHITE) => (),
            '-' | '+' | '\u{2212}' if style.has(Style::TRAILING_SIGN) && !around.signed => {
                (around.signed, around.negative) = (true, c != '+');
            }
            ')' if around.open => around.open = false,
            '$' if style.has(Style::CURRENCY) && !around.currency => around.currency = true,
            _ => break,
        }
        rest = &rest[c.len_utf8()..];
    }
    rest
}

fn exponent_digits(text: &str) -> Option<(i32, &str)> {
    let (negative, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (digits, rest) = digits.split_at(end);
    if digits.is_empty() {
        return None;
    }
    let size = digits.parse().unwrap_or(99_999).min(99_999);
    Some((if negative { -size } else { size }, rest))
}
