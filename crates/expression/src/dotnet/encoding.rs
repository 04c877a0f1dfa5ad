//! `System.Text.Encoding`.

use super::error::{DotnetError, Result};
use super::utf7;

/// The encodings that .NET always has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Encoding {
    /// `Encoding.UTF8`.
    Utf8,
    /// `Encoding.ASCII`.
    Ascii,
    /// `Encoding.Unicode`: UTF-16, low byte first.
    Unicode,
    /// `Encoding.BigEndianUnicode`.
    BigEndianUnicode,
    /// `Encoding.UTF32`.
    Utf32,
    /// ISO 8859-1.
    Latin1,
    /// Windows-1252.
    Windows1252,
    /// `Encoding.UTF7`.
    Utf7,
}

// What Windows-1252 has where Latin-1 has control characters.
const WINDOWS_1252: [u16; 32] = [
    0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d,
    0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a,
    0x153, 0x9d, 0x17e, 0x178,
];

/// `Encoding.GetEncoding(name)`.
pub(crate) fn by_name(name: &str) -> Result<Encoding> {
    match name.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" | "unicode-1-1-utf-8" => Ok(Encoding::Utf8),
        "us-ascii" | "ascii" | "iso646-us" => Ok(Encoding::Ascii),
        "utf-16" | "utf-16le" | "unicode" | "ucs-2" => Ok(Encoding::Unicode),
        "utf-16be" | "unicodefffe" => Ok(Encoding::BigEndianUnicode),
        "utf-32" | "utf-32le" => Ok(Encoding::Utf32),
        "iso-8859-1" | "latin1" | "iso8859-1" | "l1" => Ok(Encoding::Latin1),
        "windows-1252" | "x-ansi" => Ok(Encoding::Windows1252),
        "utf-7" | "unicode-1-1-utf-7" => Ok(Encoding::Utf7),
        _ => Err(DotnetError::argument(format!(
            "'{name}' is not a supported encoding name. For information on defining a custom encoding, see the \
             documentation for the Encoding.RegisterProvider method. (Parameter 'name')"
        ))),
    }
}

/// `Encoding.GetEncoding(codepage)`.
pub(crate) fn by_page(page: i64) -> Result<Encoding> {
    match page {
        0 | 65001 => Ok(Encoding::Utf8),
        20127 => Ok(Encoding::Ascii),
        1200 => Ok(Encoding::Unicode),
        1201 => Ok(Encoding::BigEndianUnicode),
        12000 => Ok(Encoding::Utf32),
        28591 => Ok(Encoding::Latin1),
        1252 => Ok(Encoding::Windows1252),
        65000 => Ok(Encoding::Utf7),
        _ => Err(DotnetError::new(
            "System.NotSupportedException",
            format!("No data is available for encoding {page}."),
        )),
    }
}

impl Encoding {
    /// `WebName`.
    pub(crate) fn web_name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Ascii => "us-ascii",
            Encoding::Unicode => "utf-16",
            Encoding::BigEndianUnicode => "utf-16BE",
            Encoding::Utf32 => "utf-32",
            Encoding::Latin1 => "iso-8859-1",
            Encoding::Windows1252 => "windows-1252",
            Encoding::Utf7 => "utf-7",
        }
    }

    /// `EncodingName`.
    pub(crate) fn display_name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "Unicode (UTF-8)",
            Encoding::Ascii => "US-ASCII",
            Encoding::Unicode => "Unicode",
            Encoding::BigEndianUnicode => "Unicode (Big-Endian)",
            Encoding::Utf32 => "Unicode (UTF-32)",
            Encoding::Latin1 => "Western European (ISO)",
            Encoding::Windows1252 => "Western European (Windows)",
            Encoding::Utf7 => "Unicode (UTF-7)",
        }
    }

    /// `CodePage`.
    pub(crate) fn page(self) -> i32 {
        match self {
            Encoding::Utf8 => 65001,
            Encoding::Ascii => 20127,
            Encoding::Unicode => 1200,
            Encoding::BigEndianUnicode => 1201,
            Encoding::Utf32 => 12000,
            Encoding::Latin1 => 28591,
            Encoding::Windows1252 => 1252,
            Encoding::Utf7 => 65000,
        }
    }

    /// `GetMaxByteCount`.
    pub(crate) fn max_bytes(self, chars: i32) -> i32 {
        match self {
            Encoding::Utf8 => chars.saturating_add(1).saturating_mul(3),
            Encoding::Unicode | Encoding::BigEndianUnicode => chars.saturating_add(1).saturating_mul(2),
            Encoding::Utf32 => chars.saturating_add(1).saturating_mul(4),
            Encoding::Utf7 => chars.saturating_mul(3).saturating_add(2),
            _ => chars.saturating_add(1),
        }
    }

    /// `GetMaxCharCount`.
    pub(crate) fn max_chars(self, bytes: i32) -> i32 {
        match self {
            Encoding::Utf8 => bytes.saturating_add(1),
            Encoding::Unicode | Encoding::BigEndianUnicode => bytes / 2 + bytes % 2 + 1,
            Encoding::Utf32 => bytes / 2 + 2,
            Encoding::Utf7 => bytes.max(1),
            _ => bytes,
        }
    }

    /// `GetBytes`: no byte order mark.
    pub(crate) fn bytes(self, text: &str) -> Vec<u8> {
        match self {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Unicode => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Encoding::BigEndianUnicode => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Encoding::Utf32 => text.chars().flat_map(|it| (it as u32).to_le_bytes()).collect(),
            // One `?` for each unit, so that a character outside the first plane gives two.
            Encoding::Ascii => text
                .encode_utf16()
                .map(|it| if it < 0x80 { it as u8 } else { b'?' })
                .collect(),
            Encoding::Latin1 => text
                .encode_utf16()
                .map(|it| u8::try_from(it).unwrap_or(b'?'))
                .collect(),
            Encoding::Windows1252 => text.encode_utf16().map(windows_byte).collect(),
            Encoding::Utf7 => utf7::bytes(text),
        }
    }

    /// `GetString`: what is invalid becomes U+FFFD, or `?` in ASCII.
    pub(crate) fn text(self, bytes: &[u8]) -> String {
        match self {
            Encoding::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Encoding::Unicode => wide(bytes, u16::from_le_bytes),
            Encoding::BigEndianUnicode => wide(bytes, u16::from_be_bytes),
            Encoding::Utf32 => bytes
                .chunks(4)
                .map(|it| it.first_chunk().map(|it| u32::from_le_bytes(*it)))
                .map(|it| it.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect(),
            Encoding::Ascii => bytes
                .iter()
                .map(|it| if it.is_ascii() { char::from(*it) } else { '?' })
                .collect(),
            Encoding::Latin1 => bytes.iter().map(|it| char::from(*it)).collect(),
            Encoding::Windows1252 => bytes.iter().map(|it| windows_char(*it)).collect(),
            Encoding::Utf7 => utf7::text(bytes),
        }
    }
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text: String = char::decode_utf16(pairs.iter().map(|it| unit(*it)))
        .map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    if !rest.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}

fn windows_byte(unit: u16) -> u8 {
    match WINDOWS_1252.iter().position(|it| *it == unit) {
        Some(at) => 0x80 + at as u8,
        None if (0x80..0xa0).contains(&unit) => b'?',
        None => u8::try_from(unit).unwrap_or(b'?'),
    }
}

fn windows_char(byte: u8) -> char {
    match byte {
        0x80..=0x9f => char::from_u32(u32::from(WINDOWS_1252[usize::from(byte - 0x80)])).unwrap_or('?'),
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_back() {
        assert_eq!(Encoding::Ascii.bytes("aé"), b"a?");
        assert_eq!(Encoding::Latin1.bytes("é"), [0xe9]);
        assert_eq!(Encoding::Unicode.bytes("a"), [0x61, 0]);
        assert_eq!(Encoding::Utf8.text(&[0x61, 0xff]), "a\u{fffd}");
        assert_eq!(Encoding::Unicode.text(&[0x61, 0, 0]), "a\u{fffd}");
        assert_eq!(Encoding::Windows1252.text(&[0x80]), "€");
        assert_eq!(Encoding::Windows1252.bytes("€"), [0x80]);
        assert_eq!(by_name("ISO-8859-1"), Ok(Encoding::Latin1));
        assert!(by_name("klingon").is_err());
    }
}
