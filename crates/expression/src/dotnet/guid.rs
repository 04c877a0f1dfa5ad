//! `System.Guid`, over `uuid::Uuid`.

use super::error::{DotnetError, Result};
use uuid::Uuid;

/// `Guid.NewGuid()` from 128 random bits.
pub(crate) fn from_random(high: u64, low: u64) -> Uuid {
    let bits = u128::from(high) << 64 | u128::from(low);
    let version = bits & !(0xf << 76) | (4 << 76);
    Uuid::from_u128(version & !(3 << 62) | (2 << 62))
}

/// `ToString(format)`: `D`, `N`, `B`, `P` or `X`; no format is `D`.
pub(crate) fn format(guid: Uuid, format: &str) -> Result<String> {
    let hyphens = guid.hyphenated();
    match format {
        "" | "D" | "d" => Ok(hyphens.to_string()),
        "N" | "n" => Ok(guid.simple().to_string()),
        "B" | "b" => Ok(format!("{{{hyphens}}}")),
        "P" | "p" => Ok(format!("({hyphens})")),
        "X" | "x" => {
            let (a, b, c, rest) = guid.as_fields();
            let rest: Vec<String> = rest.iter().map(|it| format!("0x{it:02x}")).collect();
            Ok(format!(
                "{{0x{a:08x},0x{b:04x},0x{c:04x},{{{}}}}}",
                rest.join(",")
            ))
        }
        _ => Err(DotnetError::format(
            "Format string can be only \"D\", \"d\", \"N\", \"n\", \"P\", \"p\", \"B\", \"b\", \"X\" or \"x\".",
        )),
    }
}

/// `Guid.Parse`: every format of [`format`], in any case.
pub(crate) fn parse(text: &str) -> Result<Uuid> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DotnetError::format("Unrecognized Guid format."));
    }
    if text.starts_with('{') && !text.contains('-') && !text[1..].starts_with(['0']) {
        return Err(DotnetError::format("Expected 0x prefix."));
    }
    let inner = enclosed(text, '{', '}').or_else(|| enclosed(text, '(', ')'));
    if text.starts_with("{0x") || text.starts_with("{0X") {
        return hexadecimal(text).ok_or_else(unrecognized);
    }
    let plain = inner.unwrap_or(text);
    let digits: String = match plain.len() {
        36 if plain
            .bytes()
            .enumerate()
            .all(|(at, it)| (it == b'-') == matches!(at, 8 | 13 | 18 | 23)) =>
        {
            plain.replace('-', "")
        }
        32 if inner.is_none() => plain.to_owned(),
        _ => return Err(unrecognized()),
    };
    if !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
        return Err(DotnetError::format(
            "Guid string should only contain hexadecimal characters.",
        ));
    }
    u128::from_str_radix(&digits, 16)
        .map(Uuid::from_u128)
        .map_err(|_| unrecognized())
}

fn enclosed(text: &str, open: char, close: char) -> Option<&str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

fn hexadecimal(text: &str) -> Option<Uuid> {
    let inner = enclosed(text, '{', '}')?;
    let (head, tail) = inner.split_once('{')?;
    let tail = tail.strip_suffix('}')?;
    let number = |text: &str| {
        let digits = text
            .trim()
            .strip_prefix("0x")
            .or_else(|| text.trim().strip_prefix("0X"))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let head: Vec<u32> = head
        .trim_end_matches(',')
        .split(',')
        .map(number)
        .collect::<Option<_>>()?;
    let tail: Vec<u8> = tail
        .split(',')
        .map(|it| number(it).and_then(|it| u8::try_from(it).ok()))
        .collect::<Option<_>>()?;
    let (&[a, b, c], Ok(rest)) = (head.as_slice(), <[u8; 8]>::try_from(tail)) else {
        return None;
    };
    Some(Uuid::from_fields(
        a,
        u16::try_from(b).ok()?,
        u16::try_from(c).ok()?,
        &rest,
    ))
}

fn unrecognized() -> DotnetError {
    DotnetError::format("Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).")
}

/// `ToByteArray`: the first three fields have their low byte first.
pub(crate) fn to_bytes(guid: Uuid) -> [u8; 16] {
    guid.to_bytes_le()
}

/// `new Guid(byte[])`.
pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Uuid> {
    match <[u8; 16]>::try_from(bytes) {
        Ok(bytes) => Ok(Uuid::from_bytes_le(bytes)),
        Err(_) => Err(DotnetError::argument(
            "Byte array for GUID must be exactly 16 bytes long. (Parameter 'b')",
        )),
    }
}

/// `CompareTo`: field by field, each as an unsigned number; that is the order of the text.
pub(crate) fn compare(a: Uuid, b: Uuid) -> std::cmp::Ordering {
    a.as_u128().cmp(&b.as_u128())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

    #[test]
    fn every_format_reads_back() {
        let guid = parse(TEXT).unwrap();
        for spec in ["D", "N", "B", "P", "X"] {
            let text = format(guid, spec).unwrap();
            assert_eq!(parse(&text), Ok(guid), "{text}");
            assert_eq!(
                parse(&text.to_uppercase().replace("0X", "0x")),
                Ok(guid),
                "{text}"
            );
        }
        assert_eq!(
            format(guid, "X").unwrap(),
            "{0x0f8fad5b,0xd9cb,0x469f,{0xa1,0x65,0x70,0x86,0x77,0x28,0x95,0x0e}}"
        );
        assert!(format(guid, "Q").is_err());
        for bad in ["", "x", "0f8fad5bd9cb-469f-a165-70867728950e", "{0x1}"] {
            assert!(parse(bad).is_err());
        }
    }

    #[test]
    fn bytes_are_mixed_endian() {
        let bytes = to_bytes(parse(TEXT).unwrap());
        assert!(super::super::bits::text(&bytes).starts_with("5B-AD-8F-0F-CB-D9-9F-46-A1-65-"));
        assert_eq!(from_bytes(&bytes), parse(TEXT));
        assert!(from_bytes(&[1]).is_err());
    }

    #[test]
    fn new_ones_are_of_version_four() {
        let guid = from_random(u64::MAX, u64::MAX);
        assert_eq!(
            (guid.get_version_num(), guid.to_string().as_bytes()[19]),
            (4, b'b')
        );
    }
}
