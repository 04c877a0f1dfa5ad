use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A certificate with its key, as one side of a TLS connection shows it to the other.
#[derive(Clone)]
pub struct Identity {
    pub(crate) certified: Arc<CertifiedKey>,
}

impl Identity {
    /// A certificate in DER, those that lead from it to an authority, and its key (PKCS #8, PKCS #1 or SEC1); the text says why
    /// they do not do.
    pub fn new(chain: Vec<Vec<u8>>, key: Vec<u8>) -> Result<Identity, String> {
        let chain = chain.into_iter().map(CertificateDer::from).collect();
        let key = PrivateKeyDer::try_from(key).map_err(str::to_owned)?;
        let certified = CertifiedKey::from_der(chain, key, &ring::default_provider());
        let certified = certified.map_err(|error| error.to_string())?;
        Ok(Identity {
            certified: Arc::new(certified),
        })
    }

    fn chain(&self) -> &[CertificateDer<'static>] {
        &self.certified.cert
    }
}

// The certificate stands for its key.
impl PartialEq for Identity {
    fn eq(&self, other: &Identity) -> bool {
        self.chain() == other.chain()
    }
}

impl Eq for Identity {}

impl Hash for Identity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for certificate in self.chain() {
            certificate.as_ref().hash(state);
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({} certificates)", self.chain().len())
    }
}
