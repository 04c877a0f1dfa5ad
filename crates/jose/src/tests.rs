use crate::{
    Compact, DecryptError, Key, KeyError, PrivateKey, ReadError, Signer, Token, VerifyError, base64_bytes,
    read,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

// Made by another implementation; see the file.
fn vectors() -> Json {
    serde_json::from_str(include_str!("../../../fixtures/tokens/vectors.json")).unwrap()
}

fn token(text: &str) -> Token {
    match read(text) {
        Ok(Compact::Signed(token)) => token,
        other => panic!("{other:?}"),
    }
}

fn text<'a>(row: &'a Json, name: &str) -> &'a str {
    row[name].as_str().unwrap()
}

#[test]
fn every_algorithm_takes_its_own_key_and_no_other() {
    let vectors = vectors();
    let keys = vectors["keys"].as_object().unwrap();
    for row in vectors["signed"].as_array().unwrap() {
        let signed = token(text(row, "token"));
        assert_eq!(signed.algorithm(), text(row, "alg"));
        assert_eq!(Json::Object(signed.claims.clone()), vectors["claims"]);
        for (name, jwk) in keys {
            let verified = signed.verify(&Key::from_jwk(jwk).unwrap());
            let is_its_own = name == text(row, "key");
            assert_eq!(
                verified.is_ok(),
                is_its_own,
                "{} with {name}: {verified:?}",
                signed.algorithm()
            );
        }
        let claims = text(row, "token").split('.').nth(1).unwrap();
        let changed = text(row, "token").replace(claims, &claims.replace('a', "b"));
        if let Ok(Compact::Signed(changed)) = read(&changed) {
            let key = Key::from_jwk(&keys[text(row, "key")]).unwrap();
            assert_eq!(changed.verify(&key), Err(VerifyError::WrongSignature));
        }
    }
}

#[test]
fn every_encryption_opens_with_its_key_and_with_no_other() {
    let vectors = vectors();
    let rsa = PrivateKey::from_pkcs8(&base64_bytes(text(&vectors, "private")).unwrap()).unwrap();
    for row in vectors["encrypted"].as_array().unwrap() {
        let Ok(Compact::Encrypted(encrypted)) = read(text(row, "token")) else {
            panic!("{row}")
        };
        let key = match text(row, "key") {
            "rsa" => rsa.clone(),
            secret => PrivateKey::Octets(base64_bytes(secret).unwrap()),
        };
        let inner = String::from_utf8(encrypted.decrypt(&key).unwrap()).unwrap();
        assert_eq!(inner, text(&vectors, "inner"), "{row}");
        let wrong = PrivateKey::Octets(vec![7; 32]);
        assert!(encrypted.decrypt(&wrong).is_err(), "{row}");
        let mut changed = encrypted.clone();
        changed.text[0] ^= 1;
        assert_eq!(changed.decrypt(&key), Err(DecryptError::WrongKey), "{row}");
    }
}

#[test]
fn the_example_of_rfc_7515_holds() {
    // RFC 7515 appendix A.1: line breaks stand in the signed text.
    let text = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let key = json!({"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"});
    let token = token(text);
    assert_eq!(token.verify(&Key::from_jwk(&key).unwrap()), Ok(()));
    assert_eq!(token.claims["iss"], "joe");
}

#[test]
fn a_key_of_another_kind_never_fits_not_even_as_a_secret() {
    let vectors = vectors();
    let rsa = Key::from_jwk(&vectors["keys"]["rsa"]).unwrap();
    let mut forged = token(text(&vectors["signed"][0], "token"));
    forged.header.insert("alg".to_owned(), "HS256".into());
    assert_eq!(forged.verify(&rsa), Err(VerifyError::WrongKind));
    forged.header.insert("alg".to_owned(), "XX256".into());
    assert_eq!(forged.verify(&rsa), Err(VerifyError::UnknownAlgorithm));
    forged.header.insert("alg".to_owned(), "é1".into());
    assert_eq!(forged.verify(&rsa), Err(VerifyError::UnknownAlgorithm));
}

#[test]
fn what_is_no_key_is_said() {
    assert_eq!(Key::from_base64("not base64!"), Err(KeyError::NotBase64));
    assert_eq!(Key::from_base64("  "), Err(KeyError::Empty));
    assert_eq!(Key::rsa("AQAB", "AQAB"), Err(KeyError::NoRsaKey));
    let off_the_curve = json!({"kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB"});
    assert_eq!(Key::from_jwk(&off_the_curve), Err(KeyError::NoCurvePoint));
    let set = json!({"keys": [{"kty": "OKP"}, {"kty": "oct", "k": "YQ", "kid": "a"}, {"kty": "oct", "k": "Yg", "use": "enc"}]});
    let keys = Key::from_jwks(&set);
    assert_eq!(keys.iter().map(Key::id).collect::<Vec<_>>(), [Some("a")]);
}

#[test]
fn what_is_no_token_is_said() {
    assert_eq!(read("a.b"), Err(ReadError::Parts));
    assert_eq!(read("!.e30."), Err(ReadError::NotBase64));
    assert_eq!(read("W10.e30."), Err(ReadError::NoObject));
    assert!(!token("e30.e30.").is_signed());
}

#[test]
fn a_seed_makes_one_key_whose_tokens_it_checks() {
    let signer = Signer::from_seed(7);
    let made = signer.sign(&json!({"sub": "ada"}));
    assert_eq!(made, signer.sign(&json!({"sub": "ada"})));
    let made = token(&made);
    assert_eq!(made.key_id(), Some(signer.key_id()));
    assert_eq!(made.verify(&signer.key()), Ok(()));
    assert_eq!(made.verify(&Key::from_jwk(&signer.jwk()).unwrap()), Ok(()));
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "[A-Za-z0-9_.=-]{0,80}") {
        let opened = read(&text).map(|compact| match compact {
            Compact::Signed(token) => token.verify(&Key::octets(vec![1])).is_ok(),
            Compact::Encrypted(it) => it.decrypt(&PrivateKey::Octets(vec![1; 16])).is_ok(),
        });
        prop_assert_ne!(opened, Ok(true));
    }
}
