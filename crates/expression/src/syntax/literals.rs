//! Numbers and escape sequences.

use super::token::Tok;
use crate::text::Text;
use rust_decimal::Decimal;

/// The text of a regular string, or place and length of what is no escape sequence.
pub(crate) fn unescape(raw: &str) -> Result<Text, (usize, usize)> {
    let Some(first) = raw.find('\\') else {
        return Ok(raw.into());
    };
    let mut units: Vec<u16> = raw[..first].encode_utf16().collect();
    let mut at = first;
    while let Some(c) = raw[at..].chars().next() {
        if c != '\\' {
            units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
            at += c.len_utf8();
            continue;
        }
        let next = raw[at + 1..].chars().next().unwrap_or(' ');
        let wrong = (at, 1 + next.len_utf8().min(raw.len() - at - 1));
        let simple = match next {
            '\'' | '"' | '\\' => Some(next as u16),
            '0' => Some(0),
            'a' => Some(7),
            'b' => Some(8),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            'v' => Some(11),
            _ => None,
        };
        if let Some(unit) = simple {
            units.push(unit);
            at += 2;
            continue;
        }
        let (least, most) = match next {
            'u' => (4, 4),
            'U' => (8, 8),
            'x' => (1, 4),
            _ => return Err(wrong),
        };
        let digits = raw[at + 2..]
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_hexdigit)
            .count();
        let code = u32::from_str_radix(&raw[at + 2..at + 2 + digits], 16).unwrap_or(u32::MAX);
        if digits < least {
            return Err(wrong);
        }
        match (u16::try_from(code), char::from_u32(code)) {
            (Ok(unit), _) => units.push(unit),
            (_, Some(c)) => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            _ => return Err((at, 2 + digits)),
        }
        at += 2 + digits;
    }
    Ok(Text::from_units(&units))
}

/// The length of the number at the front of `text`, and the number or what is wrong with it.
pub(crate) fn number(text: &str) -> (usize, Result<Tok, &'static str>) {
    let bytes = text.as_bytes();
    let radix = match bytes.get(..2) {
        Some(b"0x" | b"0X") => 16,
        Some(b"0b" | b"0B") => 2,
        _ => 10,
    };
    if radix != 10 {
        let digits = bytes[2..]
            .iter()
            .take_while(|it| **it == b'_' || it.is_ascii_hexdigit())
            .count();
        return integer(&text[2..2 + digits], radix, text, 2 + digits);
    }
    let run = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|it| **it == b'_' || it.is_ascii_digit())
            .count()
    };
    let mut end = run(0);
    let mut real = false;
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end += 1;
        end += run(end);
        real = true;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            end += 1 + sign;
            end += run(end);
            real = true;
        }
    }
    let suffix = bytes.get(end).map(u8::to_ascii_lowercase);
    match suffix {
        Some(b'f' | b'd' | b'm') => (end + 1, suffixed(&text[..end].replace('_', ""), suffix)),
        _ if real => (end, suffixed(&text[..end].replace('_', ""), None)),
        _ => integer(&text[..end], 10, text, end),
    }
}

fn suffixed(digits: &str, suffix: Option<u8>) -> Result<Tok, &'static str> {
    const WRONG: &str = "is no number";
    match suffix {
        Some(b'f') => digits.parse().map(Tok::Single).map_err(|_| WRONG),
        Some(b'm') => {
            let parsed = digits
                .parse::<Decimal>()
                .or_else(|_| Decimal::from_scientific(digits));
            parsed
                .map(Tok::Decimal)
                .map_err(|_| "does not fit into a decimal")
        }
        _ => match digits.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Tok::Double(value)),
            Ok(_) => Err("does not fit into a double"),
            Err(_) => Err(WRONG),
        },
    }
}

fn integer(digits: &str, radix: u32, text: &str, mut end: usize) -> (usize, Result<Tok, &'static str>) {
    let (mut long, mut unsigned) = (false, false);
    while let Some(suffix) = text.as_bytes().get(end) {
        match suffix {
            b'l' | b'L' if !long => long = true,
            b'u' | b'U' if !unsigned => unsigned = true,
            _ => break,
        }
        end += 1;
    }
    let number = u64::from_str_radix(&digits.replace('_', ""), radix);
    let tail = text[end..]
        .chars()
        .next()
        .is_some_and(|it| it == '_' || it.is_alphanumeric());
    match number {
        _ if tail => (end, Err("is directly followed by a name")),
        Ok(value) => (
            end,
            Ok(Tok::Int {
                value,
                long,
                unsigned,
            }),
        ),
        Err(_) => (end, Err("does not fit into an integer")),
    }
}
