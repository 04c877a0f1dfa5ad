//! `System.Security.Cryptography.X509Certificates.PublicKey`.

use super::super::{oid, rsa};
use crate::Value;
use crate::dotnet::crypto::certificate::Certificate;
use crate::exception::Exception;
use crate::library::table::{TypeDef, class, property};
use crate::object::Object;
use crate::types::Type;
use std::sync::Arc;

/// `System.Security.Cryptography.X509Certificates.PublicKey`.
pub(crate) static PUBLIC_KEY: TypeDef = class("System.Security.Cryptography.X509Certificates.PublicKey")
    .members(&[
        property("Oid Oid", |_, a, _| {
            Ok(oid::value(&a[0].of::<Held>()?.0.key_algorithm))
        }),
        property("AsymmetricAlgorithm Key", |_, a, _| {
            match &a[0].of::<Held>()?.0.rsa {
                Some(key) => Ok(rsa::value(key.public_only())),
                None => {
                    Err(Exception::not_supported("The certificate key algorithm is not supported.").into())
                }
            }
        }),
    ]);

#[derive(Debug)]
struct Held(Arc<Certificate>);

/// The public key of a certificate.
pub(super) fn value(certificate: &Arc<Certificate>) -> Value {
    Value::object(Held(certificate.clone()))
}

impl Object for Held {
    fn ty(&self) -> Type {
        Type::class(&PUBLIC_KEY)
    }
}
