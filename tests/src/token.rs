//! Tokens of pages: `token({claims})` and `token({header},{claims})`, signed with HS256.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

/// What the tokens are signed with; in base64 `YXBpbWl0ZSBjYXNlIHNlY3JldCwgMzIgYnl0ZXMhISE=`.
const SECRET: &[u8] = b"apimite case secret, 32 bytes!!!";

/// The text with tokens in place of their descriptions.
pub(crate) fn fill(text: &str) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("token({\"") {
        filled.push_str(before);
        let written = format!("{{\"{after}");
        let mut objects = serde_json::Deserializer::from_str(&written).into_iter::<Map<String, Value>>();
        let mut object = || {
            objects
                .next()
                .and_then(Result::ok)
                .ok_or("`token(` is followed by JSON objects")
        };
        let first = object()?;
        let mut end = objects.byte_offset();
        let (header, claims) = match written[end..].strip_prefix(',') {
            None => (Map::new(), first),
            Some(second) => {
                let mut objects =
                    serde_json::Deserializer::from_str(second).into_iter::<Map<String, Value>>();
                let claims = objects
                    .next()
                    .and_then(Result::ok)
                    .ok_or("the claims of a token are a JSON object")?;
                end += 1 + objects.byte_offset();
                (first, claims)
            }
        };
        if !written[end..].starts_with(')') {
            return Err("a token has a header and claims, and ends with `)`".to_owned());
        }
        filled.push_str(&token(header, &claims));
        rest = &after[end + 1 - 2..];
    }
    filled.push_str(rest);
    Ok(filled)
}

/// A token with these claims.
pub(crate) fn token(own: Map<String, Value>, claims: &Map<String, Value>) -> String {
    let mut header = Map::from_iter([
        ("alg".to_owned(), json!("HS256")),
        ("typ".to_owned(), json!("JWT")),
    ]);
    header.extend(own);
    let part = |object: &Map<String, Value>| BASE64.encode(Value::Object(object.clone()).to_string());
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = match header["alg"].as_str() {
        Some("none") => Vec::new(),
        _ => Hmac::<Sha256>::new_from_slice(SECRET)
            .map(|mac| mac.chain_update(&signed).finalize().into_bytes().to_vec())
            .unwrap_or_default(),
    };
    format!("{signed}.{}", BASE64.encode(signature))
}
