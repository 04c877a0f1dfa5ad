//! `X509Certificate2`, as far as policies compare it with null or look at its names.
//!
//! The gateway asks callers for no certificate and holds none, so no value of this type exists yet: each of these
//! members throws a null reference before its body runs.

use crate::Value;
use crate::library::table::{Member, TypeDef, class, method, property};

/// `System.Security.Cryptography.X509Certificates.X509Certificate2`.
pub(crate) static CERTIFICATE: TypeDef =
    class("System.Security.Cryptography.X509Certificates.X509Certificate2")
        .aliases(&["X509Certificate"])
        .members(MEMBERS);

static MEMBERS: &[Member] = &[
    property("string Thumbprint", |_, _, _| Ok(Value::Null)),
    property("string Subject", |_, _, _| Ok(Value::Null)),
    property("string Issuer", |_, _, _| Ok(Value::Null)),
    property("X500DistinguishedName SubjectName", |_, _, _| Ok(Value::Null)),
    property("X500DistinguishedName IssuerName", |_, _, _| Ok(Value::Null)),
    property("string SerialNumber", |_, _, _| Ok(Value::Null)),
    property("DateTime NotBefore", |_, _, _| Ok(Value::Null)),
    property("DateTime NotAfter", |_, _, _| Ok(Value::Null)),
    property("string FriendlyName", |_, _, _| Ok(Value::Null)),
    property("bool HasPrivateKey", |_, _, _| Ok(false.into())),
    property("byte[] RawData", |_, _, _| Ok(Value::Null)),
    method("byte[] GetCertHash()", |_, _, _| Ok(Value::Null)),
    method("string GetCertHashString()", |_, _, _| Ok(Value::Null)),
    method("bool Verify()", |_, _, _| Ok(false.into())),
    method("bool VerifyNoRevocation()", |_, _, _| Ok(false.into())),
];

/// `System.Security.Cryptography.X509Certificates.X500DistinguishedName`.
pub(crate) static DISTINGUISHED_NAME: TypeDef =
    class("System.Security.Cryptography.X509Certificates.X500DistinguishedName")
        .members(&[property("string Name", |_, _, _| Ok(Value::Null))]);
