//! How certificates arrive: DER, PEM, or PKCS#12 with a private key and a password.

use super::certificate::Certificate;
use super::failure;
use crate::dotnet::base64;
use crate::dotnet::error::Result;
use p12_keystore::Pkcs12Archive;

/// `X509ContentType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentType {
    Unknown = 0,
    Cert = 1,
    Pkcs12 = 3,
    Pkcs7 = 5,
}

/// `new X509Certificate2(bytes, password)`: of a PKCS#12 file, the certificate of its private key.
pub(crate) fn read(bytes: &[u8], password: &str) -> Result<Certificate> {
    match content_type(bytes) {
        ContentType::Pkcs12 => read_pkcs12(bytes, password),
        ContentType::Cert if is_pem(bytes) => Certificate::from_der(&pem(bytes, "CERTIFICATE")?),
        _ => Certificate::from_der(bytes),
    }
}

/// `GetCertContentType`.
pub(crate) fn content_type(bytes: &[u8]) -> ContentType {
    if is_pem(bytes) || Certificate::from_der(bytes).is_ok() {
        return ContentType::Cert;
    }
    // A sequence: PKCS#12 begins with version 3, PKCS#7 with the identifier of its content.
    let inside = match bytes {
        [0x30, 0x80, rest @ ..] => rest,
        [0x30, length, rest @ ..] if *length >= 0x80 => {
            rest.get(usize::from(length & 0x7f)..).unwrap_or_default()
        }
        [0x30, _, rest @ ..] => rest,
        _ => return ContentType::Unknown,
    };
    match inside {
        [2, 1, 3, ..] => ContentType::Pkcs12,
        [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, ..] => ContentType::Pkcs7,
        _ => ContentType::Unknown,
    }
}

fn is_pem(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"-----BEGIN")
}

/// The content between the marks of a PEM text.
pub(crate) fn pem(bytes: &[u8], label: &str) -> Result<Vec<u8>> {
    let text = String::from_utf8_lossy(bytes);
    let inner = text
        .split_once(&format!("-----BEGIN {label}-----"))
        .and_then(|(_, rest)| rest.split_once(&format!("-----END {label}-----")));
    match inner {
        Some((inner, _)) => base64::decode(inner),
        None => Err(failure("Cannot find the requested object.")),
    }
}

fn read_pkcs12(bytes: &[u8], password: &str) -> Result<Certificate> {
    let archive = Pkcs12Archive::from_pkcs12(bytes, password)
        .map_err(|_| failure("The specified network password is not correct."))?;
    let mut certificates = Vec::new();
    for bag in &archive.certs {
        let mut certificate = Certificate::from_der(bag.cert.as_der())?;
        certificate.friendly_name = bag.friendly_name.clone().unwrap_or_default();
        certificates.push((bag.local_key_id.clone(), certificate));
    }
    let Some(key) = archive.keys.first() else {
        return certificates
            .into_iter()
            .next()
            .map(|it| it.1)
            .ok_or_else(|| failure("Cannot find the requested object."));
    };
    let id = key.local_key_id.as_ref().map(|it| it.0.clone());
    let at = certificates.iter().position(|it| id.is_some() && it.0 == id);
    if let Some(at) = at {
        return certificates.swap_remove(at).1.with_key(key.key.as_der());
    }
    // Without an id that links them, the certificate whose key fits.
    for (_, certificate) in certificates {
        if let Ok(found) = certificate.with_key(key.key.as_der()) {
            return Ok(found);
        }
    }
    Err(failure("Cannot find the requested object."))
}
