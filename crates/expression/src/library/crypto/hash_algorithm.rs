//! `System.Security.Cryptography`: the hash algorithms and keyed hashes, which differ in name and size alone.

use super::crypto_transform::write;
use super::part;
use crate::Value;
use crate::dotnet::crypto::hash::Hash;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::library::array;
use crate::library::table::{Member, TypeDef, class, constructor, method, property, static_method};
use crate::object::Object;
use crate::types::Type;
use parking_lot::Mutex;

macro_rules! hashes {
    ($($id:ident = $name:literal, $managed_id:ident = $managed:literal, $hmac_id:ident = $hmac:literal, $hash:path, [$($extra:tt)*];)*) => {
        pub(crate) static TYPES: &[&TypeDef] =
            &[&HASH_ALGORITHM, &KEYED_HASH_ALGORITHM, &HMAC, $(&$id, &$managed_id, &$hmac_id),*];

        $(
            #[doc = concat!("`System.Security.Cryptography.", $name, "`.")]
            pub(crate) static $id: TypeDef = class(concat!("System.Security.Cryptography.", $name))
                .bases(&["HashAlgorithm"])
                .members(&[
                    static_method(concat!($name, " Create()"), |_, _, _| Ok(plain(&$id, $hash))),
                    static_method(concat!($name, " Create(string hashName)"), |_, a, _| {
                        created(&a[0], &$id, $hash)
                    }),
                    static_method("byte[] HashData(byte[] source)", |_, a, _| {
                        Ok(array::from_bytes(&$hash.digest(&array::bytes(&a[0], "source")?)))
                    })
                    .not_in_azure(),
                ]);

            #[doc = concat!("`System.Security.Cryptography.", $managed, "`.")]
            pub(crate) static $managed_id: TypeDef = class(concat!("System.Security.Cryptography.", $managed))
                .bases(&[$name])
                .members(&[constructor("()", |_, _, _| Ok(plain(&$managed_id, $hash)))]);

            #[doc = concat!("`System.Security.Cryptography.", $hmac, "`.")]
            pub(crate) static $hmac_id: TypeDef = class(concat!("System.Security.Cryptography.", $hmac))
                .bases(&["HMAC"])
                .members(&[
                    constructor("()", |cx, _, _| {
                        let key = (0..$hash.block()).map(|_| cx.random() as u8).collect();
                        Ok(keyed(&$hmac_id, $hash, key))
                    }),
                    // .NET looks at the length of the key first.
                    constructor("(byte[] key)", |_, a, _| match a[0].is_null() {
                        true => Err(Exception::null_reference().into()),
                        false => Ok(keyed(&$hmac_id, $hash, array::bytes(&a[0], "key")?)),
                    }),
                    $($extra)*
                ]);
        )*

        /// The plain algorithm and the keyed one, by hash.
        fn defs(hash: Hash) -> (&'static TypeDef, &'static TypeDef) {
            match hash {
                $($hash => (&$id, &$hmac_id),)*
            }
        }
    };
}

hashes! {
    MD5 = "MD5", MD5_PROVIDER = "MD5CryptoServiceProvider", HMAC_MD5 = "HMACMD5", Hash::Md5, [];
    SHA1 = "SHA1", SHA1_MANAGED = "SHA1Managed", HMAC_SHA1 = "HMACSHA1", Hash::Sha1, [
        constructor("(byte[] key, bool useManagedSha1)", |_, a, _| Ok(keyed(&HMAC_SHA1, Hash::Sha1, array::bytes(&a[0], "key")?)))
    ];
    SHA256 = "SHA256", SHA256_MANAGED = "SHA256Managed", HMAC_SHA256 = "HMACSHA256", Hash::Sha256, [];
    SHA384 = "SHA384", SHA384_MANAGED = "SHA384Managed", HMAC_SHA384 = "HMACSHA384", Hash::Sha384, [LEGACY];
    SHA512 = "SHA512", SHA512_MANAGED = "SHA512Managed", HMAC_SHA512 = "HMACSHA512", Hash::Sha512, [LEGACY];
}

// A mistake of the first version of .NET, which can only be asked not to be repeated.
const LEGACY: Member =
    property("bool ProduceLegacyHmacValues", |_, _, _| Ok(false.into())).set(|_, a, _| match a[1].bool() {
        false => Ok(Value::Null),
        true => {
            let message = "Operation is not supported on this platform.";
            Err(Exception::new("System.PlatformNotSupportedException", message).into())
        }
    });

/// `System.Security.Cryptography.HashAlgorithm`.
pub(crate) static HASH_ALGORITHM: TypeDef =
    class("System.Security.Cryptography.HashAlgorithm")
        .bases(&["IDisposable"])
        .members(&[
            method("byte[] ComputeHash(byte[] buffer)", |cx, a, _| {
                compute(cx, &a[0], &array::bytes(&a[1], "buffer")?)
            }),
            method(
                "byte[] ComputeHash(byte[] buffer, int offset, int count)",
                |cx, a, _| {
                    compute(cx, &a[0], &part(&a[1], "buffer", a[2].int(), a[3].int())?)
                },
            ),
            property("byte[] Hash", |_, a, _| {
                Ok(a[0].of::<Algorithm>()?.last.lock().clone())
            }),
            property("int HashSize", |_, a, _| {
                Ok(a[0].of::<Algorithm>()?.hash.bits().into())
            }),
            property("bool CanReuseTransform", |_, _, _| Ok(true.into())),
            property("bool CanTransformMultipleBlocks", |_, _, _| Ok(true.into())),
            property("int InputBlockSize", |_, _, _| Ok(1.into())),
            property("int OutputBlockSize", |_, _, _| Ok(1.into())),
            method("void Initialize()", |_, a, _| {
                a[0].of::<Algorithm>()?.fed.lock().clear();
                Ok(Value::Null)
            }),
            method(
                "int TransformBlock(byte[] inputBuffer, int inputOffset, int inputCount, byte[] outputBuffer, int outputOffset)",
                |cx, a, _| {
                    let input = part(&a[1], "inputBuffer", a[2].int(), a[3].int())?;
                    cx.charge(input.len())?;
                    a[0].of::<Algorithm>()?.fed.lock().extend_from_slice(&input);
                    match a[4].is_null() {
                        true => Ok((input.len() as i32).into()),
                        false => write(&input, &a[4], a[5].int()),
                    }
                },
            ),
            method(
                "byte[] TransformFinalBlock(byte[] inputBuffer, int inputOffset, int inputCount)",
                |cx, a, _| {
                    let input = part(&a[1], "inputBuffer", a[2].int(), a[3].int())?;
                    let mut bytes = std::mem::take(&mut *a[0].of::<Algorithm>()?.fed.lock());
                    bytes.extend_from_slice(&input);
                    compute(cx, &a[0], &bytes)?;
                    Ok(array::from_bytes(&input))
                },
            ),
            method("void Clear()", |_, _, _| Ok(Value::Null)),
            method("void Dispose()", |_, _, _| Ok(Value::Null)),
            // SHA-1 is what the framework's machine configuration names.
            static_method("HashAlgorithm Create()", |_, _, _| Ok(plain(&SHA1, Hash::Sha1))),
            static_method("HashAlgorithm Create(string hashName)", |_, a, _| {
                Ok(by_name(&a[0].str("hashName")?.as_str())
                    .map_or(Value::Null, |hash| plain(defs(hash).0, hash)))
            }),
        ]);

/// `System.Security.Cryptography.KeyedHashAlgorithm`.
pub(crate) static KEYED_HASH_ALGORITHM: TypeDef = class("System.Security.Cryptography.KeyedHashAlgorithm")
    .bases(&["HashAlgorithm"])
    .members(&[
        static_method("KeyedHashAlgorithm Create()", |cx, _, _| {
            random_key(cx, Hash::Sha1)
        }),
        static_method("KeyedHashAlgorithm Create(string algName)", |cx, a, _| {
            hmac_by_name(cx, &a[0].str("algName")?.as_str())
        }),
        property("byte[] Key", |_, a, _| {
            Ok(array::from_bytes(
                &a[0].of::<Algorithm>()?.key.lock().clone().unwrap_or_default(),
            ))
        })
        .set(|_, a, _| {
            *a[0].of::<Algorithm>()?.key.lock() = Some(array::bytes(&a[1], "value")?);
            Ok(Value::Null)
        }),
    ]);

/// `System.Security.Cryptography.HMAC`.
pub(crate) static HMAC: TypeDef = class("System.Security.Cryptography.HMAC")
    .bases(&["KeyedHashAlgorithm"])
    .members(&[
        property("string HashName", |_, a, _| {
            let hash = a[0].of::<Algorithm>()?.hash;
            Ok(defs(hash).0.short_name().into())
        })
        .set(|_, a, _| {
            let own = a[0].of::<Algorithm>()?.hash;
            match by_name(&a[1].to_text()) {
                Some(hash) if hash == own => Ok(Value::Null),
                _ => {
                    let message = "Changing the HashName is not supported on this platform.";
                    Err(Exception::new("System.PlatformNotSupportedException", message).into())
                }
            }
        }),
        static_method("HMAC Create()", |cx, _, _| random_key(cx, Hash::Sha1)),
        static_method("HMAC Create(string algorithmName)", |cx, a, _| {
            hmac_by_name(cx, &a[0].str("algorithmName")?.as_str())
        }),
    ]);

#[derive(Debug)]
struct Algorithm {
    def: &'static TypeDef,
    hash: Hash,
    key: Mutex<Option<Vec<u8>>>,
    last: Mutex<Value>,
    // What `TransformBlock` was given so far.
    fed: Mutex<Vec<u8>>,
}

fn created(name: &Value, def: &'static TypeDef, hash: Hash) -> Eval {
    let wanted = by_name(&name.str("hashName")?.as_str());
    Ok(match wanted == Some(hash) {
        true => plain(def, hash),
        false => Value::Null,
    })
}

fn random_key(cx: &mut Cx<'_>, hash: Hash) -> Eval {
    let key = (0..hash.block()).map(|_| cx.random() as u8).collect();
    Ok(keyed(defs(hash).1, hash, key))
}

fn hmac_by_name(cx: &mut Cx<'_>, name: &str) -> Eval {
    let name = name.to_ascii_uppercase();
    let hash = name.rsplit("HMAC").next().filter(|it| it.len() < name.len());
    match hash.and_then(by_name) {
        Some(hash) => random_key(cx, hash),
        None => Ok(Value::Null),
    }
}

fn by_name(name: &str) -> Option<Hash> {
    Hash::by_name(name)
}

fn plain(def: &'static TypeDef, hash: Hash) -> Value {
    Value::object(Algorithm {
        def,
        hash,
        key: Mutex::new(None),
        last: Mutex::new(Value::Null),
        fed: Mutex::default(),
    })
}

fn keyed(def: &'static TypeDef, hash: Hash, key: Vec<u8>) -> Value {
    Value::object(Algorithm {
        def,
        hash,
        key: Mutex::new(Some(key)),
        last: Mutex::new(Value::Null),
        fed: Mutex::default(),
    })
}

fn compute(cx: &mut Cx<'_>, algorithm: &Value, bytes: &[u8]) -> Eval {
    // A hash takes time by the length of its input: it counts as steps, a thousand bytes each.
    for _ in 0..=bytes.len() / 1_024 {
        cx.step()?;
    }
    let it = algorithm.of::<Algorithm>()?;
    let key = it.key.lock().clone();
    let made = match key {
        Some(key) => it.hash.keyed(&key, bytes),
        None => it.hash.digest(bytes),
    };
    let made = array::from_bytes(&made);
    *it.last.lock() = made.clone();
    Ok(made)
}

impl Object for Algorithm {
    fn ty(&self) -> Type {
        Type::class(self.def)
    }
}
