//! Who signed whom: `X509Certificate2.Verify()`.
//!
//! There is no store of the operating system behind an expression: trusted are the authorities that the service holds
//! and, for public ones, those that Mozilla ships. Revocation cannot be asked for, as an expression opens no connection.

use super::certificate::Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::SubjectPublicKeyInfo;

// Certificates in a chain.
const MAX_LENGTH: usize = 10;

/// Whether a chain of valid signatures leads from the certificate to a trusted authority, all valid at `now` (Unix seconds).
pub(crate) fn verifies(
    certificate: &Certificate,
    authorities: &[std::sync::Arc<Certificate>],
    now: i64,
) -> bool {
    let mut current = certificate;
    for _ in 0..MAX_LENGTH {
        if now < current.not_before || now > current.not_after {
            return false;
        }
        if authorities.iter().any(|it| it.der == current.der) || publicly_trusted(current) {
            return true;
        }
        let issuer = authorities.iter().find(|it| {
            it.subject.der == current.issuer.der
                && it.der != current.der
                && is_authority(it)
                && signed_by(current, it)
        });
        match issuer {
            Some(issuer) => current = issuer,
            None => return false,
        }
    }
    false
}

fn signed_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let parsed = (
        X509Certificate::from_der(&certificate.der),
        X509Certificate::from_der(&issuer.der),
    );
    match parsed {
        (Ok((_, certificate)), Ok((_, issuer))) => {
            certificate.verify_signature(Some(issuer.public_key())).is_ok()
        }
        _ => false,
    }
}

fn is_authority(certificate: &Certificate) -> bool {
    let Ok((_, parsed)) = X509Certificate::from_der(&certificate.der) else {
        return false;
    };
    let constraint = parsed
        .extensions()
        .iter()
        .find_map(|it| match it.parsed_extension() {
            ParsedExtension::BasicConstraints(it) => Some(it.ca),
            _ => None,
        });
    // Certificates before version 3 cannot say so.
    constraint.unwrap_or(certificate.version < 3)
}

// The anchors keep the content of a name and of a key without their outer headers.
fn publicly_trusted(certificate: &Certificate) -> bool {
    let Ok((_, parsed)) = X509Certificate::from_der(&certificate.der) else {
        return false;
    };
    webpki_roots::TLS_SERVER_ROOTS.iter().any(|anchor| {
        if content(&certificate.issuer.der) != Some(&*anchor.subject) {
            return false;
        }
        let spki = wrapped(&anchor.subject_public_key_info);
        SubjectPublicKeyInfo::from_der(&spki)
            .is_ok_and(|(_, key)| parsed.verify_signature(Some(&key)).is_ok())
    })
}

// What a DER sequence holds.
fn content(der: &[u8]) -> Option<&[u8]> {
    match der {
        [0x30, length, rest @ ..] if *length < 0x80 => Some(rest),
        [0x30, length, rest @ ..] => rest.get(usize::from(length & 0x7f)..),
        _ => None,
    }
}

fn wrapped(content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let header = match length {
        0..0x80 => vec![0x30, length as u8],
        0x80..0x100 => vec![0x30, 0x81, length as u8],
        _ => vec![0x30, 0x82, (length >> 8) as u8, length as u8],
    };
    [header, content.to_vec()].concat()
}
