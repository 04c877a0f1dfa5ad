//! `System.Security.Cryptography.AsymmetricAlgorithm`.

use super::rsa::Rsa;
use super::{key_sizes, rsa};
use crate::Value;
use crate::dotnet::crypto::cipher::KeySizes;
use crate::dotnet::crypto::rsa::{Encoding, RsaKey};
use crate::library::table::{TypeDef, class, method, property, static_method};

pub(crate) static TYPES: &[&TypeDef] = &[&ASYMMETRIC_ALGORITHM];

/// `System.Security.Cryptography.AsymmetricAlgorithm`.
pub(crate) static ASYMMETRIC_ALGORITHM: TypeDef = class("System.Security.Cryptography.AsymmetricAlgorithm")
    .bases(&["IDisposable"])
    .members(&[
        static_method("AsymmetricAlgorithm Create()", |_, _, _| {
            let message = "This method is not supported on this platform.";
            Err(crate::Exception::new("System.PlatformNotSupportedException", message).into())
        }),
        static_method("AsymmetricAlgorithm Create(string algName)", |_, a, _| {
            Ok(rsa::by_name(&a[0].str("algName")?.as_str()))
        }),
        property("int KeySize", |cx, a, _| {
            Ok(a[0].of::<Rsa>()?.key(cx)?.bits().into())
        })
        .set(|_, a, _| a[0].of::<Rsa>()?.resize(a[1].int())),
        property("KeySizes[] LegalKeySizes", |_, _, _| {
            Ok(key_sizes::one(KeySizes {
                min: 512,
                max: 16384,
                skip: 8,
            }))
        }),
        property("string KeyExchangeAlgorithm", |_, _, _| Ok("RSA".into())),
        property("string SignatureAlgorithm", |_, _, _| Ok("RSA".into())),
        method("string ToXmlString(bool includePrivateParameters)", |cx, a, _| {
            Ok(a[0].of::<Rsa>()?.key(cx)?.to_xml(a[1].bool())?.into())
        }),
        method("void FromXmlString(string xmlString)", |_, a, _| {
            let key = RsaKey::from_xml(&a[1].str("xmlString")?.as_str())?;
            a[0].of::<Rsa>()?.set(key);
            Ok(Value::Null)
        }),
        method("byte[] ExportSubjectPublicKeyInfo()", |cx, a, _| {
            rsa::exported(cx, &a[0], Encoding::SubjectPublicKeyInfo)
        }),
        method("byte[] ExportPkcs8PrivateKey()", |cx, a, _| {
            rsa::exported(cx, &a[0], Encoding::Pkcs8)
        }),
        method("void Clear()", |_, _, _| Ok(Value::Null)),
        method("void Dispose()", |_, _, _| Ok(Value::Null)),
    ]);
