//! Keys and tokens (foundry.md 1.4). A token's shape, expiry and audience are checked, its signature never.

use crate::path::Surface;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Moment;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What opens an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Auth {
    /// Keys, and tokens of Entra ID.
    #[default]
    #[serde(rename = "keys+jwt")]
    KeysAndTokens,
    /// Keys alone.
    #[serde(rename = "keys")]
    Keys,
    /// Nothing is asked for.
    #[serde(rename = "off")]
    Off,
}

impl Auth {
    pub(crate) fn parse(text: &str) -> Option<Auth> {
        match text {
            "keys+jwt" => Some(Auth::KeysAndTokens),
            "keys" => Some(Auth::Keys),
            "off" => Some(Auth::Off),
            _ => None,
        }
    }
}

/// What an account asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Door {
    pub(crate) auth: Auth,
    pub(crate) keys: Vec<String>,
    pub(crate) local_auth_disabled: bool,
}

/// Why a caller stays outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    WrongKey,
    /// No credential, or a token that does not do.
    Unauthorized,
    KeysDisabled,
}

impl Door {
    /// Either credential is enough: the gateway's caller may have sent its own `api-key`, which the gateway forwards
    /// beside its token.
    pub(crate) fn check(&self, headers: &HeaderMap, surface: Surface, now: Moment) -> Result<(), Denied> {
        if self.auth == Auth::Off {
            return Ok(());
        }
        let name = match surface {
            Surface::Safety => "ocp-apim-subscription-key",
            _ => "api-key",
        };
        let bearer_may_be_key = matches!(surface, Surface::V1 | Surface::Inference);
        let key = headers.get(name).and_then(|it| it.to_str().ok());
        let bearer = bearer(headers);
        let token = bearer.filter(|it| it.split('.').count() == 3);
        let bearer_key = bearer.filter(|_| token.is_none() && bearer_may_be_key);

        if self.auth == Auth::KeysAndTokens && token.is_some_and(|token| is_valid(token, now)) {
            return Ok(());
        }
        if self.local_auth_disabled {
            let has_key = key.or(bearer_key).is_some();
            return Err(if has_key && token.is_none() {
                Denied::KeysDisabled
            } else {
                Denied::Unauthorized
            });
        }
        if [key, bearer_key].into_iter().flatten().any(|key| self.opens(key)) {
            return Ok(());
        }
        match (key.or(bearer_key), bearer) {
            (Some(_), None) => Err(Denied::WrongKey),
            (_, Some(_)) if bearer_key.is_some() => Err(Denied::WrongKey),
            _ => Err(Denied::Unauthorized),
        }
    }

    fn opens(&self, key: &str) -> bool {
        self.keys.iter().any(|it| it == key)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| rest.trim())
}

fn is_valid(token: &str, now: Moment) -> bool {
    let mut parts = token.split('.').map(part);
    let (Some(Some(header)), Some(Some(claims))) = (parts.next(), parts.next()) else {
        return false;
    };
    let expiry = claims
        .get("exp")
        .and_then(|it| it.as_i64().or_else(|| it.as_f64().map(|it| it as i64)));
    header.get("alg").is_some_and(Value::is_string)
        && expiry.is_some_and(|expiry| expiry > now.seconds())
        && claims.get("aud").is_some_and(is_for_us)
}

fn part(text: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok().filter(Value::is_object)
}

const AUDIENCES: [&str; 2] = ["https://cognitiveservices.azure.com", "https://ai.azure.com"];

fn is_for_us(audience: &Value) -> bool {
    match audience {
        Value::String(audience) => AUDIENCES.contains(&audience.trim_end_matches('/')),
        Value::Array(audiences) => audiences.iter().any(is_for_us),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn token(claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!(
            "{}.{}.c2ln",
            part(&json!({"alg": "RS256", "typ": "JWT"})),
            part(claims)
        )
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn keys_and_tokens_open_and_nothing_else_does() {
        let door = Door {
            auth: Auth::KeysAndTokens,
            keys: vec!["k1".into(), "k2".into()],
            local_auth_disabled: false,
        };
        let now = Moment::from_seconds(1_000);
        let bearer = |claims: Value| format!("Bearer {}", token(&claims));
        let good = bearer(json!({"aud": "https://cognitiveservices.azure.com/", "exp": 1_001}));
        let stale = bearer(json!({"aud": "https://cognitiveservices.azure.com", "exp": 1_000}));
        let other = bearer(json!({"aud": "https://management.azure.com", "exp": 2_000}));
        let check = |pairs: &[(&'static str, &str)]| door.check(&headers(pairs), Surface::Classic, now);
        assert_eq!(check(&[("api-key", "k2")]), Ok(()));
        assert_eq!(check(&[("api-key", "no")]), Err(Denied::WrongKey));
        assert_eq!(check(&[]), Err(Denied::Unauthorized));
        assert_eq!(check(&[("authorization", &good)]), Ok(()));
        assert_eq!(
            check(&[("authorization", &good), ("api-key", "a gateway's key")]),
            Ok(())
        );
        assert_eq!(check(&[("authorization", &stale)]), Err(Denied::Unauthorized));
        assert_eq!(check(&[("authorization", &other)]), Err(Denied::Unauthorized));
        assert_eq!(
            check(&[("authorization", "Bearer k1")]),
            Err(Denied::Unauthorized)
        );
        assert_eq!(
            door.check(&headers(&[("authorization", "Bearer k1")]), Surface::V1, now),
            Ok(())
        );
        assert_eq!(
            door.check(&headers(&[("authorization", "Bearer no")]), Surface::V1, now),
            Err(Denied::WrongKey)
        );

        let tokens_only = Door {
            local_auth_disabled: true,
            ..door.clone()
        };
        assert_eq!(
            tokens_only.check(&headers(&[("api-key", "k1")]), Surface::Classic, now),
            Err(Denied::KeysDisabled)
        );
        assert_eq!(
            tokens_only.check(&headers(&[("authorization", &good)]), Surface::Classic, now),
            Ok(())
        );
        let keys_only = Door {
            auth: Auth::Keys,
            ..door
        };
        assert_eq!(
            keys_only.check(&headers(&[("authorization", &good)]), Surface::Classic, now),
            Err(Denied::Unauthorized)
        );
    }
}
