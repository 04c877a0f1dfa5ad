//! `Convert.ToBase64String` and `Convert.FromBase64String`.

use super::error::{DotnetError, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Standard alphabet with padding; `line_breaks` puts CRLF after every 76 characters.
pub(crate) fn encode(bytes: &[u8], line_breaks: bool) -> String {
    let text = STANDARD.encode(bytes);
    if !line_breaks || text.len() <= 76 {
        return text;
    }
    let lines: Vec<&str> = (0..text.len())
        .step_by(76)
        .map(|at| &text[at..text.len().min(at + 76)])
        .collect();
    lines.join("\r\n")
}

/// White space is ignored wherever it stands; padding is required; `-` and `_` are wrong.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>> {
    let wrong = || {
        DotnetError::format(
            "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding \
             characters, or an illegal character among the padding characters.",
        )
    };
    let clean: String = text
        .chars()
        .filter(|it| !matches!(it, ' ' | '\t' | '\n' | '\r'))
        .collect();
    STANDARD
        .decode(&clean)
        .or_else(|_| lenient(&clean))
        .map_err(|_| wrong())
}

// .NET does not look at the bits that padding cuts off; the strict engine does.
fn lenient(clean: &str) -> std::result::Result<Vec<u8>, base64::DecodeError> {
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    GeneralPurpose::new(&base64::alphabet::STANDARD, config).decode(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_wants_padding_and_ignores_white_space() {
        assert_eq!(decode("YW Jj\r\n"), Ok(b"abc".to_vec()));
        assert_eq!(decode("YQ=="), Ok(b"a".to_vec()));
        assert_eq!(decode("YR=="), Ok(b"a".to_vec()));
        assert_eq!(decode(""), Ok(Vec::new()));
        for bad in ["YQ", "YQ=", "-_==", "Y===", "é"] {
            assert_eq!(
                decode(bad).unwrap_err().type_name,
                "System.FormatException",
                "{bad}"
            );
        }
        assert_eq!(encode(&[0; 60], true).matches("\r\n").count(), 1);
    }
}
