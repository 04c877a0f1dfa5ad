//! Certificates: those of the service, with their keys, and what callers show.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use clock::Moment;
use jose::{Key, PrivateKey};
use p12_keystore::Pkcs12Archive;
use percent_encoding::percent_decode_str;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::X509Name;

/// A certificate of the service, as a `certificates` resource holds it.
#[derive(Debug, Clone)]
pub struct StoredCertificate {
    /// Resource name.
    pub name: Arc<str>,
    /// Upper-case hexadecimal SHA-1.
    pub thumbprint: String,
    /// In DER: itself, then what leads from it to an authority.
    pub chain: Vec<Vec<u8>>,
    /// Its key in DER, if it came with one.
    pub key: Option<Vec<u8>>,
}

/// The certificates that a caller has shown, its own first.
#[derive(Debug, Clone)]
pub struct CallerCertificate {
    /// In DER.
    pub chain: Arc<[Vec<u8>]>,
    /// The first as expressions see it.
    pub(crate) shown: Option<Arc<expression::Certificate>>,
}

impl StoredCertificate {
    /// Reads a PFX file, or PEM with or without a key, or DER; the text says what is wrong.
    pub fn read(name: &str, bytes: &[u8], password: &str) -> Result<StoredCertificate, String> {
        let (chain, key) = match is_pem(bytes) {
            true => pem(bytes)?,
            false if X509Certificate::from_der(bytes).is_ok() => (vec![bytes.to_vec()], None),
            false => pfx(bytes, password)?,
        };
        let first = chain.first().ok_or("there is no certificate in it")?;
        let thumbprint = parsed(first, |it| it.thumbprint.clone()).ok_or("it is no X.509 certificate")?;
        Ok(StoredCertificate {
            name: name.into(),
            thumbprint,
            chain,
            key,
        })
    }

    /// Whose it is, as .NET writes a distinguished name, and until when it holds.
    pub fn subject(&self) -> Option<(String, Moment)> {
        let first = self.chain.first()?;
        let shown = expression::Certificate::read(first, "").ok()?;
        Some((shown.subject().to_owned(), Details::read(first)?.not_after))
    }

    /// Its public key, to check signatures.
    pub(crate) fn verifying_key(&self) -> Option<Key> {
        let first = self.chain.first()?;
        let (_, parsed) = X509Certificate::from_der(first).ok()?;
        let key = Key::from_spki(parsed.public_key().raw).ok()?;
        Some(key.with_id(&self.thumbprint))
    }

    /// Its private key, to open tokens.
    pub(crate) fn private_key(&self) -> Option<PrivateKey> {
        PrivateKey::from_pkcs8(self.key.as_ref()?)
    }
}

impl CallerCertificate {
    /// What a caller has shown; `None` when the first is no certificate.
    pub fn new(chain: Arc<[Vec<u8>]>) -> Option<CallerCertificate> {
        let first = chain.first()?;
        Details::read(first)?;
        let shown = expression::Certificate::read(first, "").ok().map(Arc::new);
        Some(CallerCertificate { chain, shown })
    }

    /// The same from the text of a header, as proxies in front pass it on: PEM, perhaps percent-encoded, or DER in base64.
    pub fn from_header(text: &str) -> Option<CallerCertificate> {
        let text = percent_decode_str(text.trim()).decode_utf8().ok()?;
        let chain = match text.contains("-----BEGIN") {
            true => {
                // Headers hold no line breaks: what stands for them is put back.
                let text = text.replace("-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\n");
                let text = text.replace("-----END CERTIFICATE-----", "\n-----END CERTIFICATE-----\n");
                pem(text.as_bytes()).ok()?.0
            }
            false => {
                let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
                vec![BASE64_STANDARD.decode(text).ok()?]
            }
        };
        CallerCertificate::new(chain.into())
    }
}

/// What policies compare of a certificate.
#[derive(Debug, Clone, Default)]
pub(crate) struct Details {
    /// Upper-case hexadecimal SHA-1.
    pub(crate) thumbprint: String,
    /// Upper-case hexadecimal, without leading zeros.
    pub(crate) serial: String,
    pub(crate) subject: Name,
    pub(crate) issuer: Name,
    pub(crate) not_before: Moment,
    pub(crate) not_after: Moment,
    /// Alternative names.
    pub(crate) dns_names: Vec<String>,
}

/// A distinguished name: short names of attributes in upper case and values in lower case, sorted by nothing but their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Name(Vec<(String, String)>);

impl Details {
    pub(crate) fn read(der: &[u8]) -> Option<Details> {
        parsed(der, Details::clone)
    }
}

impl Name {
    /// A name as an author writes it, such as `CN=ada, O="Analytical, Engines"`.
    pub(crate) fn parse(text: &str) -> Name {
        let mut parts = vec![String::new()];
        let mut quoted = false;
        for c in text.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' | ';' if !quoted => parts.push(String::new()),
                c => parts.last_mut().expect("never empty").push(c),
            }
        }
        let pair = |part: &String| {
            let (key, value) = part.split_once('=').unwrap_or(("", part));
            (short(key.trim()), words(value))
        };
        Name(
            parts
                .iter()
                .filter(|it| !it.trim().is_empty())
                .map(pair)
                .collect(),
        )
    }

    /// Whether both say the same; tools print names from either end.
    pub(crate) fn is_same(&self, other: &Name) -> bool {
        self == other || self.0.iter().rev().eq(other.0.iter())
    }

    /// `CN`, in lower case.
    pub(crate) fn common_name(&self) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == "CN")
            .map(|(_, value)| value.as_str())
    }

    fn of(name: &X509Name<'_>) -> Name {
        let attribute = |it: &x509_parser::x509::AttributeTypeAndValue<'_>| {
            let key = oid2abbrev(it.attr_type(), oid_registry()).map(str::to_owned);
            let key = key.unwrap_or_else(|_| format!("OID.{}", it.attr_type()));
            (short(&key), words(it.as_str().unwrap_or_default()))
        };
        Name(name.iter_attributes().map(attribute).collect())
    }
}

/// A text of hexadecimal digits in one form: upper case, without whatever stands between them.
pub(crate) fn hex_digits(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_hexdigit)
        .collect::<String>()
        .to_ascii_uppercase()
}

/// Whether the authority of the first certificate has signed the second; both in DER.
pub fn issued(authority: &[u8], certificate: &[u8]) -> bool {
    let (Ok((_, authority)), Ok((_, certificate))) = (
        X509Certificate::from_der(authority),
        X509Certificate::from_der(certificate),
    ) else {
        return false;
    };
    authority.subject() == certificate.issuer()
        && certificate.verify_signature(Some(authority.public_key())).is_ok()
}

// .NET writes `S` and `E` where others write `ST` and `emailAddress`.
fn short(key: &str) -> String {
    match key.to_ascii_uppercase().as_str() {
        "ST" => "S".to_owned(),
        "EMAILADDRESS" | "EMAIL" => "E".to_owned(),
        other => other.to_owned(),
    }
}

fn words(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

fn parsed<T>(der: &[u8], read: impl FnOnce(&Details) -> T) -> Option<T> {
    let (_, parsed) = X509Certificate::from_der(der).ok()?;
    let mut dns_names = Vec::new();
    for extension in parsed.extensions() {
        if let ParsedExtension::SubjectAlternativeName(names) = extension.parsed_extension() {
            dns_names.extend(names.general_names.iter().filter_map(|name| match name {
                GeneralName::DNSName(name) => Some((*name).to_owned()),
                _ => None,
            }));
        }
    }
    let hex = |bytes: &[u8]| bytes.iter().map(|it| format!("{it:02X}")).collect::<String>();
    let details = Details {
        thumbprint: hex(&jose::sha1(der)),
        serial: hex(parsed.raw_serial()).trim_start_matches('0').to_owned(),
        subject: Name::of(parsed.subject()),
        issuer: Name::of(parsed.issuer()),
        not_before: Moment::from_seconds(parsed.validity().not_before.timestamp()),
        not_after: Moment::from_seconds(parsed.validity().not_after.timestamp()),
        dns_names,
    };
    Some(read(&details))
}

fn is_pem(bytes: &[u8]) -> bool {
    bytes.windows(10).any(|it| it == b"-----BEGIN")
}

type ChainAndKey = (Vec<Vec<u8>>, Option<Vec<u8>>);

fn pem(bytes: &[u8]) -> Result<ChainAndKey, String> {
    let certificates = CertificateDer::pem_slice_iter(bytes).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| format!("it is no PEM: {error}"))?;
    let key = PrivateKeyDer::from_pem_slice(bytes).ok();
    Ok((
        certificates.iter().map(|it| it.as_ref().to_vec()).collect(),
        key.map(|key| key.secret_der().to_vec()),
    ))
}

fn pfx(bytes: &[u8], password: &str) -> Result<ChainAndKey, String> {
    let archive = Pkcs12Archive::from_pkcs12(bytes, password)
        .map_err(|_| "it is neither a PFX file that this password opens, nor PEM, nor DER")?;
    let mut certificates = archive.certs;
    let key = archive.keys.into_iter().next();
    // The certificate of the key goes first.
    if let Some(key) = &key {
        let id = key.local_key_id.as_ref().map(|it| it.0.clone());
        let own = certificates
            .iter()
            .position(|it| it.local_key_id.is_some() && it.local_key_id == id);
        if let Some(own) = own {
            certificates[..=own].rotate_right(1);
        }
    }
    let chain = certificates.iter().map(|it| it.cert.as_der().to_vec()).collect();
    Ok((chain, key.map(|it| it.key.as_der().to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_either_order_and_any_spelling_of_spaces_and_case() {
        let name = Name::parse("CN=Ada  Lovelace, O=\"Analytical, Engines\", S=London, E=ada@example.org");
        for same in [
            "cn=ada lovelace,o=\"analytical, engines\",ST=LONDON,emailAddress=ADA@example.org",
            "E=ada@example.org; S=London; O=\"Analytical, Engines\"; CN=Ada Lovelace",
        ] {
            assert!(name.is_same(&Name::parse(same)), "{same}");
        }
        assert!(!name.is_same(&Name::parse("CN=Ada Lovelace")));
        assert_eq!(name.common_name(), Some("ada lovelace"));
    }

    #[test]
    fn digits_are_found_among_whatever_is_pasted() {
        assert_eq!(hex_digits("\u{200e}ab:cd ef"), "ABCDEF");
    }

    #[test]
    fn what_is_no_certificate_is_said() {
        for bad in [
            &b""[..],
            b"nonsense",
            b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----",
            b"\x30\x03\x02\x01\x03",
        ] {
            assert!(StoredCertificate::read("a", bad, "").is_err());
        }
        assert!(CallerCertificate::from_header("abc").is_none());
        assert!(CallerCertificate::from_header("%2").is_none());
    }
}
