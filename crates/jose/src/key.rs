//! Keys that check signatures, in every form in which they arrive.

use crate::encoding::{base64_bytes, url_bytes};
use rsa::BoxedUint;
use rsa::pkcs8::DecodePublicKey;
use serde_json::Value as Json;

/// A key that checks signatures.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub(crate) id: Option<String>,
    pub(crate) material: Material,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Material {
    Octets(Vec<u8>),
    Rsa(Box<rsa::PublicKey>),
    P256(Box<p256::ecdsa::VerifyingKey>),
    P384(Box<p384::ecdsa::VerifyingKey>),
    P521(Box<p521::ecdsa::VerifyingKey>),
}

/// Why something is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is not base64.
    #[error("not base64")]
    NotBase64,
    /// An empty key.
    #[error("empty")]
    Empty,
    /// Numbers that are no RSA key: modulus and exponent in the URL form of base64 are asked for.
    #[error("no RSA modulus and exponent")]
    NoRsaKey,
    /// No point of a known curve.
    #[error("no point of P-256, P-384 or P-521")]
    NoCurvePoint,
    /// A kind of key that nothing here works with.
    #[error("a key of an unknown kind")]
    Unknown,
}

impl Key {
    /// A shared secret.
    pub fn octets(bytes: Vec<u8>) -> Key {
        Key::of(Material::Octets(bytes))
    }

    /// A shared secret in base64.
    pub fn from_base64(text: &str) -> Result<Key, KeyError> {
        match base64_bytes(text).ok_or(KeyError::NotBase64)? {
            bytes if bytes.is_empty() => Err(KeyError::Empty),
            bytes => Ok(Key::octets(bytes)),
        }
    }

    /// An RSA key; both numbers in the URL form of base64.
    pub fn rsa(modulus: &str, exponent: &str) -> Result<Key, KeyError> {
        // Authors paste what tools print: both alphabets occur.
        let number = |text: &str| {
            let text = text.trim().replace('+', "-").replace('/', "_");
            let bytes = url_bytes(&text).filter(|bytes| !bytes.is_empty())?;
            let bits = u32::try_from(bytes.len()).ok()?.checked_mul(8)?;
            BoxedUint::from_be_slice(&bytes, bits).ok()
        };
        let (n, e) = number(modulus).zip(number(exponent)).ok_or(KeyError::NoRsaKey)?;
        let key = rsa::PublicKey::new(n, e).map_err(|_| KeyError::NoRsaKey)?;
        Ok(Key::of(Material::Rsa(Box::new(key))))
    }

    /// The public key of a certificate: its `SubjectPublicKeyInfo` in DER.
    pub fn from_spki(der: &[u8]) -> Result<Key, KeyError> {
        if let Ok(key) = rsa::PublicKey::from_public_key_der(der) {
            return Ok(Key::of(Material::Rsa(Box::new(key))));
        }
        if let Ok(key) = p256::ecdsa::VerifyingKey::from_public_key_der(der) {
            return Ok(Key::of(Material::P256(Box::new(key))));
        }
        if let Ok(key) = p384::ecdsa::VerifyingKey::from_public_key_der(der) {
            return Ok(Key::of(Material::P384(Box::new(key))));
        }
        let key = p521::ecdsa::VerifyingKey::from_public_key_der(der);
        key.map(|key| Key::of(Material::P521(Box::new(key))))
            .map_err(|_| KeyError::Unknown)
    }

    /// A JSON web key (RFC 7517).
    pub fn from_jwk(jwk: &Json) -> Result<Key, KeyError> {
        let text = |name: &str| jwk.get(name).and_then(Json::as_str).unwrap_or_default();
        let key = match text("kty") {
            "oct" => {
                let bytes = url_bytes(text("k")).ok_or(KeyError::NotBase64)?;
                Ok(Key::octets(bytes))
            }
            "RSA" => Key::rsa(text("n"), text("e")),
            "EC" => Key::point(text("crv"), text("x"), text("y")),
            _ => Err(KeyError::Unknown),
        }?;
        let id = text("kid");
        Ok(if id.is_empty() { key } else { key.with_id(id) })
    }

    /// The keys of a set (`{"keys": [...]}`) that check signatures. Those of unknown kinds are left out, as clients do.
    pub fn from_jwks(jwks: &Json) -> Vec<Key> {
        let keys = jwks.get("keys").and_then(Json::as_array);
        let is_for_signatures =
            |jwk: &&Json| jwk.get("use").and_then(Json::as_str).is_none_or(|it| it == "sig");
        keys.into_iter()
            .flatten()
            .filter(is_for_signatures)
            .filter_map(|jwk| Key::from_jwk(jwk).ok())
            .collect()
    }

    /// The same with an id, which the `kid` of a token names.
    pub fn with_id(self, id: &str) -> Key {
        Key {
            id: Some(id.to_owned()),
            ..self
        }
    }

    /// Its id.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn of(material: Material) -> Key {
        Key { id: None, material }
    }

    fn point(curve: &str, x: &str, y: &str) -> Result<Key, KeyError> {
        let size = match curve {
            "P-256" => 32,
            "P-384" => 48,
            "P-521" => 66,
            _ => return Err(KeyError::Unknown),
        };
        // An uncompressed point: leading zeros that a careless issuer cut off are put back.
        let mut point = vec![4];
        for number in [x, y] {
            let bytes = url_bytes(number).filter(|bytes| bytes.len() <= size);
            let bytes = bytes.ok_or(KeyError::NoCurvePoint)?;
            point.resize(point.len() + size - bytes.len(), 0);
            point.extend(bytes);
        }
        let material = match curve {
            "P-256" => {
                p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).map(|it| Material::P256(Box::new(it)))
            }
            "P-384" => {
                p384::ecdsa::VerifyingKey::from_sec1_bytes(&point).map(|it| Material::P384(Box::new(it)))
            }
            _ => p521::ecdsa::VerifyingKey::from_sec1_bytes(&point).map(|it| Material::P521(Box::new(it))),
        };
        material.map(Key::of).map_err(|_| KeyError::NoCurvePoint)
    }
}
