//! `System.Security.Cryptography`: keys and bytes in, bytes out. The algorithms are RustCrypto's.

pub(crate) mod certificate; // X.509, as `X509Certificate2` shows it
pub(crate) mod certificate_files; // PEM, PKCS#7 and PKCS#12 around certificates
pub(crate) mod chain; // who signed whom
pub(crate) mod cipher; // Aes, TripleDES, DES, RC2
pub(crate) mod distinguished_name; // X.500 names as text
pub(crate) mod hash; // hashes and keyed hashes
pub(crate) mod oid; // object identifiers and their names
pub(crate) mod rsa;

use super::DotnetError;

/// A `CryptographicException`.
pub(crate) fn failure(message: impl Into<String>) -> DotnetError {
    DotnetError::new("System.Security.Cryptography.CryptographicException", message)
}
