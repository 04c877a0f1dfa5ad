//! What API Management adds to `byte[]`: encryption by the name of an algorithm, or with one.

use super::symmetric_algorithm::Algorithm;
use crate::Value;
use crate::dotnet::crypto::cipher::{Cipher, Scheme};
use crate::dotnet::crypto::failure;
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::library::array;
use crate::library::table::{TypeDef, extension, static_class};

pub(crate) static TYPES: &[&TypeDef] = &[&ENCRYPTION];

/// The extension methods `Encrypt` and `Decrypt` of the policy expressions reference.
pub(crate) static ENCRYPTION: TypeDef = static_class("EncryptionExtensions").members(&[
    extension(
        "byte[] Encrypt(this byte[] input, string alg, byte[] key, byte[] iv)",
        |cx, a, _| encrypt(cx, &a[0], named(&a[1])?, &a[2], &a[3]),
    ),
    extension(
        "byte[] Decrypt(this byte[] input, string alg, byte[] key, byte[] iv)",
        |cx, a, _| decrypt(cx, &a[0], named(&a[1])?, &a[2], &a[3]),
    ),
    extension(
        "byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv)",
        |cx, a, _| encrypt(cx, &a[0], settings(&a[1])?.0, &a[2], &a[3]),
    ),
    extension(
        "byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv)",
        |cx, a, _| decrypt(cx, &a[0], settings(&a[1])?.0, &a[2], &a[3]),
    ),
    extension(
        "byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg)",
        |cx, a, _| {
            let (scheme, key, iv) = settings(&a[1])?;
            encrypt(
                cx,
                &a[0],
                scheme,
                &array::from_bytes(&key),
                &array::from_bytes(&iv),
            )
        },
    ),
    extension(
        "byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg)",
        |cx, a, _| {
            let (scheme, key, iv) = settings(&a[1])?;
            decrypt(
                cx,
                &a[0],
                scheme,
                &array::from_bytes(&key),
                &array::from_bytes(&iv),
            )
        },
    ),
]);

fn named(name: &Value) -> Eval<Scheme> {
    let name = name.str("alg")?.as_str();
    match Cipher::by_name(&name) {
        Some(cipher) => Ok(Scheme::new(cipher)),
        None => Err(failure(format!("'{name}' is not a known symmetric algorithm.")).into()),
    }
}

fn settings(algorithm: &Value) -> Eval<(Scheme, Vec<u8>, Vec<u8>)> {
    let algorithm = algorithm
        .as_object::<Algorithm>()
        .ok_or_else(|| Exception::argument_null("alg"))?;
    Ok(algorithm.settings())
}

fn encrypt(cx: &mut Cx<'_>, input: &Value, scheme: Scheme, key: &Value, iv: &Value) -> Eval {
    let (input, key) = (array::bytes(input, "input")?, array::bytes(key, "rgbKey")?);
    cx.charge(input.len().saturating_mul(2))?;
    let made = scheme.encrypt(&key, array::to_bytes(iv).as_deref(), &input, || cx.random() as u8);
    Ok(array::from_bytes(&made?))
}

fn decrypt(cx: &mut Cx<'_>, input: &Value, scheme: Scheme, key: &Value, iv: &Value) -> Eval {
    let (input, key) = (array::bytes(input, "input")?, array::bytes(key, "rgbKey")?);
    cx.charge(input.len().saturating_mul(2))?;
    let made = scheme.decrypt(&key, array::to_bytes(iv).as_deref(), &input);
    Ok(array::from_bytes(&made?))
}
