//! `System.Security.Cryptography.X509Certificates`.

mod certificate; // X509Certificate
mod certificate2; // X509Certificate2
mod content_type; // X509ContentType
mod distinguished_name; // X500DistinguishedName
mod name_type; // X509NameType
mod public_key;
mod rsa_extensions; // RSACertificateExtensions

use crate::library::table::TypeDef;
pub(crate) use certificate2::{CERTIFICATE2, value};

pub(crate) static TYPES: &[&TypeDef] = &[
    &certificate::CERTIFICATE,
    &certificate2::CERTIFICATE2,
    &certificate2::EXTENSIONS,
    &content_type::CONTENT_TYPE,
    &distinguished_name::DISTINGUISHED_NAME,
    &name_type::NAME_TYPE,
    &public_key::PUBLIC_KEY,
    &rsa_extensions::RSA_EXTENSIONS,
];
