//! `System.Security.Cryptography.X509Certificates.X509Certificate`: what both generations of the class offer.

use super::super::hash_algorithm_name;
use super::certificate2::{self, Held, given, raw};
use super::content_type::CONTENT_TYPE;
use crate::Value;
use crate::dotnet::crypto::certificate::{Certificate, hex};
use crate::dotnet::crypto::certificate_files::{self, ContentType};
use crate::dotnet::crypto::failure;
use crate::dotnet::datetime_format;
use crate::exception::{Eval, Exception};
use crate::library::array;
use crate::library::table::{Member, TypeDef, class, constructor, method, property, static_method};

/// `System.Security.Cryptography.X509Certificates.X509Certificate`.
pub(crate) static CERTIFICATE: TypeDef =
    class("System.Security.Cryptography.X509Certificates.X509Certificate")
        .bases(&["IDisposable"])
        .members(MEMBERS);

static MEMBERS: &[Member] = &[
    constructor("()", |_, _, _| Ok(certificate2::unset(&CERTIFICATE))),
    constructor("(byte[] data)", |_, a, _| read(&a[0], "")),
    constructor("(byte[] rawData, string password)", |_, a, _| {
        read(&a[0], &a[1].to_text())
    }),
    constructor("(X509Certificate cert)", |_, a, _| {
        Ok(certificate2::made(&CERTIFICATE, given(&a[0], "cert")?))
    }),
    constructor("(string fileName)", |_, _, _| Err(no_file())),
    constructor("(string fileName, string password)", |_, _, _| Err(no_file())),
    static_method(
        "X509Certificate CreateFromCertFile(string filename)",
        |_, _, _| Err(no_file()),
    ),
    static_method(
        "X509Certificate CreateFromSignedFile(string filename)",
        |_, _, _| Err(no_file()),
    ),
    property("string Subject", |_, a, _| {
        Ok(raw(&a[0])?.subject.text.as_str().into())
    }),
    property("string Issuer", |_, a, _| {
        Ok(raw(&a[0])?.issuer.text.as_str().into())
    }),
    method("bool Equals(X509Certificate other)", |_, a, _| {
        let other = given(&a[1], "other").ok();
        Ok(other.is_some_and(|other| is_same(&raw(&a[0]), &other)).into())
    }),
    method("byte[] Export(X509ContentType contentType)", |_, a, _| {
        export(&a[0], a[1].long())
    }),
    method(
        "byte[] Export(X509ContentType contentType, string password)",
        |_, a, _| export(&a[0], a[1].long()),
    ),
    method("byte[] GetCertHash()", |_, a, _| {
        Ok(array::from_bytes(
            &raw(&a[0])?.hash(crate::dotnet::crypto::hash::Hash::Sha1),
        ))
    }),
    method(
        "byte[] GetCertHash(HashAlgorithmName hashAlgorithm)",
        |_, a, _| {
            Ok(array::from_bytes(
                &raw(&a[0])?.hash(hash_algorithm_name::hash(&a[1])?),
            ))
        },
    ),
    method("string GetCertHashString()", |_, a, _| {
        Ok(raw(&a[0])?.thumbprint().into())
    }),
    method(
        "string GetCertHashString(HashAlgorithmName hashAlgorithm)",
        |_, a, _| Ok(hex(&raw(&a[0])?.hash(hash_algorithm_name::hash(&a[1])?)).into()),
    ),
    method("string GetEffectiveDateString()", |_, a, _| {
        date_text(raw(&a[0])?.not_before)
    }),
    method("string GetExpirationDateString()", |_, a, _| {
        date_text(raw(&a[0])?.not_after)
    }),
    method("string GetFormat()", |_, _, _| Ok("X509".into())),
    method("string GetIssuerName()", |_, a, _| {
        Ok(raw(&a[0])?.issuer.forward.as_str().into())
    }),
    method("string GetName()", |_, a, _| {
        Ok(raw(&a[0])?.subject.forward.as_str().into())
    }),
    method("string GetKeyAlgorithm()", |_, a, _| {
        Ok(raw(&a[0])?.key_algorithm.as_str().into())
    }),
    method("byte[] GetKeyAlgorithmParameters()", |_, a, _| {
        Ok(array::from_bytes(&raw(&a[0])?.key_parameters))
    }),
    method("string GetKeyAlgorithmParametersString()", |_, a, _| {
        Ok(hex(&raw(&a[0])?.key_parameters).into())
    }),
    method("byte[] GetPublicKey()", |_, a, _| {
        Ok(array::from_bytes(&raw(&a[0])?.key_bits))
    }),
    method("string GetPublicKeyString()", |_, a, _| {
        Ok(hex(&raw(&a[0])?.key_bits).into())
    }),
    method("byte[] GetRawCertData()", |_, a, _| {
        Ok(array::from_bytes(&raw(&a[0])?.der))
    }),
    method("string GetRawCertDataString()", |_, a, _| {
        Ok(hex(&raw(&a[0])?.der).into())
    }),
    // Little-endian, unlike the text.
    method("byte[] GetSerialNumber()", |_, a, _| {
        let mut serial = raw(&a[0])?.serial.clone();
        serial.reverse();
        Ok(array::from_bytes(&serial))
    }),
    method("string GetSerialNumberString()", |_, a, _| {
        Ok(raw(&a[0])?.serial_number().into())
    }),
    method("void Import(byte[] rawData)", |_, _, _| Err(immutable())),
    method("void Import(string fileName)", |_, _, _| Err(immutable())),
    method("void Reset()", |_, a, _| {
        *a[0].of::<Held>()?.certificate.lock() = None;
        Ok(Value::Null)
    }),
    method("string ToString(bool fVerbose)", |_, a, _| {
        Ok(certificate2::described(&a[0], a[1].bool()).into())
    }),
    method("void Dispose()", |_, a, _| {
        *a[0].of::<Held>()?.certificate.lock() = None;
        Ok(Value::Null)
    }),
];

fn read(bytes: &Value, password: &str) -> Eval {
    Ok(certificate2::made(
        &CERTIFICATE,
        certificate2::read(bytes, password)?,
    ))
}

/// There is no file that a policy could read.
pub(super) fn no_file() -> crate::exception::Fault {
    failure("The system cannot find the file specified.").into()
}

/// A certificate is not changed once it is there, since .NET Core.
pub(super) fn immutable() -> crate::exception::Fault {
    let message = "X509Certificate is immutable on this platform. Use the equivalent constructor instead.";
    Exception::new("System.PlatformNotSupportedException", message).into()
}

// Certificates are one if issuer and serial number are.
fn is_same(own: &Eval<std::sync::Arc<Certificate>>, other: &Certificate) -> bool {
    own.as_ref()
        .is_ok_and(|it| it.issuer.der == other.issuer.der && it.serial == other.serial)
}

fn export(certificate: &Value, kind: i64) -> Eval {
    match kind {
        it if it == ContentType::Cert as i64 => Ok(array::from_bytes(&raw(certificate)?.der)),
        // A file with the private key would have to be encrypted with chance of its own.
        _ => Err(failure("Invalid content type.").into()),
    }
}

/// `GetCertContentType`.
pub(super) fn content_type(bytes: &Value) -> Eval {
    let kind = certificate_files::content_type(&array::bytes(bytes, "rawData")?);
    match kind {
        ContentType::Unknown => Err(failure("Cannot find the requested object.").into()),
        kind => Ok(Value::Enum(crate::library::Def(&CONTENT_TYPE), kind as i64)),
    }
}

fn date_text(seconds: i64) -> Eval {
    let date = certificate2::date(seconds)?;
    Ok(datetime_format::format(date, "G", datetime_format::Culture::EnUs)?.into())
}
