//! Codes and refresh tokens. They hold what they stand for, so that nothing need be remembered; being used twice does no harm here.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// What a code stands for.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Code {
    pub(crate) client: String,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    /// `code_challenge` and its method.
    pub(crate) challenge: Option<(String, String)>,
    /// Second of the clock at which it is over.
    pub(crate) until: i64,
}

impl Code {
    pub(crate) fn text(&self) -> String {
        let (challenge, method) = self.challenge.clone().unzip();
        let whole = json!({
            "client": self.client, "scope": self.scope, "nonce": self.nonce, "challenge": challenge, "method": method,
            "until": self.until,
        });
        BASE64.encode(whole.to_string())
    }

    pub(crate) fn read(text: &str) -> Option<Code> {
        let whole: Json = serde_json::from_slice(&BASE64.decode(text).ok()?).ok()?;
        let text = |name: &str| whole.get(name)?.as_str().map(str::to_owned);
        Some(Code {
            client: text("client")?,
            scope: text("scope")?,
            nonce: text("nonce"),
            challenge: text("challenge").zip(text("method")),
            until: whole.get("until")?.as_i64()?,
        })
    }

    /// Whether whoever redeems the code is who asked for it (RFC 7636).
    pub(crate) fn is_redeemed_by(&self, verifier: Option<&str>) -> bool {
        match (&self.challenge, verifier) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some((challenge, method)), Some(verifier)) => match method.as_str() {
                "S256" => BASE64.encode(Sha256::digest(verifier)) == *challenge,
                _ => verifier == challenge,
            },
        }
    }
}
