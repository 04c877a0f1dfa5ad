//! The service's managed identities: tokens that are made here and never asked for anywhere.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use clock::{Dice, Moment};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderValue;
use parking_lot::RwLock;
use serde_json::json;
use sha2::Sha256;
use std::sync::Arc;

/// Tokens of one service, each made once per clock day.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    service: String,
    tokens: RwLock<Vec<Token>>,
}

#[derive(Debug, Clone)]
struct Token {
    resource: String,
    client: Option<String>,
    day: i64,
    text: Arc<str>,
    bearer: HeaderValue,
}

const DAY: i64 = 86_400;
const TENANT: &str = "6ca1ab1e-0000-4000-8000-a91317e00001";
// Signs the emulator's own tokens, which open nothing but its own mocks.
const KEY: &[u8] = b"apimite signs its local tokens with this";

impl Identity {
    /// The identities of `service`.
    pub(crate) fn new(service: &str) -> Identity {
        Identity {
            service: service.to_owned(),
            tokens: RwLock::default(),
        }
    }

    /// A token for `resource`: the same text all day.
    pub(crate) fn token(&self, resource: &str, client: Option<&str>, now: Moment) -> Arc<str> {
        self.find(resource, client, now, |token| token.text.clone())
    }

    /// The same as an `Authorization` header.
    pub(crate) fn bearer(&self, resource: &str, client: Option<&str>, now: Moment) -> HeaderValue {
        self.find(resource, client, now, |token| token.bearer.clone())
    }

    fn find<T>(&self, resource: &str, client: Option<&str>, now: Moment, show: impl Fn(&Token) -> T) -> T {
        let day = now.seconds().div_euclid(DAY);
        let is_it = |token: &&Token| token.resource == resource && token.client.as_deref() == client;
        if let Some(token) = self
            .tokens
            .read()
            .iter()
            .find(|token| is_it(token) && token.day == day)
        {
            return show(token);
        }
        let token = self.make(resource, client, day);
        let shown = show(&token);
        let mut tokens = self.tokens.write();
        tokens.retain(|token| token.day == day);
        tokens.push(token);
        shown
    }

    fn make(&self, resource: &str, client: Option<&str>, day: i64) -> Token {
        // 24 hours are left at any moment of the day in which the token is given out.
        let (from, to) = (day * DAY, (day + 2) * DAY);
        let id = |what: &str| {
            Dice::new(0)
                .roll((self.service.as_str(), what, client), 0)
                .uuid()
                .to_string()
        };
        let application = client.map_or_else(|| id("application"), str::to_owned);
        let object = id("object");
        let claims = json!({
            "aud": resource, "iss": format!("https://sts.windows.net/{TENANT}/"), "iat": from, "nbf": from, "exp": to,
            "appid": application, "azp": application, "idtyp": "app", "oid": object, "sub": object, "tid": TENANT, "ver": "1.0",
        });
        let header = json!({ "alg": "HS256", "typ": "JWT", "kid": "apimite" });
        let signed = format!(
            "{}.{}",
            BASE64.encode(header.to_string()),
            BASE64.encode(claims.to_string())
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(KEY).expect("HMAC takes a key of any length");
        mac.update(signed.as_bytes());
        let text: Arc<str> = format!("{signed}.{}", BASE64.encode(mac.finalize().into_bytes())).into();
        let mut bearer = HeaderValue::try_from(format!("Bearer {text}")).expect("base64 is a header value");
        bearer.set_sensitive(true);
        Token {
            resource: resource.to_owned(),
            client: client.map(str::to_owned),
            day,
            text,
            bearer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_token_is_the_same_all_day_and_differs_by_resource_client_and_day() {
        let identity = Identity::new("s");
        let noon = Moment::from_seconds(DAY * 20_000 + DAY / 2);
        let token = identity.token("https://cognitiveservices.azure.com", None, noon);
        assert_eq!(
            token,
            identity.token(
                "https://cognitiveservices.azure.com",
                None,
                noon + Duration::from_secs(60)
            )
        );
        assert_eq!(
            token,
            Identity::new("s").token("https://cognitiveservices.azure.com", None, noon)
        );
        assert_ne!(token, identity.token("https://ai.azure.com", None, noon));
        assert_ne!(
            token,
            identity.token("https://cognitiveservices.azure.com", Some("c"), noon)
        );
        assert_ne!(
            token,
            identity.token(
                "https://cognitiveservices.azure.com",
                None,
                noon + Duration::from_secs(86_400)
            )
        );
        let claims = BASE64
            .decode(token.split('.').nth(1).expect("three parts"))
            .expect("base64");
        let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
        assert_eq!(claims["aud"], "https://cognitiveservices.azure.com");
    }
}
