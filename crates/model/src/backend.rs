use crate::IsoDuration;
use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};

/// `backends/{name}`. Unknown members of the contract are ignored here; whoever stores resources keeps the original text.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Backend {
    /// Resource name; not part of `properties`.
    #[serde(skip)]
    pub name: String,
    /// Title.
    #[serde(default)]
    pub title: String,
    /// Single or pool.
    #[serde(default, rename = "type")]
    pub kind: BackendKind,
    /// Base URL; required for a single backend.
    pub url: Option<String>,
    /// `http` or `soap`.
    pub protocol: Option<String>,
    /// What is sent along with each call.
    #[serde(default, deserialize_with = "null_is_default")]
    pub credentials: Credentials,
    /// Checks of the server's certificate.
    #[serde(default, deserialize_with = "null_is_default")]
    pub tls: Tls,
    /// Outbound proxy.
    pub proxy: Option<Proxy>,
    /// Region of the backend.
    pub azure_region: Option<String>,
    /// Circuit breaker.
    pub circuit_breaker: Option<CircuitBreaker>,
    /// Members, for a pool.
    pub pool: Option<Pool>,
}

fn null_is_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// `type` of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum BackendKind {
    /// One server.
    #[default]
    #[serde(alias = "single")]
    Single,
    /// Several backends behind one name.
    #[serde(alias = "pool")]
    Pool,
}

/// `credentials`.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// Headers set on each call; values may hold `{{named-values}}`.
    #[serde(default, deserialize_with = "null_is_default")]
    pub header: IndexMap<String, Vec<String>>,
    /// Query parameters added to each call.
    #[serde(default, deserialize_with = "null_is_default")]
    pub query: IndexMap<String, Vec<String>>,
    /// ARM ids of client certificates.
    #[serde(default, deserialize_with = "null_is_default")]
    pub certificate_ids: Vec<String>,
    /// `Authorization` header.
    pub authorization: Option<Authorization>,
    /// A token of the service's identity; not in the published schema, but accepted by the service.
    pub managed_identity: Option<ManagedIdentity>,
}

/// `credentials.authorization`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Authorization {
    /// Scheme.
    pub scheme: String,
    /// What follows it.
    pub parameter: String,
}

/// `credentials.managedIdentity`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedIdentity {
    /// Audience of the token.
    pub resource: String,
    /// A user-assigned identity.
    pub client_id: Option<String>,
}

/// `tls`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// Whether the chain is checked.
    #[serde(default = "yes")]
    pub validate_certificate_chain: bool,
    /// Whether the name is checked.
    #[serde(default = "yes")]
    pub validate_certificate_name: bool,
}

fn yes() -> bool {
    true
}

impl Default for Tls {
    fn default() -> Tls {
        Tls {
            validate_certificate_chain: true,
            validate_certificate_name: true,
        }
    }
}

/// `proxy`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Proxy {
    /// URL of the proxy.
    pub url: String,
    /// User name.
    pub username: Option<String>,
    /// Password.
    pub password: Option<String>,
}

/// `circuitBreaker`.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub struct CircuitBreaker {
    /// Rules; Azure takes one today (doc).
    #[serde(default, deserialize_with = "null_is_default")]
    pub rules: Vec<BreakerRule>,
}

/// A rule of a circuit breaker.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BreakerRule {
    /// Name.
    #[serde(default)]
    pub name: String,
    /// When it trips.
    pub failure_condition: FailureCondition,
    /// How long it stays open.
    pub trip_duration: IsoDuration,
    /// Whether the backend's `Retry-After` decides instead.
    #[serde(default)]
    pub accept_retry_after: bool,
    /// Answer while it is open; 503 without.
    pub failure_response: Option<FailureResponse>,
}

/// `failureCondition`.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailureCondition {
    /// Failures that trip it.
    #[serde(default, deserialize_with = "number")]
    pub count: Option<u64>,
    /// Share of failed calls, 1 to 100, that trips it.
    #[serde(default, deserialize_with = "number")]
    pub percentage: Option<u64>,
    /// Window in which failures are counted.
    pub interval: Option<IsoDuration>,
    /// Statuses that count as failures.
    #[serde(default, deserialize_with = "null_is_default")]
    pub status_code_ranges: Vec<StatusRange>,
    /// Reasons of transport failures that count.
    #[serde(default, deserialize_with = "null_is_default")]
    pub error_reasons: Vec<String>,
}

/// An inclusive range of statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct StatusRange {
    /// First.
    #[serde(deserialize_with = "status")]
    pub min: u16,
    /// Last.
    #[serde(deserialize_with = "status")]
    pub max: u16,
}

/// `failureResponse`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailureResponse {
    /// HTTP status.
    #[serde(deserialize_with = "status")]
    pub status_code: u16,
}

/// `pool`.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pool {
    /// Members.
    #[serde(default, deserialize_with = "null_is_default")]
    pub services: Vec<PoolMember>,
    /// Cookie that binds a caller to a member.
    pub session_affinity: Option<Affinity>,
    /// Answer when no member is available; 503 without.
    pub failure_response: Option<FailureResponse>,
}

/// A member of a pool.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PoolMember {
    /// `/backends/{name}` or a full ARM id.
    pub id: String,
    /// Share inside its group.
    #[serde(default, deserialize_with = "number")]
    pub weight: Option<u64>,
    /// Group; the lower the number, the more preferred.
    #[serde(default, deserialize_with = "number")]
    pub priority: Option<u64>,
}

impl PoolMember {
    /// Resource name of the backend.
    pub fn backend(&self) -> &str {
        self.id
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or(&self.id)
    }
}

/// `sessionAffinity`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Affinity {
    /// Where the session id is kept.
    pub session_id: SessionId,
}

/// `sessionId`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SessionId {
    /// `Cookie`.
    pub source: String,
    /// Name of the cookie.
    pub name: String,
}

// Documented ARM samples write numbers as strings ("3"): both are read (gateway.md 3.3).
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Number(u64),
        Text(String),
    }
    match Option::<Number>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Number::Number(number)) => Ok(Some(number)),
        Some(Number::Text(text)) => match text.trim().parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(serde::de::Error::custom(format!(
                "`{text}` is not a whole number"
            ))),
        },
    }
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let number = number(deserializer)?;
    number
        .and_then(|number| u16::try_from(number).ok())
        .ok_or_else(|| serde::de::Error::custom("a status code is a number from 200 to 599"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_and_a_breaker_are_read_with_numbers_as_text() {
        let pool: Backend = serde_json::from_str(
            r#"{"type":"Pool","pool":{"services":[{"id":"/backends/a","priority":1},{"id":"/x/backends/b","weight":"50"}]}}"#,
        )
        .expect("valid");
        let services = &pool.pool.as_ref().expect("a pool").services;
        assert_eq!((services[0].backend(), services[1].backend()), ("a", "b"));
        assert_eq!((services[0].priority, services[1].weight), (Some(1), Some(50)));
        let rule: BreakerRule = serde_json::from_str(
            r#"{"failureCondition":{"count":"3","interval":"PT1M","statusCodeRanges":[{"min":"429","max":429}]},"tripDuration":"PT5M"}"#,
        )
        .expect("valid");
        assert_eq!(rule.failure_condition.count, Some(3));
        assert_eq!(rule.trip_duration.0.as_secs(), 300);
    }
}
