//! `System.BitConverter`, little-endian.

use super::error::{DotnetError, Result};

/// `BitConverter.ToString`: upper-case pairs joined by `-`.
pub(crate) fn text(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|it| format!("{it:02X}")).collect();
    pairs.join("-")
}

/// `BitConverter.ToString(bytes, start[, length])`.
pub(crate) fn text_from(bytes: &[u8], start: i64, length: Option<i64>) -> Result<String> {
    let from = usize::try_from(start).ok().filter(|it| *it <= bytes.len());
    let Some(from) = from else {
        return Err(DotnetError::out_of_range(
            "StartIndex cannot be less than zero.",
            "startIndex",
        ));
    };
    let count = match length {
        None => bytes.len() - from,
        Some(length) => match usize::try_from(length) {
            Ok(count) if count <= bytes.len() - from => count,
            Ok(_) => return Err(too_short()),
            Err(_) => {
                return Err(DotnetError::out_of_range(
                    "Length cannot be less than zero.",
                    "length",
                ));
            }
        },
    };
    Ok(text(&bytes[from..from + count]))
}

/// `N` bytes from `start`, for `ToInt32` and its like.
pub(crate) fn take<const N: usize>(bytes: &[u8], start: i64) -> Result<[u8; N]> {
    let from = usize::try_from(start).ok().filter(|it| *it < bytes.len());
    let Some(from) = from else {
        return Err(DotnetError::index());
    };
    match bytes[from..].first_chunk::<N>() {
        Some(chunk) => Ok(*chunk),
        None => Err(too_short()),
    }
}

fn too_short() -> DotnetError {
    DotnetError::argument(
        "Destination array is not long enough to copy all the items in the collection. Check array index and length. (Parameter 'value')",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_little_endian() {
        assert_eq!(text(&[1, 0xab]), "01-AB");
        assert_eq!(take::<4>(&[1, 2, 0, 0], 0).map(i32::from_le_bytes), Ok(513));
        assert!(take::<4>(&[1, 2], 0).is_err());
        assert_eq!(text_from(&[1, 2, 3], 1, Some(1)).as_deref(), Ok("02"));
    }
}
