//! `System.Security.Cryptography.RSA`, and `RSACryptoServiceProvider`, which Azure does not list.

use super::{hash_algorithm_name, part, rsa_padding, rsa_parameters};
use crate::Value;
use crate::dotnet::crypto::failure;
use crate::dotnet::crypto::hash::Hash;
use crate::dotnet::crypto::rsa::{Encoding, EncryptionPadding, Noise, RsaKey, SignaturePadding};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::library::array;
use crate::library::table::{Member, TypeDef, class, constructor, method, property, static_method};
use crate::object::Object;
use crate::types::Type;
use parking_lot::Mutex;

pub(crate) static TYPES: &[&TypeDef] = &[&RSA, &RSA_PROVIDER, &RSA_CNG];

/// `System.Security.Cryptography.RSA`.
pub(crate) static RSA: TypeDef = class("System.Security.Cryptography.RSA")
    .bases(&["AsymmetricAlgorithm"])
    .members(MEMBERS);

// Bits of a key of which nothing was said.
const DEFAULT_BITS: i32 = 2048;

static MEMBERS: &[Member] = &[
    static_method("RSA Create()", |_, _, _| Ok(unmade(DEFAULT_BITS))),
    static_method("RSA Create(int keySizeInBits)", |_, a, _| {
        Ok(unmade(legal(a[0].int())?))
    }),
    static_method("RSA Create(string algName)", |_, a, _| {
        Ok(by_name(&a[0].str("algName")?.as_str()))
    }),
    static_method("RSA Create(RSAParameters parameters)", |_, a, _| {
        Ok(value(RsaKey::from_parameters(&rsa_parameters::given(&a[0])?)?))
    }),
    method(
        "byte[] Encrypt(byte[] data, RSAEncryptionPadding padding)",
        |cx, a, _| {
            let padding = rsa_padding::encryption(&a[2])?;
            encrypt(cx, &a[0], &array::bytes(&a[1], "data")?, padding)
        },
    ),
    method(
        "byte[] Decrypt(byte[] data, RSAEncryptionPadding padding)",
        |cx, a, _| {
            let padding = rsa_padding::encryption(&a[2])?;
            decrypt(cx, &a[0], &array::bytes(&a[1], "data")?, padding)
        },
    ),
    method(
        "byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        |cx, a, _| {
            let (hash, padding) = (hash_algorithm_name::hash(&a[2])?, rsa_padding::signature(&a[3])?);
            let digest = digest(cx, hash, &array::bytes(&a[1], "data")?)?;
            sign(cx, &a[0], hash, padding, &digest)
        },
    ),
    method(
        "byte[] SignData(byte[] data, int offset, int count, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        |cx, a, _| {
            let (hash, padding) = (hash_algorithm_name::hash(&a[4])?, rsa_padding::signature(&a[5])?);
            let digest = digest(cx, hash, &part(&a[1], "data", a[2].int(), a[3].int())?)?;
            sign(cx, &a[0], hash, padding, &digest)
        },
    ),
    method(
        "byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        |cx, a, _| {
            let (hash, padding) = (hash_algorithm_name::hash(&a[2])?, rsa_padding::signature(&a[3])?);
            sign(cx, &a[0], hash, padding, &array::bytes(&a[1], "hash")?)
        },
    ),
    method(
        "bool VerifyData(byte[] data, byte[] signature, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        |cx, a, _| {
            let (hash, padding) = (hash_algorithm_name::hash(&a[3])?, rsa_padding::signature(&a[4])?);
            let digest = digest(cx, hash, &array::bytes(&a[1], "data")?)?;
            verify(cx, &a[0], hash, padding, &digest, &a[2])
        },
    ),
    method(
        "bool VerifyData(byte[] data, int offset, int count, byte[] signature, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        |cx, a, _| {
            let (hash, padding) = (hash_algorithm_name::hash(&a[5])?, rsa_padding::signature(&a[6])?);
            let digest = digest(cx, hash, &part(&a[1], "data", a[2].int(), a[3].int())?)?;
            verify(cx, &a[0], hash, padding, &digest, &a[4])
        },
    ),
    method(
        "bool VerifyHash(byte[] hash, byte[] signature, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        |cx, a, _| {
            let (hash, padding) = (hash_algorithm_name::hash(&a[3])?, rsa_padding::signature(&a[4])?);
            verify(cx, &a[0], hash, padding, &array::bytes(&a[1], "hash")?, &a[2])
        },
    ),
    method(
        "RSAParameters ExportParameters(bool includePrivateParameters)",
        |cx, a, _| {
            let parameters = a[0].of::<Rsa>()?.key(cx)?.parameters(a[1].bool())?;
            Ok(rsa_parameters::value(parameters))
        },
    ),
    method("void ImportParameters(RSAParameters parameters)", |_, a, _| {
        let key = RsaKey::from_parameters(&rsa_parameters::given(&a[1])?)?;
        a[0].of::<Rsa>()?.set(key);
        Ok(Value::Null)
    }),
    method("byte[] ExportRSAPublicKey()", |cx, a, _| {
        exported(cx, &a[0], Encoding::Pkcs1Public)
    }),
    method("byte[] ExportRSAPrivateKey()", |cx, a, _| {
        exported(cx, &a[0], Encoding::Pkcs1Private)
    }),
    method("byte[] EncryptValue(byte[] rgb)", |_, _, _| Err(unsupported())),
    method("byte[] DecryptValue(byte[] rgb)", |_, _, _| Err(unsupported())),
];

/// `System.Security.Cryptography.RSACryptoServiceProvider`.
pub(crate) static RSA_PROVIDER: TypeDef = class("System.Security.Cryptography.RSACryptoServiceProvider")
    .bases(&["RSA"])
    .members(&[
        constructor("()", |_, _, _| Ok(provider(1024))),
        constructor("(int dwKeySize)", |_, a, _| Ok(provider(legal(a[0].int())?))),
        property("bool PublicOnly", |cx, a, _| {
            Ok((!a[0].of::<Rsa>()?.key(cx)?.has_private()).into())
        }),
        property("bool PersistKeyInCsp", |_, _, _| Ok(false.into())).set(|_, _, _| Ok(Value::Null)),
        method("byte[] Encrypt(byte[] rgb, bool fOAEP)", |cx, a, _| {
            let padding = oaep_if(a[2].bool());
            encrypt(cx, &a[0], &array::bytes(&a[1], "rgb")?, padding)
        }),
        method("byte[] Decrypt(byte[] rgb, bool fOAEP)", |cx, a, _| {
            let padding = oaep_if(a[2].bool());
            decrypt(cx, &a[0], &array::bytes(&a[1], "rgb")?, padding)
        }),
        method("byte[] SignData(byte[] buffer, object halg)", |cx, a, _| {
            let hash = named(&a[2])?;
            let digest = digest(cx, hash, &array::bytes(&a[1], "buffer")?)?;
            sign(cx, &a[0], hash, SignaturePadding::Pkcs1, &digest)
        }),
        method("byte[] SignHash(byte[] rgbHash, string str)", |cx, a, _| {
            sign(
                cx,
                &a[0],
                named(&a[2])?,
                SignaturePadding::Pkcs1,
                &array::bytes(&a[1], "rgbHash")?,
            )
        }),
        method(
            "bool VerifyData(byte[] buffer, object halg, byte[] signature)",
            |cx, a, _| {
                let hash = named(&a[2])?;
                let digest = digest(cx, hash, &array::bytes(&a[1], "buffer")?)?;
                verify(cx, &a[0], hash, SignaturePadding::Pkcs1, &digest, &a[3])
            },
        ),
        method(
            "bool VerifyHash(byte[] rgbHash, string str, byte[] rgbSignature)",
            |cx, a, _| {
                let digest = array::bytes(&a[1], "rgbHash")?;
                verify(cx, &a[0], named(&a[2])?, SignaturePadding::Pkcs1, &digest, &a[3])
            },
        ),
    ])
    .not_in_azure();

/// `System.Security.Cryptography.RSACng`: what a key is on Windows, where public documents cast to it.
pub(crate) static RSA_CNG: TypeDef = class("System.Security.Cryptography.RSACng")
    .bases(&["RSA"])
    .members(&[
        constructor("()", |_, _, _| Ok(unmade(DEFAULT_BITS))),
        constructor("(int keySize)", |_, a, _| Ok(unmade(legal(a[0].int())?))),
    ])
    .not_in_azure();

/// A key, made when it is first needed.
#[derive(Debug)]
pub(super) struct Rsa {
    def: &'static TypeDef,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Unmade(i32),
    Made(Box<RsaKey>),
}

impl Object for Rsa {
    fn ty(&self) -> Type {
        Type::class(self.def)
    }
}

impl Rsa {
    /// The key; made now if there was none.
    pub(super) fn key(&self, cx: &mut Cx<'_>) -> Eval<RsaKey> {
        let bits = match &*self.state.lock() {
            State::Made(key) => return Ok((**key).clone()),
            State::Unmade(bits) => *bits,
        };
        // Making a key takes long: it counts by the third power of its size.
        for _ in 0..(bits / 64) * (bits / 64) {
            cx.step()?;
        }
        let key = RsaKey::generate(bits as usize, &mut Noise(&mut || cx.random()))?;
        self.set(key.clone());
        Ok(key)
    }

    pub(super) fn set(&self, key: RsaKey) {
        *self.state.lock() = State::Made(Box::new(key));
    }

    pub(super) fn resize(&self, bits: i32) -> Eval {
        *self.state.lock() = State::Unmade(legal(bits)?);
        Ok(Value::Null)
    }
}

/// A key as a value.
pub(super) fn value(key: RsaKey) -> Value {
    Value::object(Rsa {
        def: &RSA_CNG,
        state: Mutex::new(State::Made(Box::new(key))),
    })
}

/// The key behind a value, if it is one.
pub(super) fn of<'a>(value: &'a Value, parameter: &str) -> Result<&'a Rsa, Exception> {
    value
        .as_object::<Rsa>()
        .ok_or_else(|| Exception::argument_null(parameter))
}

/// `RSA.Create(name)`: null for a name that is not known.
pub(super) fn by_name(name: &str) -> Value {
    match name.rsplit('.').next().map(str::to_ascii_uppercase).as_deref() {
        Some("RSA" | "RSACRYPTOSERVICEPROVIDER" | "RSACNG" | "ASYMMETRICALGORITHM") => unmade(DEFAULT_BITS),
        _ => Value::Null,
    }
}

fn unmade(bits: i32) -> Value {
    made(&RSA_CNG, bits)
}

fn provider(bits: i32) -> Value {
    made(&RSA_PROVIDER, bits)
}

fn made(def: &'static TypeDef, bits: i32) -> Value {
    Value::object(Rsa {
        def,
        state: Mutex::new(State::Unmade(bits)),
    })
}

// .NET takes keys down to 512 bits; the library refuses to make them below 1024.
fn legal(bits: i32) -> Eval<i32> {
    match (1024..=16384).contains(&bits) && bits % 8 == 0 {
        true => Ok(bits),
        false => Err(failure("Specified key is not a valid size for this algorithm.").into()),
    }
}

fn oaep_if(oaep: bool) -> EncryptionPadding {
    match oaep {
        true => EncryptionPadding::Oaep(Hash::Sha1),
        false => EncryptionPadding::Pkcs1,
    }
}

// The hash that `SignData(bytes, halg)` is given: a name, an identifier or an algorithm.
fn named(value: &Value) -> Eval<Hash> {
    let text = match value {
        Value::Null => return Err(Exception::argument_null("halg").into()),
        Value::Text(text) => text.as_str().into_owned(),
        other => other.ty().clr_name(),
    };
    let known = crate::dotnet::crypto::oid::name_of(&text).unwrap_or(&text);
    let known = known
        .trim_end_matches("Managed")
        .trim_end_matches("CryptoServiceProvider");
    Hash::by_name(known).ok_or_else(|| Exception::argument("Value was invalid.").into())
}

fn digest(cx: &mut Cx<'_>, hash: Hash, bytes: &[u8]) -> Eval<Vec<u8>> {
    for _ in 0..=bytes.len() / 1_024 {
        cx.step()?;
    }
    Ok(hash.digest(bytes))
}

// An operation with a private key takes about a millisecond.
fn spend(cx: &mut Cx<'_>) -> Eval<()> {
    for _ in 0..500 {
        cx.step()?;
    }
    Ok(())
}

fn encrypt(cx: &mut Cx<'_>, it: &Value, data: &[u8], padding: EncryptionPadding) -> Eval {
    let key = it.of::<Rsa>()?.key(cx)?;
    let made = key.encrypt(padding, data, &mut Noise(&mut || cx.random()))?;
    Ok(array::from_bytes(&made))
}

fn decrypt(cx: &mut Cx<'_>, it: &Value, data: &[u8], padding: EncryptionPadding) -> Eval {
    spend(cx)?;
    let key = it.of::<Rsa>()?.key(cx)?;
    let made = key.decrypt(padding, data, &mut Noise(&mut || cx.random()))?;
    Ok(array::from_bytes(&made))
}

fn sign(cx: &mut Cx<'_>, it: &Value, hash: Hash, padding: SignaturePadding, digest: &[u8]) -> Eval {
    spend(cx)?;
    let key = it.of::<Rsa>()?.key(cx)?;
    let made = key.sign(hash, padding, digest, &mut Noise(&mut || cx.random()))?;
    Ok(array::from_bytes(&made))
}

fn verify(
    cx: &mut Cx<'_>,
    it: &Value,
    hash: Hash,
    padding: SignaturePadding,
    digest: &[u8],
    signature: &Value,
) -> Eval {
    let signature = array::bytes(signature, "signature")?;
    let key = it.of::<Rsa>()?.key(cx)?;
    Ok(key.verify(hash, padding, digest, &signature)?.into())
}

/// The key as DER.
pub(super) fn exported(cx: &mut Cx<'_>, it: &Value, encoding: Encoding) -> Eval {
    let der = it.of::<Rsa>()?.key(cx)?.to_der(encoding)?;
    Ok(array::from_bytes(&der))
}

fn unsupported() -> crate::exception::Fault {
    Exception::not_supported("Method is not supported.").into()
}
