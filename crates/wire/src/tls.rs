use crate::ClientOptions;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::Arc;

/// What is checked of a server's certificate, as a backend's `tls` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Verification {
    /// The chain up to a known root.
    pub chain: bool,
    /// The name.
    pub name: bool,
}

impl Default for Verification {
    fn default() -> Verification {
        Verification {
            chain: true,
            name: true,
        }
    }
}

pub(crate) fn config(options: &ClientOptions) -> ClientConfig {
    let verification = options.verification;
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    // What is no certificate has been reported while loading.
    roots.add_parsable_certificates(
        options
            .authorities
            .iter()
            .map(|der| CertificateDer::from_slice(der)),
    );
    let roots = Arc::new(roots);
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .expect("ring offers TLS 1.2 and 1.3");
    let builder = match verification == Verification::default() {
        true => builder.with_root_certificates(roots),
        false => {
            let webpki = WebPkiServerVerifier::builder_with_provider(roots, provider.clone())
                .build()
                .expect("the bundled roots are not empty");
            let lenient = Lenient {
                verification,
                webpki,
                provider,
            };
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(lenient))
        }
    };
    match &options.identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let one = SingleCertAndKey::from(identity.certified.clone());
            builder.with_client_cert_resolver(Arc::new(one))
        }
    }
}

/// Checks less than the whole: `validateCertificateChain` and `validateCertificateName` of a backend may be false.
#[derive(Debug)]
struct Lenient {
    verification: Verification,
    webpki: Arc<WebPkiServerVerifier>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.verification.chain {
            match self
                .webpki
                .verify_server_cert(end, intermediates, name, ocsp, now)
            {
                // The chain is judged before the name, so this error means that the chain is good.
                Err(Error::InvalidCertificate(
                    rustls::CertificateError::NotValidForName
                    | rustls::CertificateError::NotValidForNameContext { .. },
                )) if !self.verification.name => (),
                other => return other,
            }
        }
        if self.verification.name {
            verify_server_name(&ParsedCertificate::try_from(end)?, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            cert,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            cert,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
