//! JSON web tokens and keys (RFC 7515 to 7519): read, check, decrypt, sign.
//!
//! A text becomes a [`Compact`] token by [`read`]; a [`Token`] is checked with a [`Key`], an [`Encrypted`] one opened with a
//! [`PrivateKey`], and a [`Signer`] makes tokens of its own. What a claim means is not known here: this crate has no clock, opens no
//! socket, and judges nothing but signatures.
//!
//! All of it is RustCrypto: the usual token crate has neither encryption nor ES512, and one family for everything reads better
//! than two.

mod decrypt; // RFC 7516
mod encoding; // base64, with and without its URL form
mod key; // RFC 7517
mod sign; // tokens of our own
mod token; // the compact form
mod verify; // RFC 7518, signatures

pub use decrypt::{DecryptError, PrivateKey};
pub use encoding::{base64_bytes, sha1, url_bytes};
pub use key::{Key, KeyError};
pub use sign::Signer;
pub use token::{Compact, Encrypted, ReadError, Token, read};
pub use verify::{VerifyError, is_unsigned};

#[cfg(test)]
mod tests;
