//! `System.Security.Cryptography`.

mod asymmetric_algorithm;
mod cipher_mode; // CipherMode and PaddingMode
mod crypto_transform; // ICryptoTransform
mod encryption; // `bytes.Encrypt("Aes", key, iv)`
pub(crate) mod hash_algorithm; // MD5, SHA256, HMACSHA256 and their like
mod hash_algorithm_name;
mod key_sizes;
mod oid;
mod random_number_generator;
mod rsa;
mod rsa_padding; // RSAEncryptionPadding and RSASignaturePadding
mod rsa_parameters;
mod symmetric_algorithm; // SymmetricAlgorithm, Aes and their like
pub(crate) mod x509; // certificates

use super::array;
use super::table::TypeDef;
use crate::Value;
use crate::exception::Exception;

pub(crate) static TYPES: &[&[&TypeDef]] = &[
    asymmetric_algorithm::TYPES,
    cipher_mode::TYPES,
    crypto_transform::TYPES,
    encryption::TYPES,
    hash_algorithm::TYPES,
    hash_algorithm_name::TYPES,
    key_sizes::TYPES,
    oid::TYPES,
    random_number_generator::TYPES,
    rsa::TYPES,
    rsa_padding::TYPES,
    rsa_parameters::TYPES,
    symmetric_algorithm::TYPES,
    x509::TYPES,
];

/// `count` bytes of an array from `offset` on.
fn part(bytes: &Value, parameter: &str, offset: i32, count: i32) -> Result<Vec<u8>, Exception> {
    let bytes = array::bytes(bytes, parameter)?;
    if offset < 0 {
        return Err(Exception::out_of_range("Non-negative number required.", "offset"));
    }
    let range = usize::try_from(offset).ok().zip(usize::try_from(count).ok());
    range
        .and_then(|(from, count)| bytes.get(from..from.checked_add(count)?))
        .map(<[u8]>::to_vec)
        .ok_or_else(|| Exception::argument("Value was invalid."))
}
