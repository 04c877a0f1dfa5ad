//! The local certificate authority: it makes the gateway a certificate for whatever host a caller names.
//!
//! Its key is made anew at each start and goes nowhere: one that followed from a known seed would let anybody pose as any host to
//! whoever trusts it.

use parking_lot::Mutex;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use wire::Identity;

/// Signs certificates of hosts.
pub(crate) struct LocalAuthority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    made: Mutex<BTreeMap<Arc<str>, Identity>>,
}

/// Hosts whose certificates are kept.
const MOST: usize = 256;
/// What callers who name no host mean.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

impl LocalAuthority {
    /// A new authority; the text says why there is none.
    pub(crate) fn new() -> Result<LocalAuthority, String> {
        let words = |error: rcgen::Error| format!("no local certificate authority: {error}");
        let key = KeyPair::generate().map_err(words)?;
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "apimite local authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let pem = params.self_signed(&key).map_err(words)?.pem();
        Ok(LocalAuthority {
            issuer: Issuer::new(params, key),
            pem,
            made: Mutex::default(),
        })
    }

    /// Its certificate, for those who are to trust it.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// The certificate of a host; `None` for a name that no host has.
    pub(crate) fn identity(&self, host: Option<&str>) -> Option<Identity> {
        let host = host.unwrap_or(LOCAL[0]).to_ascii_lowercase();
        if let Some(made) = self.made.lock().get(host.as_str()) {
            return Some(made.clone());
        }
        let made = self.make(&host).ok()?;
        let mut all = self.made.lock();
        if all.len() >= MOST {
            all.pop_first();
        }
        all.insert(host.into(), made.clone());
        Some(made)
    }

    fn make(&self, host: &str) -> Result<Identity, String> {
        let names: Vec<String> = match LOCAL.contains(&host) {
            true => LOCAL.map(str::to_owned).to_vec(),
            false => vec![host.to_owned()],
        };
        let words = |error: rcgen::Error| error.to_string();
        let key = KeyPair::generate().map_err(words)?;
        let mut params = CertificateParams::new(names).map_err(words)?;
        params.distinguished_name.push(DnType::CommonName, host);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&key, &self.issuer).map_err(words)?;
        Identity::new(vec![certificate.der().to_vec()], key.serialize_der())
    }
}

impl std::fmt::Debug for LocalAuthority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LocalAuthority")
    }
}
