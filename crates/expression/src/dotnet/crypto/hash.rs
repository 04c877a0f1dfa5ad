//! `System.Security.Cryptography`: hashes and keyed hashes.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// The hash algorithms that policies may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// `ComputeHash`.
    pub(crate) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Hash::Md5 => Md5::digest(bytes).to_vec(),
            Hash::Sha1 => Sha1::digest(bytes).to_vec(),
            Hash::Sha256 => Sha256::digest(bytes).to_vec(),
            Hash::Sha384 => Sha384::digest(bytes).to_vec(),
            Hash::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// `ComputeHash` of a keyed hash. Keys may have any length.
    pub(crate) fn keyed(self, key: &[u8], bytes: &[u8]) -> Vec<u8> {
        match self {
            Hash::Md5 => mac::<Hmac<Md5>>(key, bytes),
            Hash::Sha1 => mac::<Hmac<Sha1>>(key, bytes),
            Hash::Sha256 => mac::<Hmac<Sha256>>(key, bytes),
            Hash::Sha384 => mac::<Hmac<Sha384>>(key, bytes),
            Hash::Sha512 => mac::<Hmac<Sha512>>(key, bytes),
        }
    }

    /// `HashSize`, in bits.
    pub(crate) fn bits(self) -> i32 {
        match self {
            Hash::Md5 => 128,
            Hash::Sha1 => 160,
            Hash::Sha256 => 256,
            Hash::Sha384 => 384,
            Hash::Sha512 => 512,
        }
    }

    /// Bytes of the key that `new HMAC...()` makes for itself: one block.
    pub(crate) fn block(self) -> usize {
        match self {
            Hash::Sha384 | Hash::Sha512 => 128,
            _ => 64,
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Hash::Md5 => "MD5",
            Hash::Sha1 => "SHA1",
            Hash::Sha256 => "SHA256",
            Hash::Sha384 => "SHA384",
            Hash::Sha512 => "SHA512",
        }
    }

    /// By the name that `HashAlgorithmName` and `HashAlgorithm.Create` use.
    pub(crate) fn by_name(name: &str) -> Option<Hash> {
        match name.rsplit('.').next()?.to_ascii_uppercase().as_str() {
            "MD5" => Some(Hash::Md5),
            "SHA" | "SHA1" | "SHA-1" => Some(Hash::Sha1),
            "SHA256" | "SHA-256" => Some(Hash::Sha256),
            "SHA384" | "SHA-384" => Some(Hash::Sha384),
            "SHA512" | "SHA-512" => Some(Hash::Sha512),
            _ => None,
        }
    }
}

fn mac<M: Mac + KeyInit>(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    match <M as KeyInit>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(bytes);
            mac.finalize().into_bytes().to_vec()
        }
        // HMAC takes keys of every length, so there is no such failure.
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dotnet::base64;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|it| format!("{it:02x}")).collect()
    }

    #[test]
    fn known_answers() {
        let sha = hex(&Hash::Sha256.digest(b"abc"));
        assert!(sha.starts_with("ba7816bf") && sha.ends_with("15ad"));
        assert_eq!(hex(&Hash::Md5.digest(b"")), "d41d8cd98f00b204e9800998ecf8427e");
        let keyed = Hash::Sha256.keyed(b"k", b"m");
        assert_eq!(
            base64::encode(&keyed, false),
            "tgCQ4wUil661oICInOL8S8qVfnVvrrTffTGADKHncew="
        );
        assert_eq!(
            Hash::Sha512.keyed(&[1; 500], b"m").len() as i32 * 8,
            Hash::Sha512.bits()
        );
    }
}
