//! An X.509 certificate, as `X509Certificate2` shows it.

use super::hash::Hash;
use super::rsa::{Encoding, RsaKey};
use super::{distinguished_name, failure};
use crate::Exception;
use crate::dotnet::error::Result;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};

/// A certificate and, if it is known, its private key.
#[derive(Debug, Clone)]
pub struct Certificate {
    pub(crate) der: Vec<u8>,
    pub(crate) subject: Name,
    pub(crate) issuer: Name,
    /// Big-endian, as encoded.
    pub(crate) serial: Vec<u8>,
    /// Unix seconds.
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    pub(crate) version: i32,
    pub(crate) signature_algorithm: String,
    pub(crate) key_algorithm: String,
    pub(crate) key_parameters: Vec<u8>,
    /// The content of the public key's bit string.
    pub(crate) key_bits: Vec<u8>,
    /// What a caller may be called by: alternative names and e-mail addresses.
    pub(crate) alternative: Alternative,
    pub(crate) friendly_name: String,
    pub(crate) rsa: Option<RsaKey>,
    pub(crate) has_private_key: bool,
}

/// A distinguished name in both orders, its encoding and some of its attributes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) forward: String,
    pub(crate) der: Vec<u8>,
    // Number and value, last first.
    attributes: Vec<(String, String)>,
}

/// `subjectAltName`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alternative {
    dns: Option<String>,
    email: Option<String>,
    uri: Option<String>,
    upn: Option<String>,
}

/// `X509NameType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameType {
    Simple,
    Email,
    Upn,
    Dns,
    DnsFromAlternativeName,
    Url,
}

const COMMON_NAME: &str = "2.5.4.3";
const ORGANIZATIONAL_UNIT: &str = "2.5.4.11";
const ORGANIZATION: &str = "2.5.4.10";
const EMAIL: &str = "1.2.840.113549.1.9.1";

impl Name {
    fn read(name: &x509_parser::x509::X509Name<'_>) -> Name {
        let mut attributes: Vec<(String, String)> = name
            .iter_attributes()
            .map(|it| {
                (
                    it.attr_type().to_id_string(),
                    it.as_str().unwrap_or_default().to_owned(),
                )
            })
            .collect();
        attributes.reverse();
        Name {
            text: distinguished_name::text(name),
            forward: distinguished_name::text_forward(name),
            der: name.as_raw().to_vec(),
            attributes,
        }
    }

    fn attribute(&self, number: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|it| it.0 == number)
            .map(|it| it.1.as_str())
    }
}

impl Certificate {
    /// The certificate in a file: DER or PEM, or PKCS#12 with its password.
    ///
    /// # Errors
    /// A `CryptographicException` when the bytes hold no certificate or the password is wrong.
    pub fn read(bytes: &[u8], password: &str) -> std::result::Result<Certificate, Exception> {
        Ok(super::certificate_files::read(bytes, password)?)
    }

    /// A certificate without a private key.
    /// Whose it is: the distinguished name, most specific part first.
    pub fn subject(&self) -> &str {
        &self.subject.text
    }

    pub(crate) fn from_der(der: &[u8]) -> Result<Certificate> {
        let wrong = || failure("Cannot find the requested object.");
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| wrong())?;
        let key = parsed.public_key();
        let spki = key.raw;
        Ok(Certificate {
            der: der[..der.len() - rest.len()].to_vec(),
            subject: Name::read(parsed.subject()),
            issuer: Name::read(parsed.issuer()),
            serial: parsed.raw_serial().to_vec(),
            not_before: parsed.validity().not_before.timestamp(),
            not_after: parsed.validity().not_after.timestamp(),
            version: parsed.version().0 as i32 + 1,
            signature_algorithm: parsed.signature_algorithm.algorithm.to_id_string(),
            key_algorithm: key.algorithm.algorithm.to_id_string(),
            key_parameters: key_parameters(key),
            key_bits: key.subject_public_key.data.to_vec(),
            alternative: alternative(&parsed),
            friendly_name: String::new(),
            rsa: RsaKey::from_der(Encoding::SubjectPublicKeyInfo, spki).ok(),
            has_private_key: false,
        })
    }

    /// The certificate with its private key, PKCS#8 or PKCS#1; refused when the two do not belong together.
    pub(crate) fn with_key(mut self, der: &[u8]) -> Result<Certificate> {
        let private =
            RsaKey::from_der(Encoding::Pkcs8, der).or_else(|_| RsaKey::from_der(Encoding::Pkcs1Private, der));
        match (private, &self.rsa) {
            (Ok(private), Some(public)) if private.matches(public) => self.rsa = Some(private),
            (Ok(_), _) => {
                return Err(failure(
                    "The certificate and the private key do not belong together.",
                ));
            }
            // A key of another kind: nothing in the language can use it, but it is there.
            (Err(_), _) => (),
        }
        self.has_private_key = true;
        Ok(self)
    }

    /// `Thumbprint`: upper-case hexadecimal SHA-1 of the encoding.
    pub(crate) fn thumbprint(&self) -> String {
        hex(&self.hash(Hash::Sha1))
    }

    /// `GetCertHash(hashAlgorithm)`.
    pub(crate) fn hash(&self, hash: Hash) -> Vec<u8> {
        hash.digest(&self.der)
    }

    /// `SerialNumber`: upper-case hexadecimal, as encoded.
    pub(crate) fn serial_number(&self) -> String {
        hex(&self.serial)
    }

    /// `GetNameInfo`.
    pub(crate) fn name_info(&self, kind: NameType, of_issuer: bool) -> String {
        let name = if of_issuer { &self.issuer } else { &self.subject };
        let empty = Alternative::default();
        let alternative = if of_issuer { &empty } else { &self.alternative };
        let found = match kind {
            NameType::Simple => [COMMON_NAME, ORGANIZATIONAL_UNIT, ORGANIZATION, EMAIL]
                .into_iter()
                .find_map(|it| name.attribute(it))
                .or(alternative.email.as_deref())
                .or(name.attributes.first().map(|it| it.1.as_str())),
            NameType::Email => alternative.email.as_deref().or(name.attribute(EMAIL)),
            NameType::Upn => alternative.upn.as_deref(),
            NameType::Dns => alternative.dns.as_deref().or(name.attribute(COMMON_NAME)),
            NameType::DnsFromAlternativeName => alternative.dns.as_deref(),
            NameType::Url => alternative.uri.as_deref(),
        };
        found.unwrap_or_default().to_owned()
    }
}

/// Upper-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02X}")).collect()
}

// The parameters of the key algorithm as encoded; `NULL` for RSA.
fn key_parameters(key: &x509_parser::x509::SubjectPublicKeyInfo<'_>) -> Vec<u8> {
    use x509_parser::der_parser::asn1_rs::ToDer;
    key.algorithm
        .parameters
        .as_ref()
        .and_then(|it| it.to_der_vec().ok())
        .unwrap_or_default()
}

fn alternative(parsed: &X509Certificate<'_>) -> Alternative {
    let mut found = Alternative::default();
    let names = parsed
        .extensions()
        .iter()
        .filter_map(|it| match it.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
            _ => None,
        });
    for name in names.flatten() {
        let (place, value) = match name {
            GeneralName::DNSName(it) => (&mut found.dns, (*it).to_owned()),
            GeneralName::RFC822Name(it) => (&mut found.email, (*it).to_owned()),
            GeneralName::URI(it) => (&mut found.uri, (*it).to_owned()),
            // A user principal name: `[0] { UTF8String }` below its identifier.
            GeneralName::OtherName(id, value) if id.to_id_string() == "1.3.6.1.4.1.311.20.2.3" => {
                let text = value.get(4..).map(|it| String::from_utf8_lossy(it).into_owned());
                (&mut found.upn, text.unwrap_or_default())
            }
            _ => continue,
        };
        place.get_or_insert(value);
    }
    found
}
