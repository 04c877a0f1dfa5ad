use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const ANY_PADDING: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, ANY_PADDING);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY_PADDING);

/// The bytes that a text in the URL form of base64 spells, with or without padding.
pub fn url_bytes(text: &str) -> Option<Vec<u8>> {
    URL.decode(text).ok()
}

/// The bytes that a text in base64 spells; white space does not matter.
pub fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(text).ok()
}

/// SHA-1 of bytes: what a certificate's thumbprint is.
pub fn sha1(bytes: &[u8]) -> Vec<u8> {
    use sha1::Digest;
    sha1::Sha1::digest(bytes).to_vec()
}

pub(crate) fn url_text(bytes: &[u8]) -> String {
    URL.encode(bytes)
}
