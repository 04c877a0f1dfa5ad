use crate::{Body, OpenId, StoredCertificate};
use clock::{Clock, Dice, Moment};
use expression::Url;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, StatusCode};
use parking_lot::Mutex;
use serde_json::Value as Json;
use state::{Cache, Counters};
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use trace::{Attempt, Metric};

/// Everything outside the request: time, chance, network, shared counters. The gateway implements it; a policy reaches the outside
/// through it and nowhere else.
pub trait World: Send + Sync {
    /// The clock.
    fn clock(&self) -> &Clock;
    /// The dice.
    fn dice(&self) -> Dice;
    /// Bytes of a body that a policy may read or replay.
    fn body_limit(&self) -> usize;
    /// Sends a call to a backend: pool, breaker, credentials, then the wire.
    fn send<'a>(&'a self, call: Call) -> BoxFuture<'a, Result<Answer, CallError>>;
    /// Runs detached work, such as `send-one-way-request`.
    fn spawn(&self, work: BoxFuture<'static, ()>);
    /// `self`, to move into detached work.
    fn shared(&self) -> Arc<dyn World>;
    /// A token of the service's managed identity for `resource`; the text says what is wrong otherwise.
    fn token(&self, resource: &str, client_id: Option<&str>) -> Result<Arc<str>, String>;
    /// A certificate of the service, by resource name.
    fn certificate(&self, id: &str) -> Option<Arc<StoredCertificate>>;
    /// The same by thumbprint, upper-case hexadecimal.
    fn certificate_of_thumbprint(&self, thumbprint: &str) -> Option<Arc<StoredCertificate>>;
    /// Whether a trusted authority stands behind a chain of certificates in DER, at a moment.
    fn trusts(&self, chain: &[Vec<u8>], at: Moment) -> bool;
    /// The trusted authority that issued the first of a chain, in DER.
    fn authority(&self, chain: &[Vec<u8>]) -> Option<Vec<u8>>;
    /// Token and claims, a JSON object, of a connection to a provider; the text says why there are none.
    fn authorization(&self, provider: &str, id: &str) -> Result<(String, Json), String>;
    /// What issuers of tokens publish, as far as it was fetched.
    fn open_id(&self) -> &OpenId;
    /// The backend entity of a name that an expression computed.
    fn backend(&self, name: &str) -> Option<BackendHandle>;
    /// A place among the at most `max` requests inside `key`, given back when dropped; `None` when all are taken.
    fn enter(&self, key: &str, max: u32) -> Option<Box<dyn Any + Send + Sync>>;
    /// Counters of limits and quotas.
    fn counters(&self) -> &dyn Counters;
    /// How rate limits forget: by the tier of the service.
    fn windows(&self) -> Windows;
    /// The cache that a policy asks for; `None` when there is none of that kind.
    fn cache(&self, of: CachingType) -> Option<&dyn Cache>;
    /// Takes a value of a custom metric.
    fn measure(&self, metric: Metric);
}

/// How rate limits forget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Windows {
    /// Sliding windows: the classic tiers.
    Sliding,
    /// Token buckets: the v2 tiers.
    Bucket,
}

/// `caching-type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CachingType {
    /// The gateway's own cache.
    Internal,
    /// The one that a `caches` resource stands for.
    External,
    /// The external one if there is one.
    #[default]
    PreferExternal,
}

/// A backend entity of the running service, resolved when the service was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendHandle {
    /// Place in the service's list of backends.
    pub index: usize,
    /// Resource name.
    pub name: Arc<str>,
    /// Whether it is a pool.
    pub is_pool: bool,
    /// `azureRegion`.
    pub azure_region: Option<Arc<str>>,
    /// Its URL, for `context.Request.Url`; absent for a pool, which picks a member only when it is called.
    pub url: Option<Arc<Url>>,
}

/// A call to the outside.
#[derive(Debug)]
pub struct Call {
    /// Who is called.
    pub to: Destination,
    /// Method.
    pub method: Method,
    /// Path behind the destination's own, beginning with `/`, percent-encoded; empty for none.
    pub path: String,
    /// Query with its leading `?`, or empty.
    pub query: String,
    /// End-to-end headers; `host` only if a policy set it.
    pub headers: HeaderMap,
    /// Body.
    pub body: Body,
    /// What the server is shown, if a policy says so.
    pub certificate: Option<Arc<StoredCertificate>>,
    /// What stands between, if a policy says so; otherwise what the backend says.
    pub proxy: Option<Arc<Proxy>>,
    /// Address of the caller, added to `X-Forwarded-For`; absent for calls of the gateway's own, such as `send-request`.
    pub forwarded_for: Option<Arc<str>>,
    /// How long to wait for the head of the response.
    pub timeout: Duration,
    /// HTTP version towards the backend.
    pub version: HttpVersion,
    /// Whether 3xx answers are followed.
    pub follow_redirects: bool,
    /// Where the attempt is left when the call is given up on the way.
    pub given_up: GivenUp,
}

/// An HTTP proxy on the way to a server.
#[derive(Debug, Clone, PartialEq)]
pub struct Proxy {
    /// Where it is: `http`, host and port.
    pub url: Arc<Url>,
    /// Who the gateway is there.
    pub username: Option<String>,
    /// With which password.
    pub password: Option<String>,
}

/// The attempt of a call that was given up: its caller left, so nobody is there to take a result.
#[derive(Debug, Clone, Default)]
pub struct GivenUp(Arc<Mutex<Option<Attempt>>>);

impl GivenUp {
    /// Leaves the attempt.
    pub fn leave(&self, attempt: Attempt) {
        *self.0.lock() = Some(attempt);
    }

    /// Takes it, if one was left.
    pub fn take(&self) -> Option<Attempt> {
        self.0.lock().take()
    }
}

/// Who is called.
#[derive(Debug, Clone, PartialEq)]
pub enum Destination {
    /// An absolute base URL; its own path is a prefix, its query is ignored.
    Url(Url),
    /// A backend entity.
    Backend(BackendHandle),
}

/// `http-version` of `forward-request`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HttpVersion {
    /// HTTP/1.1.
    #[default]
    One,
    /// HTTP/2 where the backend offers it.
    TwoOrOne,
    /// HTTP/2.
    Two,
}

/// The answer of a backend.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Reason phrase as received; the standard one when absent.
    pub reason: Option<String>,
    /// End-to-end headers.
    pub headers: HeaderMap,
    /// Body, not yet read.
    pub body: Body,
    /// The URL that was called, for `context.Request.Url`.
    pub url: Url,
    /// What was decided on the way.
    pub attempt: Attempt,
}

/// A call that brought no answer of a backend.
#[derive(Debug)]
pub enum CallError {
    /// No call was made: the breaker is open, or that of every member.
    Unavailable {
        /// Status of the answer that the gateway makes, 503 unless configured.
        status: StatusCode,
        /// Reason phrase.
        reason: String,
        /// Whole seconds until the earliest member closes, at least 1.
        retry_after: u64,
        /// What was decided.
        attempt: Attempt,
    },
    /// The call failed below HTTP.
    Failed {
        /// `LastError.Reason`: `BackendConnectionFailure` or `Timeout`.
        reason: &'static str,
        /// Transport text.
        message: String,
        /// The URL that was called, if one was chosen.
        url: Option<Url>,
        /// What was decided.
        attempt: Attempt,
    },
}
