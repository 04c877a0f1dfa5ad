//! RSA keys: making them, reading and writing them, and what they do.

use super::failure;
use super::hash::Hash;
use crate::dotnet::base64;
use crate::dotnet::error::Result;
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey, EncodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::{PaddingScheme, PrivateKeyParts, PublicKeyParts, SignatureScheme};
use rsa::{BoxedUint, Oaep, Pkcs1v15Encrypt, Pkcs1v15Sign, PrivateKey, Pss, PublicKey};
use std::convert::Infallible;
use std::fmt;

/// A key: always its public half, perhaps the private one.
#[derive(Clone)]
pub(crate) struct RsaKey {
    public: PublicKey,
    private: Option<PrivateKey>,
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RSA {}", self.bits())
    }
}

/// `RSAParameters`: big-endian numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters {
    pub(crate) modulus: Option<Vec<u8>>,
    pub(crate) exponent: Option<Vec<u8>>,
    pub(crate) d: Option<Vec<u8>>,
    pub(crate) p: Option<Vec<u8>>,
    pub(crate) q: Option<Vec<u8>>,
    pub(crate) dp: Option<Vec<u8>>,
    pub(crate) dq: Option<Vec<u8>>,
    pub(crate) inverse_q: Option<Vec<u8>>,
}

/// `RSAEncryptionPadding`: PKCS#1, or OAEP with a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EncryptionPadding {
    Pkcs1,
    Oaep(Hash),
}

/// `RSASignaturePadding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignaturePadding {
    Pkcs1,
    Pss,
}

/// Random numbers from whoever runs the evaluation, so that a seeded run repeats.
pub(crate) struct Noise<'a>(pub(crate) &'a mut dyn FnMut() -> u64);

impl TryRng for Noise<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> std::result::Result<u32, Infallible> {
        Ok((self.0)() as u32)
    }

    fn try_next_u64(&mut self) -> std::result::Result<u64, Infallible> {
        Ok((self.0)())
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> std::result::Result<(), Infallible> {
        for part in target.chunks_mut(8) {
            part.copy_from_slice(&(self.0)().to_le_bytes()[..part.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Noise<'_> {}

impl RsaKey {
    /// A new key of a size that `RSA.Create(bits)` takes.
    pub(crate) fn generate(bits: usize, noise: &mut Noise<'_>) -> Result<RsaKey> {
        let private = PrivateKey::new(noise, bits)
            .map_err(|_| failure("Specified key is not a valid size for this algorithm."))?;
        Ok(RsaKey::private(private))
    }

    fn private(private: PrivateKey) -> RsaKey {
        RsaKey {
            public: private.to_public_key(),
            private: Some(private),
        }
    }

    /// `ImportParameters`.
    pub(crate) fn from_parameters(given: &Parameters) -> Result<RsaKey> {
        let wrong = || {
            failure(
                "The specified RSA parameters are not valid; both Exponent and Modulus are required fields.",
            )
        };
        let (Some(modulus), Some(exponent)) = (&given.modulus, &given.exponent) else {
            return Err(wrong());
        };
        let (n, e) = (number(modulus), number(exponent));
        let Some(d) = &given.d else {
            let public = PublicKey::new_unchecked(n, e);
            return Ok(RsaKey {
                public,
                private: None,
            });
        };
        let primes = [&given.p, &given.q]
            .into_iter()
            .flatten()
            .map(|it| number(it))
            .collect();
        let private = PrivateKey::from_components(n, e, number(d), primes).map_err(|_| {
            failure(
                "The specified RSA parameters are not valid. Exponent and Modulus are required. If D is present, it must have the same length as Modulus. If D is present, P, Q, DP, DQ, and InverseQ are required and must have half the length of Modulus, rounded up, otherwise they must be omitted.",
            )
        })?;
        Ok(RsaKey::private(private))
    }

    /// `ExportParameters`.
    pub(crate) fn parameters(&self, private: bool) -> Result<Parameters> {
        let size = self.public.size();
        let mut made = Parameters {
            modulus: Some(self.public.n_bytes().into_vec()),
            exponent: Some(self.public.e_bytes().into_vec()),
            ..Parameters::default()
        };
        if !private {
            return Ok(made);
        }
        let key = self.needs_private()?;
        let half = size.div_ceil(2);
        made.d = Some(fixed(key.d(), size));
        made.p = key.primes().first().map(|it| fixed(it.as_ref(), half));
        made.q = key.primes().get(1).map(|it| fixed(it.as_ref(), half));
        made.dp = key.dp().map(|it| fixed(it, half));
        made.dq = key.dq().map(|it| fixed(it, half));
        made.inverse_q = key.crt_coefficient().map(|it| fixed(&it, half));
        Ok(made)
    }

    /// `KeySize`.
    pub(crate) fn bits(&self) -> i32 {
        self.public.n().bit_width() as i32
    }

    /// Whether the private half is known.
    pub(crate) fn has_private(&self) -> bool {
        self.private.is_some()
    }

    /// The public half alone.
    pub(crate) fn public_only(&self) -> RsaKey {
        RsaKey {
            public: self.public.clone(),
            private: None,
        }
    }

    /// Whether both have the same modulus and exponent.
    pub(crate) fn matches(&self, other: &RsaKey) -> bool {
        self.public == other.public
    }

    /// `Encrypt`.
    pub(crate) fn encrypt(
        &self,
        padding: EncryptionPadding,
        plain: &[u8],
        noise: &mut Noise<'_>,
    ) -> Result<Vec<u8>> {
        let made = match padding {
            EncryptionPadding::Pkcs1 => self.public.encrypt(noise, Pkcs1v15Encrypt, plain),
            EncryptionPadding::Oaep(hash) => with_oaep(hash, Encrypting(&self.public, noise, plain)),
        };
        made.map_err(|_| {
            let taken = match padding {
                EncryptionPadding::Pkcs1 => 11,
                EncryptionPadding::Oaep(hash) => 2 * (hash.bits() as usize / 8) + 2,
            };
            let most = self.public.size().saturating_sub(taken);
            failure(format!(
                "The message exceeds the maximum allowable length for the chosen options ({most})."
            ))
        })
    }

    /// `Decrypt`. With PKCS#1 padding, bytes that were not made with this key give other bytes: the padding is refused implicitly.
    pub(crate) fn decrypt(
        &self,
        padding: EncryptionPadding,
        secret: &[u8],
        noise: &mut Noise<'_>,
    ) -> Result<Vec<u8>> {
        let key = self.needs_private()?;
        let made = match padding {
            EncryptionPadding::Pkcs1 => key.decrypt_blinded(noise, Pkcs1v15Encrypt, secret),
            EncryptionPadding::Oaep(hash) => with_oaep(hash, Decrypting(key, noise, secret)),
        };
        match made {
            Ok(plain) => Ok(plain),
            Err(_) if secret.len() != self.public.size() => Err(failure(
                "The length of the data to decrypt is not valid for the size of this key.",
            )),
            Err(_) => Err(failure("Error occurred while decoding OAEP padding.")),
        }
    }

    /// `SignHash`.
    pub(crate) fn sign(
        &self,
        hash: Hash,
        padding: SignaturePadding,
        digest: &[u8],
        noise: &mut Noise<'_>,
    ) -> Result<Vec<u8>> {
        let key = self.needs_private()?;
        checked(hash, digest)?;
        with_signature(hash, padding, Signing(key, noise, digest)).map_err(|_| failure("Bad Data."))
    }

    /// `VerifyHash`.
    pub(crate) fn verify(
        &self,
        hash: Hash,
        padding: SignaturePadding,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool> {
        checked(hash, digest)?;
        Ok(with_signature(hash, padding, Verifying(&self.public, digest, signature)).is_ok())
    }

    fn needs_private(&self) -> Result<&PrivateKey> {
        self.private.as_ref().ok_or_else(|| {
            failure(
                "Object contains only the public half of a key pair. A private key must also be provided.",
            )
        })
    }

    /// The key in a `SubjectPublicKeyInfo`, a PKCS#1 public key, a PKCS#8 or a PKCS#1 private key.
    pub(crate) fn from_der(kind: Encoding, der: &[u8]) -> Result<RsaKey> {
        let wrong = || failure("ASN1 corrupted data.");
        let public = |public| RsaKey {
            public,
            private: None,
        };
        Ok(match kind {
            Encoding::SubjectPublicKeyInfo => {
                public(PublicKey::from_public_key_der(der).map_err(|_| wrong())?)
            }
            Encoding::Pkcs1Public => public(PublicKey::from_pkcs1_der(der).map_err(|_| wrong())?),
            Encoding::Pkcs8 => RsaKey::private(PrivateKey::from_pkcs8_der(der).map_err(|_| wrong())?),
            Encoding::Pkcs1Private => RsaKey::private(PrivateKey::from_pkcs1_der(der).map_err(|_| wrong())?),
        })
    }

    /// The key as DER.
    pub(crate) fn to_der(&self, kind: Encoding) -> Result<Vec<u8>> {
        let wrong = || failure("The key cannot be encoded.");
        match kind {
            Encoding::SubjectPublicKeyInfo => {
                Ok(self.public.to_public_key_der().map_err(|_| wrong())?.into_vec())
            }
            Encoding::Pkcs1Public => Ok(self.public.to_pkcs1_der().map_err(|_| wrong())?.into_vec()),
            Encoding::Pkcs8 => {
                let der = self.needs_private()?.to_pkcs8_der().map_err(|_| wrong())?;
                Ok(der.as_bytes().to_vec())
            }
            Encoding::Pkcs1Private => {
                let der = self.needs_private()?.to_pkcs1_der().map_err(|_| wrong())?;
                Ok(der.as_bytes().to_vec())
            }
        }
    }

    /// `ToXmlString`.
    pub(crate) fn to_xml(&self, private: bool) -> Result<String> {
        let parts = self.parameters(private)?;
        let mut text = "<RSAKeyValue>".to_owned();
        for (name, value) in parts.named() {
            if let Some(value) = value {
                text.push_str(&format!("<{name}>{}</{name}>", base64::encode(value, false)));
            }
        }
        text.push_str("</RSAKeyValue>");
        Ok(text)
    }

    /// `FromXmlString`.
    pub(crate) fn from_xml(text: &str) -> Result<RsaKey> {
        let mut parts = Parameters::default();
        for (name, place) in parts.named_mut() {
            let value = text
                .split_once(&format!("<{name}>"))
                .and_then(|(_, rest)| rest.split_once(&format!("</{name}>")));
            if let Some((value, _)) = value {
                *place = Some(base64::decode(value)?);
            }
        }
        for (name, place) in [("Modulus", &parts.modulus), ("Exponent", &parts.exponent)] {
            if place.is_none() {
                return Err(failure(format!(
                    "Input string does not contain a valid encoding of the 'RSA' '{name}' parameter."
                )));
            }
        }
        RsaKey::from_parameters(&parts)
    }
}

/// How a key is written as DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    SubjectPublicKeyInfo,
    Pkcs1Public,
    Pkcs8,
    Pkcs1Private,
}

impl Parameters {
    /// The numbers with the names that XML has for them, in its order.
    fn named(&self) -> [(&'static str, Option<&[u8]>); 8] {
        [
            ("Modulus", self.modulus.as_deref()),
            ("Exponent", self.exponent.as_deref()),
            ("P", self.p.as_deref()),
            ("Q", self.q.as_deref()),
            ("DP", self.dp.as_deref()),
            ("DQ", self.dq.as_deref()),
            ("InverseQ", self.inverse_q.as_deref()),
            ("D", self.d.as_deref()),
        ]
    }

    fn named_mut(&mut self) -> [(&'static str, &mut Option<Vec<u8>>); 8] {
        [
            ("Modulus", &mut self.modulus),
            ("Exponent", &mut self.exponent),
            ("P", &mut self.p),
            ("Q", &mut self.q),
            ("DP", &mut self.dp),
            ("DQ", &mut self.dq),
            ("InverseQ", &mut self.inverse_q),
            ("D", &mut self.d),
        ]
    }
}

fn number(bytes: &[u8]) -> BoxedUint {
    let start = bytes.iter().position(|it| *it != 0).unwrap_or(bytes.len());
    let bytes = &bytes[start..];
    BoxedUint::from_be_slice_vartime(if bytes.is_empty() { &[0] } else { bytes })
}

// .NET writes private numbers with leading zeros, so that their lengths follow from that of the modulus.
fn fixed(number: &BoxedUint, size: usize) -> Vec<u8> {
    let digits = number.to_be_bytes_trimmed_vartime();
    let mut bytes = vec![0; size.saturating_sub(digits.len())];
    bytes.extend_from_slice(&digits);
    bytes
}

fn checked(hash: Hash, digest: &[u8]) -> Result<()> {
    match digest.len() * 8 == hash.bits() as usize {
        true => Ok(()),
        false => Err(failure(
            "The provided hash value is not the expected size for the specified hash algorithm.",
        )),
    }
}

// What is to be done, once the hash has become a type.
trait OaepWork {
    fn run(self, scheme: impl PaddingScheme) -> rsa::Result<Vec<u8>>;
}

struct Encrypting<'a, 'n>(&'a PublicKey, &'a mut Noise<'n>, &'a [u8]);
struct Decrypting<'a, 'n>(&'a PrivateKey, &'a mut Noise<'n>, &'a [u8]);

impl OaepWork for Encrypting<'_, '_> {
    fn run(self, scheme: impl PaddingScheme) -> rsa::Result<Vec<u8>> {
        self.0.encrypt(self.1, scheme, self.2)
    }
}

impl OaepWork for Decrypting<'_, '_> {
    fn run(self, scheme: impl PaddingScheme) -> rsa::Result<Vec<u8>> {
        self.0.decrypt_blinded(self.1, scheme, self.2)
    }
}

fn with_oaep(hash: Hash, work: impl OaepWork) -> rsa::Result<Vec<u8>> {
    match hash {
        Hash::Md5 => work.run(Oaep::<md5::Md5>::new()),
        Hash::Sha1 => work.run(Oaep::<sha1::Sha1>::new()),
        Hash::Sha256 => work.run(Oaep::<sha2::Sha256>::new()),
        Hash::Sha384 => work.run(Oaep::<sha2::Sha384>::new()),
        Hash::Sha512 => work.run(Oaep::<sha2::Sha512>::new()),
    }
}

trait SignatureWork {
    fn run(self, scheme: impl SignatureScheme) -> rsa::Result<Vec<u8>>;
}

struct Signing<'a, 'n>(&'a PrivateKey, &'a mut Noise<'n>, &'a [u8]);
struct Verifying<'a>(&'a PublicKey, &'a [u8], &'a [u8]);

impl SignatureWork for Signing<'_, '_> {
    fn run(self, scheme: impl SignatureScheme) -> rsa::Result<Vec<u8>> {
        self.0.sign_with_rng(self.1, scheme, self.2)
    }
}

impl SignatureWork for Verifying<'_> {
    fn run(self, scheme: impl SignatureScheme) -> rsa::Result<Vec<u8>> {
        self.0.verify(scheme, self.1, self.2).map(|()| Vec::new())
    }
}

fn with_signature(hash: Hash, padding: SignaturePadding, work: impl SignatureWork) -> rsa::Result<Vec<u8>> {
    match (padding, hash) {
        (SignaturePadding::Pkcs1, Hash::Md5) => work.run(Pkcs1v15Sign::new::<md5::Md5>()),
        (SignaturePadding::Pkcs1, Hash::Sha1) => work.run(Pkcs1v15Sign::new::<sha1::Sha1>()),
        (SignaturePadding::Pkcs1, Hash::Sha256) => work.run(Pkcs1v15Sign::new::<sha2::Sha256>()),
        (SignaturePadding::Pkcs1, Hash::Sha384) => work.run(Pkcs1v15Sign::new::<sha2::Sha384>()),
        (SignaturePadding::Pkcs1, Hash::Sha512) => work.run(Pkcs1v15Sign::new::<sha2::Sha512>()),
        (SignaturePadding::Pss, Hash::Md5) => work.run(Pss::<md5::Md5>::new()),
        (SignaturePadding::Pss, Hash::Sha1) => work.run(Pss::<sha1::Sha1>::new()),
        (SignaturePadding::Pss, Hash::Sha256) => work.run(Pss::<sha2::Sha256>::new()),
        (SignaturePadding::Pss, Hash::Sha384) => work.run(Pss::<sha2::Sha384>::new()),
        (SignaturePadding::Pss, Hash::Sha512) => work.run(Pss::<sha2::Sha512>::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_every_form_of_it() {
        let mut seed = 1_u64;
        let mut next = move || {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            seed ^ seed >> 31
        };
        let mut noise = Noise(&mut next);
        let key = RsaKey::generate(1024, &mut noise).expect("a key");
        let forms = [
            RsaKey::from_xml(&key.to_xml(true).expect("xml")).expect("from xml"),
            RsaKey::from_parameters(&key.parameters(true).expect("parts")).expect("from parts"),
            RsaKey::from_der(Encoding::Pkcs8, &key.to_der(Encoding::Pkcs8).expect("der")).expect("from der"),
        ];
        let digest = Hash::Sha256.digest(b"text");
        for form in forms {
            for padding in [SignaturePadding::Pkcs1, SignaturePadding::Pss] {
                let signature = form
                    .sign(Hash::Sha256, padding, &digest, &mut noise)
                    .expect("signs");
                assert!(
                    key.public_only()
                        .verify(Hash::Sha256, padding, &digest, &signature)
                        .expect("verifies")
                );
                let other = Hash::Sha256.digest(b"other");
                assert!(
                    !key.verify(Hash::Sha256, padding, &other, &signature)
                        .expect("verifies")
                );
            }
            for padding in [EncryptionPadding::Pkcs1, EncryptionPadding::Oaep(Hash::Sha256)] {
                let secret = key.encrypt(padding, b"text", &mut noise).expect("encrypts");
                assert_eq!(
                    form.decrypt(padding, &secret, &mut noise).expect("decrypts"),
                    b"text"
                );
            }
        }
    }
}
