//! `System.Security.Cryptography.X509Certificates.RSACertificateExtensions`.

use super::super::rsa;
use super::certificate2;
use crate::Value;
use crate::dotnet::crypto::certificate::Certificate;
use crate::library::table::{TypeDef, extension, static_class};

/// `System.Security.Cryptography.X509Certificates.RSACertificateExtensions`. A key of another kind is null.
pub(crate) static RSA_EXTENSIONS: TypeDef =
    static_class("System.Security.Cryptography.X509Certificates.RSACertificateExtensions").members(&[
        extension("RSA GetRSAPublicKey(this X509Certificate2 certificate)", |_, a, _| {
            let certificate = certificate2::given(&a[0], "certificate")?;
            Ok(certificate
                .rsa
                .as_ref()
                .map_or(Value::Null, |it| rsa::value(it.public_only())))
        }),
        extension("RSA GetRSAPrivateKey(this X509Certificate2 certificate)", |_, a, _| {
            let certificate = certificate2::given(&a[0], "certificate")?;
            let private = certificate.rsa.as_ref().filter(|it| it.has_private());
            Ok(private.map_or(Value::Null, |it| rsa::value(it.clone())))
        }),
        extension(
            "X509Certificate2 CopyWithPrivateKey(this X509Certificate2 certificate, RSA privateKey)",
            |cx, a, _| {
                let certificate = certificate2::given(&a[0], "certificate")?;
                let key = rsa::of(&a[1], "privateKey")?.key(cx)?;
                if certificate.has_private_key {
                    let message = "The certificate already has an associated private key.";
                    return Err(crate::Exception::invalid_operation(message).into());
                }
                if !key.has_private() || !certificate.rsa.as_ref().is_some_and(|it| it.matches(&key)) {
                    let message = "The provided key does not match the public key for this certificate. (Parameter 'privateKey')";
                    return Err(crate::Exception::argument(message).into());
                }
                Ok(certificate2::value(
                    Certificate {
                        rsa: Some(key),
                        has_private_key: true,
                        ..(*certificate).clone()
                    }
                    .into(),
                ))
            },
        ),
    ]);
