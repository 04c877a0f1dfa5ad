//! UTF-7 as `Encoding.UTF7` writes it: what is not plain goes between `+` and `-`, as Base64 of its UTF-16.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn is_plain(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|it| it.is_ascii_alphanumeric() || b"\t\n\r '(),-./:?".contains(&it))
}

/// Text to bytes.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    let mut made = Vec::new();
    // Bits that wait for a digit, while a run of Base64 is open.
    let mut open: Option<(u32, u32)> = None;
    for unit in text.encode_utf16() {
        if is_plain(unit) {
            close(&mut made, open.take());
            made.push(unit as u8);
        } else if unit == u16::from(b'+') && open.is_none() {
            made.extend_from_slice(b"+-");
        } else {
            if open.is_none() {
                made.push(b'+');
            }
            let (bits, mut count) = open.unwrap_or_default();
            let bits = bits << 16 | u32::from(unit);
            count += 16;
            while count >= 6 {
                count -= 6;
                made.push(DIGITS[(bits >> count & 63) as usize]);
            }
            open = Some((bits & ((1 << count) - 1), count));
        }
    }
    close(&mut made, open);
    made
}

fn close(made: &mut Vec<u8>, open: Option<(u32, u32)>) {
    if let Some((bits, count)) = open {
        if count > 0 {
            made.push(DIGITS[(bits << (6 - count) & 63) as usize]);
        }
        made.push(b'-');
    }
}

/// Bytes to text; a byte that means nothing stands for itself.
pub(super) fn text(bytes: &[u8]) -> String {
    let mut units: Vec<u16> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if *byte != b'+' {
            units.push(u16::from(*byte));
            continue;
        }
        if bytes.get(at) == Some(&b'-') {
            units.push(u16::from(b'+'));
            at += 1;
            continue;
        }
        let (mut bits, mut count) = (0_u32, 0);
        while let Some(digit) = bytes
            .get(at)
            .and_then(|it| DIGITS.iter().position(|digit| digit == it))
        {
            bits = bits << 6 | digit as u32;
            count += 6;
            if count >= 16 {
                count -= 16;
                units.push((bits >> count) as u16);
                bits &= (1 << count) - 1;
            }
            at += 1;
        }
        at += usize::from(bytes.get(at) == Some(&b'-'));
    }
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 2152, section 3.
    #[test]
    fn examples_of_the_standard() {
        assert_eq!(text(b"A+ImIDkQ."), "A\u{2262}\u{391}.");
        assert_eq!(text(b"Hi Mom -+Jjo--!"), "Hi Mom -\u{263a}-!");
        assert_eq!(bytes("A\u{2262}\u{391}."), b"A+ImIDkQ-.");
        assert_eq!(bytes("1 + 1"), b"1 +- 1");
        assert_eq!(text(&bytes("na\u{ef}ve \u{1f600}~")), "na\u{ef}ve \u{1f600}~");
    }
}
