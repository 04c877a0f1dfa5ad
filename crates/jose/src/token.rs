//! The compact form of a token: three parts that are signed, or five that are encrypted.

use crate::encoding::url_bytes;
use crate::key::Key;
use crate::verify::{self, VerifyError};
use serde_json::{Map, Value as Json};

/// A token, as a text spells it.
#[derive(Debug, Clone, PartialEq)]
pub enum Compact {
    /// Header, payload, signature.
    Signed(Token),
    /// Header, encrypted key, initialisation vector, text, tag.
    Encrypted(Encrypted),
}

/// A token that can be read; whether its signature is good is another question.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Its text.
    pub text: String,
    /// Header.
    pub header: Map<String, Json>,
    /// Claims.
    pub claims: Map<String, Json>,
    pub(crate) signature: Vec<u8>,
}

/// A token whose claims are encrypted.
#[derive(Debug, Clone, PartialEq)]
pub struct Encrypted {
    /// Header.
    pub header: Map<String, Json>,
    // The header as it was sent: it is authenticated with the text.
    pub(crate) authenticated: String,
    pub(crate) key: Vec<u8>,
    pub(crate) iv: Vec<u8>,
    pub(crate) text: Vec<u8>,
    pub(crate) tag: Vec<u8>,
}

/// Why a text is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Neither three nor five parts.
    #[error("neither three nor five parts")]
    Parts,
    /// A part that is not the URL form of base64.
    #[error("a part is not base64")]
    NotBase64,
    /// A header or claims that are no JSON object.
    #[error("header or claims are no JSON object")]
    NoObject,
}

/// Reads a token.
pub fn read(text: &str) -> Result<Compact, ReadError> {
    let parts: Vec<&str> = text.split('.').collect();
    let bytes = |part: &str| url_bytes(part).ok_or(ReadError::NotBase64);
    match parts[..] {
        [header, claims, signature] => Ok(Compact::Signed(Token {
            text: text.to_owned(),
            header: object(header)?,
            claims: object(claims)?,
            signature: bytes(signature)?,
        })),
        [header, key, iv, encrypted, tag] => Ok(Compact::Encrypted(Encrypted {
            header: object(header)?,
            authenticated: header.to_owned(),
            key: bytes(key)?,
            iv: bytes(iv)?,
            text: bytes(encrypted)?,
            tag: bytes(tag)?,
        })),
        _ => Err(ReadError::Parts),
    }
}

impl Token {
    /// `alg` of the header; empty without.
    pub fn algorithm(&self) -> &str {
        text(&self.header, "alg")
    }

    /// `kid` of the header.
    pub fn key_id(&self) -> Option<&str> {
        self.header.get("kid")?.as_str()
    }

    /// Whether it carries a signature at all.
    pub fn is_signed(&self) -> bool {
        !self.signature.is_empty() && !verify::is_unsigned(self.algorithm())
    }

    /// Checks the signature with one key.
    pub fn verify(&self, key: &Key) -> Result<(), VerifyError> {
        let signed = self.text.rsplit_once('.').map_or("", |(signed, _)| signed);
        verify::verify(self.algorithm(), key, signed.as_bytes(), &self.signature)
    }
}

pub(crate) fn text<'a>(object: &'a Map<String, Json>, name: &str) -> &'a str {
    object.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn object(part: &str) -> Result<Map<String, Json>, ReadError> {
    let bytes = url_bytes(part).ok_or(ReadError::NotBase64)?;
    match serde_json::from_slice(&bytes) {
        Ok(Json::Object(object)) => Ok(object),
        _ => Err(ReadError::NoObject),
    }
}
