//! Encrypted tokens (RFC 7516, algorithms of RFC 7518 sections 4 and 5).

use crate::token::{Encrypted, text};
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::consts::U12;
use aes_gcm::{AesGcm, Nonce, Tag};
use aes_kw::AesKw;
use hmac::{Hmac, KeyInit, Mac};
use rsa::pkcs8::DecodePrivateKey;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use std::io::Read;

/// A key that opens tokens.
#[derive(Debug, Clone)]
pub enum PrivateKey {
    /// A shared secret.
    Octets(Vec<u8>),
    /// An RSA key.
    Rsa(Box<rsa::PrivateKey>),
}

/// Why a token cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    /// `alg` or `enc` is one that nothing here knows.
    #[error("unknown algorithm")]
    UnknownAlgorithm,
    /// The algorithm works with keys of another kind or size.
    #[error("the algorithm does not fit the key")]
    WrongKind,
    /// It was not encrypted for this key, or was changed on the way.
    #[error("wrong key, or a changed token")]
    WrongKey,
    /// What was inside is compressed in another way, or beyond all measure.
    #[error("the content cannot be decompressed")]
    Compression,
}

/// Bytes of a decompressed token, as Microsoft's library bounds them.
const INFLATED: u64 = 256_000;

impl PrivateKey {
    /// An RSA key in PKCS #8 DER, as certificates with keys hold it.
    pub fn from_pkcs8(der: &[u8]) -> Option<PrivateKey> {
        let key = rsa::PrivateKey::from_pkcs8_der(der).ok()?;
        Some(PrivateKey::Rsa(Box::new(key)))
    }
}

impl Encrypted {
    /// `kid` of the header.
    pub fn key_id(&self) -> Option<&str> {
        self.header.get("kid")?.as_str()
    }

    /// What is inside, mostly a signed token.
    pub fn decrypt(&self, key: &PrivateKey) -> Result<Vec<u8>, DecryptError> {
        let content_key = self.content_key(key)?;
        let plain = self.open(&content_key)?;
        match self.header.get("zip").map(|zip| zip.as_str()) {
            None => Ok(plain),
            Some(Some("DEF")) => inflate(&plain),
            Some(_) => Err(DecryptError::Compression),
        }
    }

    // The key of the content, itself encrypted with ours.
    fn content_key(&self, key: &PrivateKey) -> Result<Vec<u8>, DecryptError> {
        let wrapped = self.key.as_slice();
        match (text(&self.header, "alg"), key) {
            ("dir", PrivateKey::Octets(secret)) if wrapped.is_empty() => Ok(secret.clone()),
            ("A128KW", PrivateKey::Octets(secret)) => unwrap::<aes::Aes128>(secret, wrapped),
            ("A192KW", PrivateKey::Octets(secret)) => unwrap::<aes::Aes192>(secret, wrapped),
            ("A256KW", PrivateKey::Octets(secret)) => unwrap::<aes::Aes256>(secret, wrapped),
            ("RSA-OAEP", PrivateKey::Rsa(key)) => key
                .oaep_decrypt::<Sha1>(wrapped)
                .map_err(|_| DecryptError::WrongKey),
            ("RSA-OAEP-256", PrivateKey::Rsa(key)) => key
                .oaep_decrypt::<Sha256>(wrapped)
                .map_err(|_| DecryptError::WrongKey),
            ("RSA1_5", PrivateKey::Rsa(key)) => {
                key.pkcs1v15_decrypt(wrapped).map_err(|_| DecryptError::WrongKey)
            }
            ("dir" | "A128KW" | "A192KW" | "A256KW" | "RSA-OAEP" | "RSA-OAEP-256" | "RSA1_5", _) => {
                Err(DecryptError::WrongKind)
            }
            _ => Err(DecryptError::UnknownAlgorithm),
        }
    }

    fn open(&self, key: &[u8]) -> Result<Vec<u8>, DecryptError> {
        match text(&self.header, "enc") {
            "A128CBC-HS256" => self.cbc::<cbc::Decryptor<aes::Aes128>, Hmac<Sha256>>(key, 16),
            "A192CBC-HS384" => self.cbc::<cbc::Decryptor<aes::Aes192>, Hmac<Sha384>>(key, 24),
            "A256CBC-HS512" => self.cbc::<cbc::Decryptor<aes::Aes256>, Hmac<Sha512>>(key, 32),
            "A128GCM" => self.gcm::<AesGcm<aes::Aes128, U12>>(key),
            "A192GCM" => self.gcm::<AesGcm<aes::Aes192, U12>>(key),
            "A256GCM" => self.gcm::<AesGcm<aes::Aes256, U12>>(key),
            _ => Err(DecryptError::UnknownAlgorithm),
        }
    }

    // The first half of the key authenticates, the second opens; `half` is the length of each and of the tag.
    fn cbc<Cipher, Hash>(&self, key: &[u8], half: usize) -> Result<Vec<u8>, DecryptError>
    where
        Cipher: BlockModeDecrypt + KeyIvInit,
        Hash: Mac + KeyInit,
    {
        if key.len() != 2 * half || self.tag.len() != half {
            return Err(DecryptError::WrongKind);
        }
        let (authenticates, opens) = key.split_at(half);
        let bits = (self.authenticated.len() as u64) * 8;
        let mac = <Hash as KeyInit>::new_from_slice(authenticates).map_err(|_| DecryptError::WrongKind)?;
        let mac = mac
            .chain_update(self.authenticated.as_bytes())
            .chain_update(&self.iv)
            .chain_update(&self.text)
            .chain_update(bits.to_be_bytes());
        mac.verify_truncated_left(&self.tag)
            .map_err(|_| DecryptError::WrongKey)?;
        let cipher = Cipher::new_from_slices(opens, &self.iv).map_err(|_| DecryptError::WrongKind)?;
        let mut buffer = self.text.clone();
        let plain = cipher
            .decrypt_padded::<Pkcs7>(&mut buffer)
            .map_err(|_| DecryptError::WrongKey)?;
        Ok(plain.to_vec())
    }

    fn gcm<Cipher>(&self, key: &[u8]) -> Result<Vec<u8>, DecryptError>
    where
        Cipher: AeadInOut<NonceSize = U12, TagSize = aes_gcm::aead::consts::U16> + aes_gcm::KeyInit,
    {
        let cipher = Cipher::new_from_slice(key).map_err(|_| DecryptError::WrongKind)?;
        let nonce = Nonce::<U12>::try_from(self.iv.as_slice()).map_err(|_| DecryptError::WrongKey)?;
        let tag = Tag::try_from(self.tag.as_slice()).map_err(|_| DecryptError::WrongKey)?;
        let mut buffer = self.text.clone();
        cipher
            .decrypt_inout_detached(
                &nonce,
                self.authenticated.as_bytes(),
                buffer.as_mut_slice().into(),
                &tag,
            )
            .map_err(|_| DecryptError::WrongKey)?;
        Ok(buffer)
    }
}

fn unwrap<Cipher>(secret: &[u8], wrapped: &[u8]) -> Result<Vec<u8>, DecryptError>
where
    AesKw<Cipher>: KeyInit,
    Cipher:
        aes::cipher::BlockCipherDecrypt + aes::cipher::BlockSizeUser<BlockSize = aes_gcm::aead::consts::U16>,
{
    let cipher = AesKw::<Cipher>::new_from_slice(secret).map_err(|_| DecryptError::WrongKind)?;
    let mut buffer = vec![0; wrapped.len()];
    let key = cipher.unwrap_key(wrapped, &mut buffer);
    key.map(<[u8]>::to_vec).map_err(|_| DecryptError::WrongKey)
}

fn inflate(deflated: &[u8]) -> Result<Vec<u8>, DecryptError> {
    let mut plain = Vec::new();
    let mut reader = flate2::read::DeflateDecoder::new(deflated).take(INFLATED + 1);
    match reader.read_to_end(&mut plain) {
        Ok(length) if length as u64 <= INFLATED => Ok(plain),
        _ => Err(DecryptError::Compression),
    }
}
