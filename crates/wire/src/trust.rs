//! Whether an authority stands behind a certificate.

use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use std::sync::Arc;
use std::time::Duration;

/// Whether one of `authorities`, or a public one, stands behind `chain` at `seconds` after 1970; all in DER, a certificate first and
/// what leads to its authority behind it. One that is itself among the authorities is trusted.
pub fn trusts(chain: &[Vec<u8>], authorities: &[Vec<u8>], seconds: u64) -> bool {
    let Some((own, between)) = chain.split_first() else {
        return false;
    };
    if authorities.contains(own) {
        return true;
    }
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    roots.add_parsable_certificates(authorities.iter().map(|der| CertificateDer::from_slice(der)));
    let provider = Arc::new(ring::default_provider());
    let Ok(verifier) = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build() else {
        return false;
    };
    let between: Vec<CertificateDer<'_>> = between
        .iter()
        .map(|der| CertificateDer::from_slice(der))
        .collect();
    let then = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    verifier
        .verify_client_cert(&CertificateDer::from_slice(own), &between, then)
        .is_ok()
}
