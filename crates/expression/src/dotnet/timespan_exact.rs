//! `TimeSpan.ParseExact`.

use super::error::{DotnetError, Result};
use super::timespan;

/// Reads a text that has exactly this format.
pub(crate) fn parse(text: &str, format: &str) -> Result<i64> {
    let read = match format {
        "c" | "t" | "T" => timespan::parse(text).ok(),
        // A day stands before a colon here.
        "g" | "G" => Some(text)
            .filter(|it| !it.split(':').next().is_some_and(|first| first.contains('.')))
            .filter(|it| format == "g" || it.split(':').count() == 4 && it.contains('.'))
            .and_then(|it| timespan::parse(it).ok()),
        _ if format.chars().count() == 1 => {
            return Err(DotnetError::format(format!(
                "Format specifier '{format}' was invalid."
            )));
        }
        "" => return Err(DotnetError::input_string()),
        _ => custom(text, format),
    };
    read.ok_or_else(|| {
        DotnetError::format(format!("String '{text}' was not recognized as a valid TimeSpan."))
    })
}

// Each letter may come once; a custom format has no sign.
fn custom(text: &str, format: &str) -> Option<i64> {
    let (mut text, mut rest) = (text, format);
    let mut parts = [0_i64; 4];
    let mut ticks = 0;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix('\\') {
            let escaped = after.chars().next()?;
            text = text.strip_prefix(escaped)?;
            rest = &after[escaped.len_utf8()..];
            continue;
        }
        if c == '\'' || c == '"' {
            let (quoted, after) = rest[1..].split_once(c)?;
            text = text.strip_prefix(quoted)?;
            rest = after;
            continue;
        }
        if c == '%' {
            rest = &rest[1..];
            continue;
        }
        let count = rest.len() - rest.trim_start_matches(c).len();
        rest = &rest[count..];
        let least = count;
        let (at, most) = match c {
            'd' => (0, count.max(8)),
            'h' => (1, count.max(2)),
            'm' => (2, count.max(2)),
            's' => (3, count.max(2)),
            'f' | 'F' if count <= 7 => {
                let digits = digits(text, if c == 'f' { count } else { 0 }, count)?;
                ticks = format!("{digits:0<7}").parse().ok()?;
                text = &text[digits.len()..];
                continue;
            }
            _ => return None,
        };
        let digits = digits(text, least, most)?;
        parts[at] = digits.parse().ok()?;
        text = &text[digits.len()..];
    }
    let fits = parts[0] < 10_675_200 && parts[1] < 24 && parts[2] < 60 && parts[3] < 60;
    if !text.is_empty() || !fits {
        return None;
    }
    let whole = timespan::from_parts([parts[0], parts[1], parts[2], parts[3], 0]).ok()?;
    whole.checked_add(ticks)
}

fn digits(text: &str, least: usize, most: usize) -> Option<&str> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    (count >= least).then(|| &text[..count])
}
