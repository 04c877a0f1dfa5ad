//! What is asked of a token: the checks of Microsoft's token library, which the gateway of Azure uses, in its order.
//!
//! Messages begin with the library's code, which is kept; their wording is ours where it is long.

use crate::open_id::Provider;
use clock::Moment;
use jose::{Compact, Key, PrivateKey, Token};
use serde_json::{Map, Value as Json};
use std::sync::Arc;
use std::time::Duration;

/// Why a token does not hold: `LastError.Reason` and `LastError.Message`.
#[derive(Debug, PartialEq)]
pub(super) struct Failure {
    pub(super) reason: &'static str,
    pub(super) message: String,
}

/// What a policy asks of a token besides audience and claims.
pub(super) struct Terms {
    pub(super) keys: Vec<Key>,
    pub(super) decryption: Vec<PrivateKey>,
    /// May hold `{tenantid}`, which stands for the token's own `tid`.
    pub(super) issuers: Vec<String>,
    pub(super) expiry_required: bool,
    pub(super) signature_required: bool,
    pub(super) skew: Duration,
}

impl Terms {
    /// Takes over what a provider says of itself.
    pub(super) fn trust(&mut self, provider: &Provider) {
        self.keys.extend(provider.keys.iter().cloned());
        self.issuers.extend(provider.issuer.iter().cloned());
    }
}

impl Failure {
    fn new(reason: &'static str, message: String) -> Failure {
        Failure { reason, message }
    }

    // A text of the library, as the gateway shows it.
    pub(super) fn library(reason: &'static str, message: impl Into<String>) -> Failure {
        let message: String = message.into();
        Failure::new(
            reason,
            format!("{}. Access denied.", message.trim_end_matches('.')),
        )
    }

    pub(super) fn absent() -> Failure {
        Failure::new("TokenNotPresent", "JWT not present.".to_owned())
    }

    pub(super) fn missing_claims(names: &[String]) -> Failure {
        let message = format!(
            "JWT token is missing the following claims: {}. Access denied.",
            names.join(", ")
        );
        Failure::new("TokenClaimNotFound", message)
    }

    pub(super) fn wrong_claim(name: &str, value: &str) -> Failure {
        let message = format!("Claim {name} value of {value} is not allowed. Access denied.");
        Failure::new("TokenClaimValueNotAllowed", message)
    }

    /// Whether newer keys could make the token good.
    pub(super) fn is_about_an_unknown_key(&self) -> bool {
        self.reason == KEY_NOT_FOUND
    }
}

/// What a provider that cannot be asked makes of a token.
pub(super) fn unreachable(address: &str, why: &Arc<str>) -> Failure {
    let message = format!("IDX20803: Unable to obtain configuration from: '{address}'. {why}");
    Failure::library(INVALID, message)
}

const KEY_NOT_FOUND: &str = "TokenSignatureKeyNotFound";
const WRONG_SIGNATURE: &str = "TokenSignatureInvalid";
const INVALID: &str = "JwtInvalid";

pub(super) fn opened(text: &str, keys: &[PrivateKey]) -> Result<Token, Failure> {
    let malformed = |why: &dyn std::fmt::Display| {
        let message = format!("IDX12741: JWT must have three segments (JWS) or five segments (JWE): {why}");
        Failure::library(INVALID, message)
    };
    let encrypted = match jose::read(text).map_err(|error| malformed(&error))? {
        Compact::Signed(token) => return Ok(token),
        Compact::Encrypted(encrypted) => encrypted,
    };
    if keys.is_empty() {
        return Err(Failure::library(
            INVALID,
            "IDX10609: Decryption failed. No Keys tried",
        ));
    }
    let mut errors = Vec::new();
    for key in keys {
        match encrypted.decrypt(key) {
            Ok(inner) => {
                let inner = String::from_utf8_lossy(&inner);
                return match jose::read(&inner).map_err(|error| malformed(&error))? {
                    Compact::Signed(token) => Ok(token),
                    Compact::Encrypted(_) => Err(malformed(&"encrypted twice")),
                };
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
    let message = format!(
        "IDX10603: Decryption failed. Keys tried: {}: {}",
        keys.len(),
        errors.join(", ")
    );
    Err(Failure::library(INVALID, message))
}

// The key that the token names is tried alone; when nobody has it, or it names none, every key is (documented).
pub(super) fn signature(token: &Token, terms: &Terms) -> Result<(), Failure> {
    if !token.is_signed() {
        let message = "IDX10504: Unable to validate signature, token does not have a signature";
        return match terms.signature_required {
            true => Err(Failure::library(WRONG_SIGNATURE, message)),
            false => Ok(()),
        };
    }
    if terms.keys.is_empty() {
        let message =
            "IDX10500: Signature validation failed. No security keys were provided to validate the signature";
        return Err(Failure::library(KEY_NOT_FOUND, message));
    }
    let named: Vec<&Key> = match token.key_id() {
        Some(id) => terms.keys.iter().filter(|key| key.id() == Some(id)).collect(),
        None => Vec::new(),
    };
    let tried: Vec<&Key> = if named.is_empty() {
        terms.keys.iter().collect()
    } else {
        named.clone()
    };
    if tried.iter().any(|key| token.verify(key).is_ok()) {
        return Ok(());
    }
    Err(match (token.key_id(), named.is_empty()) {
        (Some(id), false) => {
            let message = format!("IDX10511: Signature validation failed. kid: '{id}'");
            Failure::library(WRONG_SIGNATURE, message)
        }
        (Some(id), true) => {
            let message = format!("IDX10501: Signature validation failed. Unable to match key: kid: '{id}'");
            Failure::library(KEY_NOT_FOUND, message)
        }
        (None, _) => {
            let message = format!(
                "IDX10503: Signature validation failed. Token does not have a kid. Keys tried: {}",
                tried.len()
            );
            Failure::library(WRONG_SIGNATURE, message)
        }
    })
}

pub(super) fn lifetime(claims: &Map<String, Json>, terms: &Terms, now: Moment) -> Result<(), Failure> {
    let moment = |name: &str| {
        let seconds = claims
            .get(name)
            .and_then(|it| it.as_i64().or_else(|| it.as_f64().map(|it| it as i64)));
        seconds.map(Moment::from_seconds)
    };
    let (before, after) = (moment("nbf"), moment("exp"));
    let now_text = now.seconds();
    if after.is_none() && terms.expiry_required {
        let message = "IDX10225: Lifetime validation failed. The token is missing an Expiration Time";
        return Err(Failure::library(INVALID, message));
    }
    if let Some(before) = before.filter(|before| *before > now + terms.skew) {
        let message = format!(
            "IDX10222: Lifetime validation failed. The token is not yet valid. ValidFrom: '{}', Current time: '{now_text}'",
            before.seconds()
        );
        return Err(Failure::library(INVALID, message));
    }
    // At the second of its expiry a token still holds, as in the library.
    if let Some(after) = after.filter(|after| *after + terms.skew < now) {
        let message = format!(
            "IDX10223: Lifetime validation failed. The token is expired. ValidTo: '{}', Current time: '{now_text}'",
            after.seconds()
        );
        return Err(Failure::library("TokenExpired", message));
    }
    Ok(())
}

pub(super) fn audience(claims: &Map<String, Json>, accepted: &[String]) -> Result<(), Failure> {
    let found = values(claims.get("aud").unwrap_or(&Json::Null), None);
    if accepted.is_empty() || found.iter().any(|it| accepted.contains(it)) {
        return Ok(());
    }
    let message = match found.is_empty() {
        true => "IDX10206: Unable to validate audience. The 'audiences' parameter is empty".to_owned(),
        false => format!(
            "IDX10214: Audience validation failed. Audiences: '{}'. Did not match: validationParameters.ValidAudiences: '{}'",
            found.join(", "),
            accepted.join(", ")
        ),
    };
    Err(Failure::library("TokenAudienceNotAllowed", message))
}

pub(super) fn issuer(claims: &Map<String, Json>, accepted: &[String]) -> Result<(), Failure> {
    let (found, tenant) = (text_of(claims, "iss"), text_of(claims, "tid"));
    let is_it = |issuer: &String| match issuer.contains(TENANT) {
        true => !tenant.is_empty() && issuer.replace(TENANT, tenant) == found,
        false => issuer == found,
    };
    if accepted.is_empty() || accepted.iter().any(is_it) {
        return Ok(());
    }
    let message = match found {
        "" => "IDX10211: Unable to validate issuer. The 'issuer' parameter is null or whitespace".to_owned(),
        found => format!(
            "IDX10205: Issuer validation failed. Issuer: '{found}'. Did not match: validationParameters.ValidIssuers: '{}'",
            accepted.join(", ")
        ),
    };
    Err(Failure::library("TokenIssuerNotAllowed", message))
}

/// Stands for the tenant in the issuer that Entra ID publishes for all of them.
const TENANT: &str = "{tenantid}";

pub(super) fn text_of<'a>(claims: &'a Map<String, Json>, name: &str) -> &'a str {
    claims.get(name).and_then(Json::as_str).unwrap_or_default()
}

// The values of a claim: an array has several, a text may be several with a separator between them.
pub(super) fn values(claim: &Json, separator: Option<&str>) -> Vec<String> {
    match (claim, separator) {
        (Json::Null, _) => Vec::new(),
        (Json::String(text), Some(separator)) => text.split(separator).map(str::to_owned).collect(),
        (Json::String(text), None) => vec![text.clone()],
        (Json::Array(items), separator) => items.iter().flat_map(|it| values(it, separator)).collect(),
        (other, _) => vec![other.to_string()],
    }
}
