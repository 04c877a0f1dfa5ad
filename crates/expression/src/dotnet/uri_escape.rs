//! Percent-encoding as `System.Uri` does it.

use super::web_utility::escaped;

/// `Uri.EscapeDataString`: only letters, digits and `-_.~` stay.
pub(crate) fn escape_data(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if unreserved(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `Uri.EscapeUriString`: also keeps what has a meaning in a URI.
pub(crate) fn escape_uri(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if unreserved(byte) || b":/?#[]@!$&'()*+,;=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `Uri.UnescapeDataString`: `+` stays, and so does an escape that is not valid UTF-8.
pub(crate) fn unescape_data(text: &str) -> String {
    unescape(text, |_| true)
}

/// Unescapes the characters that are `wanted`.
pub(super) fn unescape(text: &str, wanted: impl Fn(char) -> bool) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    let mut at = 0;
    while at < bytes.len() {
        match one_char(bytes, at).filter(|(c, _)| wanted(*c)) {
            Some((c, end)) => {
                out.push_str(&text[from..at]);
                out.push(c);
                (at, from) = (end, end);
            }
            None => at += 1,
        }
    }
    out.push_str(&text[from..]);
    out
}

/// The character that escapes at a place spell, and where they end.
fn one_char(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let first = escaped(bytes, at)?;
    let length = match first {
        0..0x80 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf8 => 4,
        _ => return None,
    };
    let raw: Vec<u8> = (0..length)
        .map(|it| escaped(bytes, at + 3 * it))
        .collect::<Option<_>>()?;
    let c = std::str::from_utf8(&raw).ok()?.chars().next()?;
    Some((c, at + 3 * length))
}

/// Escapes what may not stand in a URI, and unescapes what needs no escape.
pub(super) fn escape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if let Some(decoded) = escaped(bytes, at) {
            if unreserved(decoded) {
                out.push(char::from(decoded));
            } else {
                out.push_str(&text[at..at + 3]);
            }
            at += 3;
            continue;
        }
        if unreserved(byte) || b":/?#[]@!$&'()*+,;=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        at += 1;
    }
    out
}

fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping_data() {
        assert_eq!(
            escape_data("a b/ü!*'()~-_.&=+"),
            "a%20b%2F%C3%BC%21%2A%27%28%29~-_.%26%3D%2B"
        );
        assert_eq!(unescape_data("a%20b+c%2F"), "a b+c/");
        assert_eq!(unescape_data("%C3%BC%ff%"), "ü%ff%");
    }
}
