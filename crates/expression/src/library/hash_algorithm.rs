//! `System.Security.Cryptography`: the hash algorithms and keyed hashes, which differ in name and size alone.

use super::array;
use super::table::{TypeDef, class, constructor, method, property, static_method};
use crate::Value;
use crate::dotnet::hash::Hash;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::types::Type;
use parking_lot::Mutex;

macro_rules! hashes {
    ($($id:ident = $name:literal, $managed_id:ident = $managed:literal, $hmac_id:ident = $hmac:literal, $hash:path;)*) => {
        pub(crate) static TYPES: &[&TypeDef] =
            &[&HASH_ALGORITHM, &KEYED_HASH_ALGORITHM, &HMAC, $(&$id, &$managed_id, &$hmac_id),*];

        $(
            #[doc = concat!("`System.Security.Cryptography.", $name, "`.")]
            pub(crate) static $id: TypeDef = class(concat!("System.Security.Cryptography.", $name))
                .bases(&["HashAlgorithm"])
                .members(&[
                    static_method(concat!($name, " Create()"), |_, _, _| Ok(plain(&$id, $hash))),
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
    MD5 = "MD5", MD5_PROVIDER = "MD5CryptoServiceProvider", HMAC_MD5 = "HMACMD5", Hash::Md5;
    SHA1 = "SHA1", SHA1_MANAGED = "SHA1Managed", HMAC_SHA1 = "HMACSHA1", Hash::Sha1;
    SHA256 = "SHA256", SHA256_MANAGED = "SHA256Managed", HMAC_SHA256 = "HMACSHA256", Hash::Sha256;
    SHA384 = "SHA384", SHA384_MANAGED = "SHA384Managed", HMAC_SHA384 = "HMACSHA384", Hash::Sha384;
    SHA512 = "SHA512", SHA512_MANAGED = "SHA512Managed", HMAC_SHA512 = "HMACSHA512", Hash::Sha512;
}

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
                    let bytes = array::bytes(&a[1], "buffer")?;
                    let part = usize::try_from(a[2].int())
                        .ok()
                        .zip(usize::try_from(a[3].int()).ok());
                    let part = part.and_then(|(from, count)| bytes.get(from..from.checked_add(count)?));
                    let part = part.ok_or_else(|| Exception::argument("Value was invalid."))?;
                    compute(cx, &a[0], part)
                },
            ),
            property("byte[] Hash", |_, a, _| {
                Ok(a[0].of::<Algorithm>()?.last.lock().clone())
            }),
            property("int HashSize", |_, a, _| {
                Ok(a[0].of::<Algorithm>()?.hash.bits().into())
            }),
            static_method("HashAlgorithm Create(string hashName)", |_, a, _| {
                Ok(by_name(&a[0].str("hashName")?.as_str())
                    .map_or(Value::Null, |hash| plain(defs(hash).0, hash)))
            }),
        ]);

/// `System.Security.Cryptography.KeyedHashAlgorithm`.
pub(crate) static KEYED_HASH_ALGORITHM: TypeDef = class("System.Security.Cryptography.KeyedHashAlgorithm")
    .bases(&["HashAlgorithm"])
    .members(&[property("byte[] Key", |_, a, _| {
        Ok(array::from_bytes(
            &a[0].of::<Algorithm>()?.key.lock().clone().unwrap_or_default(),
        ))
    })
    .set(|_, a, _| {
        *a[0].of::<Algorithm>()?.key.lock() = Some(array::bytes(&a[1], "value")?);
        Ok(Value::Null)
    })]);

/// `System.Security.Cryptography.HMAC`.
pub(crate) static HMAC: TypeDef = class("System.Security.Cryptography.HMAC")
    .bases(&["KeyedHashAlgorithm"])
    .members(&[
        property("string HashName", |_, a, _| {
            let hash = a[0].of::<Algorithm>()?.hash;
            Ok(defs(hash).0.short_name().into())
        }),
        static_method("HMAC Create(string algorithmName)", |cx, a, _| {
            let name = a[0].str("algorithmName")?.as_str().to_ascii_uppercase();
            let hash = name
                .strip_prefix("HMAC")
                .or(name.rsplit("HMAC").next())
                .and_then(by_name);
            let Some(hash) = hash else { return Ok(Value::Null) };
            let key = (0..hash.block()).map(|_| cx.random() as u8).collect();
            Ok(keyed(defs(hash).1, hash, key))
        }),
    ]);

#[derive(Debug)]
struct Algorithm {
    def: &'static TypeDef,
    hash: Hash,
    key: Mutex<Option<Vec<u8>>>,
    last: Mutex<Value>,
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
    })
}

fn keyed(def: &'static TypeDef, hash: Hash, key: Vec<u8>) -> Value {
    Value::object(Algorithm {
        def,
        hash,
        key: Mutex::new(Some(key)),
        last: Mutex::new(Value::Null),
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
