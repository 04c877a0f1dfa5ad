//! `System.Security.Cryptography.RSAEncryptionPadding` and `RSASignaturePadding`.

use super::hash_algorithm_name;
use crate::Value;
use crate::dotnet::crypto::hash::Hash;
use crate::dotnet::crypto::rsa::{EncryptionPadding, SignaturePadding};
use crate::exception::Exception;
use crate::library::Def;
use crate::library::table::{
    TypeDef, class, enumeration, method, operator, property, static_method, static_property,
};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[
    &ENCRYPTION_PADDING,
    &SIGNATURE_PADDING,
    &ENCRYPTION_MODE,
    &SIGNATURE_MODE,
];

/// `System.Security.Cryptography.RSAEncryptionPadding`.
pub(crate) static ENCRYPTION_PADDING: TypeDef = class("System.Security.Cryptography.RSAEncryptionPadding")
    .members(&[
        static_property("RSAEncryptionPadding Pkcs1", |_, _, _| {
            Ok(encryption_value(EncryptionPadding::Pkcs1))
        }),
        static_property("RSAEncryptionPadding OaepSHA1", |_, _, _| Ok(oaep(Hash::Sha1))),
        static_property("RSAEncryptionPadding OaepSHA256", |_, _, _| {
            Ok(oaep(Hash::Sha256))
        }),
        static_property("RSAEncryptionPadding OaepSHA384", |_, _, _| {
            Ok(oaep(Hash::Sha384))
        }),
        static_property("RSAEncryptionPadding OaepSHA512", |_, _, _| {
            Ok(oaep(Hash::Sha512))
        }),
        static_method(
            "RSAEncryptionPadding CreateOaep(HashAlgorithmName hashAlgorithm)",
            |_, a, _| Ok(oaep(hash_algorithm_name::hash(&a[0])?)),
        ),
        property("RSAEncryptionPaddingMode Mode", |_, a, _| {
            let is_oaep = encryption(&a[0])? != EncryptionPadding::Pkcs1;
            Ok(Value::Enum(Def(&ENCRYPTION_MODE), i64::from(is_oaep)))
        }),
        property("HashAlgorithmName OaepHashAlgorithm", |_, a, _| {
            Ok(match encryption(&a[0])? {
                EncryptionPadding::Pkcs1 => hash_algorithm_name::none(),
                EncryptionPadding::Oaep(hash) => hash_algorithm_name::of(hash),
            })
        }),
        method("bool Equals(RSAEncryptionPadding other)", |_, a, _| {
            Ok((encryption(&a[0]).ok() == encryption(&a[1]).ok()).into())
        }),
        operator(
            "bool ==(RSAEncryptionPadding left, RSAEncryptionPadding right)",
            |_, a, _| Ok((encryption(&a[0]).ok() == encryption(&a[1]).ok()).into()),
        ),
        operator(
            "bool !=(RSAEncryptionPadding left, RSAEncryptionPadding right)",
            |_, a, _| Ok((encryption(&a[0]).ok() != encryption(&a[1]).ok()).into()),
        ),
    ]);

/// `System.Security.Cryptography.RSASignaturePadding`.
pub(crate) static SIGNATURE_PADDING: TypeDef = class("System.Security.Cryptography.RSASignaturePadding")
    .members(&[
        static_property("RSASignaturePadding Pkcs1", |_, _, _| {
            Ok(Value::object(Signature(SignaturePadding::Pkcs1)))
        }),
        static_property("RSASignaturePadding Pss", |_, _, _| {
            Ok(Value::object(Signature(SignaturePadding::Pss)))
        }),
        property("RSASignaturePaddingMode Mode", |_, a, _| {
            Ok(Value::Enum(Def(&SIGNATURE_MODE), signature(&a[0])? as i64))
        }),
        method("bool Equals(RSASignaturePadding other)", |_, a, _| {
            Ok((signature(&a[0]).ok() == signature(&a[1]).ok()).into())
        }),
        operator(
            "bool ==(RSASignaturePadding left, RSASignaturePadding right)",
            |_, a, _| Ok((signature(&a[0]).ok() == signature(&a[1]).ok()).into()),
        ),
        operator(
            "bool !=(RSASignaturePadding left, RSASignaturePadding right)",
            |_, a, _| Ok((signature(&a[0]).ok() != signature(&a[1]).ok()).into()),
        ),
    ]);

/// `System.Security.Cryptography.RSAEncryptionPaddingMode`.
pub(crate) static ENCRYPTION_MODE: TypeDef = enumeration(
    "System.Security.Cryptography.RSAEncryptionPaddingMode",
    &[("Pkcs1", 0), ("Oaep", 1)],
)
.not_in_azure();

/// `System.Security.Cryptography.RSASignaturePaddingMode`.
pub(crate) static SIGNATURE_MODE: TypeDef = enumeration(
    "System.Security.Cryptography.RSASignaturePaddingMode",
    &[("Pkcs1", 0), ("Pss", 1)],
)
.not_in_azure();

#[derive(Debug)]
struct Encryption(EncryptionPadding);

#[derive(Debug)]
struct Signature(SignaturePadding);

fn encryption_value(padding: EncryptionPadding) -> Value {
    Value::object(Encryption(padding))
}

fn oaep(hash: Hash) -> Value {
    encryption_value(EncryptionPadding::Oaep(hash))
}

/// The padding of an argument that must not be null.
pub(super) fn encryption(value: &Value) -> Result<EncryptionPadding, Exception> {
    value
        .as_object::<Encryption>()
        .map(|it| it.0)
        .ok_or_else(|| Exception::argument_null("padding"))
}

/// The padding of an argument that must not be null.
pub(super) fn signature(value: &Value) -> Result<SignaturePadding, Exception> {
    value
        .as_object::<Signature>()
        .map(|it| it.0)
        .ok_or_else(|| Exception::argument_null("padding"))
}

impl Object for Encryption {
    fn ty(&self) -> Type {
        Type::class(&ENCRYPTION_PADDING)
    }

    fn text(&self) -> Text {
        match self.0 {
            EncryptionPadding::Pkcs1 => "Pkcs1".into(),
            EncryptionPadding::Oaep(hash) => format!("Oaep{}", hash.name()).into(),
        }
    }

    fn equals(&self, other: &Value) -> bool {
        encryption(other) == Ok(self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(match self.0 {
            EncryptionPadding::Pkcs1 => 0,
            EncryptionPadding::Oaep(hash) => hash as u64 + 1,
        })
    }
}

impl Object for Signature {
    fn ty(&self) -> Type {
        Type::class(&SIGNATURE_PADDING)
    }

    fn text(&self) -> Text {
        match self.0 {
            SignaturePadding::Pkcs1 => "Pkcs1".into(),
            SignaturePadding::Pss => "Pss".into(),
        }
    }

    fn equals(&self, other: &Value) -> bool {
        signature(other) == Ok(self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(self.0 as u64)
    }
}
