//! Tokens of our own.

use crate::encoding::url_text;
use crate::key::{Key, Material};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::PrivateKey;
use rsa::traits::PublicKeyParts;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// Signs tokens with RS256.
#[derive(Debug)]
pub struct Signer {
    key: PrivateKey,
    id: String,
}

/// Bits of the modulus, as Entra ID has them.
const BITS: usize = 2048;

impl Signer {
    /// The signer of a seed: the same seed makes the same key. That takes a moment, and the key guards nothing: whoever knows the
    /// seed has it.
    pub fn from_seed(seed: u64) -> Signer {
        let mut whole = [0; 32];
        whole[..8].copy_from_slice(&seed.to_le_bytes());
        whole[8..].copy_from_slice(b"apimite signs with this.");
        let mut chance = ChaCha20Rng::from_seed(whole);
        let key = PrivateKey::new(&mut chance, BITS).expect("the generator of chance never fails");
        let print = Sha256::digest(key.as_public_key().n_bytes());
        Signer {
            id: url_text(&print[..20]),
            key,
        }
    }

    /// Id of its key.
    pub fn key_id(&self) -> &str {
        &self.id
    }

    /// The key that checks what it signs.
    pub fn key(&self) -> Key {
        Key {
            id: Some(self.id.clone()),
            material: Material::Rsa(Box::new(self.key.to_public_key())),
        }
    }

    /// The same as a JSON web key.
    pub fn jwk(&self) -> Json {
        let key = self.key.as_public_key();
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id,
            "n": url_text(&key.n_bytes()), "e": url_text(&key.e_bytes()),
        })
    }

    /// A token with these claims, an object.
    pub fn sign(&self, claims: &Json) -> String {
        let header = json!({ "typ": "JWT", "alg": "RS256", "kid": self.id });
        let signed = format!(
            "{}.{}",
            url_text(header.to_string().as_bytes()),
            url_text(claims.to_string().as_bytes())
        );
        let signature = self.key.pkcs1v15_sign::<Sha256>(signed.as_bytes());
        let signature = signature.expect("2048 bits hold a SHA-256 signature");
        format!("{signed}.{}", url_text(&signature))
    }
}
