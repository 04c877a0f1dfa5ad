//! Signatures (RFC 7518 section 3).

use crate::key::{Key, Material};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// Why a signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// An algorithm that nothing here knows.
    #[error("unknown algorithm")]
    UnknownAlgorithm,
    /// The algorithm works with keys of another kind.
    #[error("the algorithm does not fit the key")]
    WrongKind,
    /// The signature is not by this key.
    #[error("wrong signature")]
    WrongSignature,
}

/// Whether `alg` says that there is no signature.
pub fn is_unsigned(algorithm: &str) -> bool {
    algorithm.is_empty() || algorithm.eq_ignore_ascii_case("none")
}

#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

pub(crate) fn verify(
    algorithm: &str,
    key: &Key,
    message: &[u8],
    signature: &[u8],
) -> Result<(), VerifyError> {
    let (family, size) = algorithm.split_at_checked(2).unwrap_or_default();
    let hash = match size {
        "256" => Hash::Sha256,
        "384" => Hash::Sha384,
        "512" => Hash::Sha512,
        _ => return Err(VerifyError::UnknownAlgorithm),
    };
    // An algorithm never meets a key of another kind: a public key is no shared secret.
    let is_good = match (family, &key.material) {
        ("HS", Material::Octets(secret)) => mac(hash, secret, message, signature),
        ("RS", Material::Rsa(key)) => rsa(hash, key, message, signature),
        ("PS", Material::Rsa(key)) => pss(hash, key, message, signature),
        ("ES", Material::P256(key)) if matches!(hash, Hash::Sha256) => {
            let signature = p256::ecdsa::Signature::from_slice(signature);
            signature.is_ok_and(|it| key.verify_prehash(&Sha256::digest(message), &it).is_ok())
        }
        ("ES", Material::P384(key)) if matches!(hash, Hash::Sha384) => {
            let signature = p384::ecdsa::Signature::from_slice(signature);
            signature.is_ok_and(|it| key.verify_prehash(&Sha384::digest(message), &it).is_ok())
        }
        ("ES", Material::P521(key)) if matches!(hash, Hash::Sha512) => {
            let signature = p521::ecdsa::Signature::from_slice(signature);
            signature.is_ok_and(|it| key.verify_prehash(&Sha512::digest(message), &it).is_ok())
        }
        ("HS" | "RS" | "PS" | "ES", _) => return Err(VerifyError::WrongKind),
        _ => return Err(VerifyError::UnknownAlgorithm),
    };
    if is_good {
        Ok(())
    } else {
        Err(VerifyError::WrongSignature)
    }
}

fn mac(hash: Hash, secret: &[u8], message: &[u8], signature: &[u8]) -> bool {
    macro_rules! holds {
        ($hash:ty) => {
            Hmac::<$hash>::new_from_slice(secret)
                .is_ok_and(|mac| mac.chain_update(message).verify_slice(signature).is_ok())
        };
    }
    match hash {
        Hash::Sha256 => holds!(Sha256),
        Hash::Sha384 => holds!(Sha384),
        Hash::Sha512 => holds!(Sha512),
    }
}

fn rsa(hash: Hash, key: &rsa::PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let verified = match hash {
        Hash::Sha256 => key.pkcs1v15_verify::<Sha256>(message, signature),
        Hash::Sha384 => key.pkcs1v15_verify::<Sha384>(message, signature),
        Hash::Sha512 => key.pkcs1v15_verify::<Sha512>(message, signature),
    };
    verified.is_ok()
}

fn pss(hash: Hash, key: &rsa::PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let verified = match hash {
        Hash::Sha256 => key.pss_verify::<Sha256>(message, signature),
        Hash::Sha384 => key.pss_verify::<Sha384>(message, signature),
        Hash::Sha512 => key.pss_verify::<Sha512>(message, signature),
    };
    verified.is_ok()
}
