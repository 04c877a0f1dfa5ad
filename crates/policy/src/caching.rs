//! What the caching policies have in common: which cache, what is put into it, and what an exchange remembers between look-up and
//! store.

use crate::Body;
use crate::element::Element;
use crate::exchange::{Exchange, ResponseParts, buffer_fault};
use crate::fault::Fault;
use crate::shape::{Attribute, optional};
use crate::statements::Flow;
use crate::world::{CachingType, World};
use clock::Moment;
use expression::{Message, StoredResponse, Value};
use http::header::{CACHE_CONTROL, EXPIRES, PRAGMA};
use http::{HeaderMap, HeaderValue, StatusCode};
use parking_lot::Mutex;
use state::{Held, Item};
use std::sync::Arc;
use std::time::Duration;

pub(crate) const CACHING_TYPE: Attribute = optional("caching-type")
    .or("prefer-external")
    .literal()
    .one_of(&["internal", "external", "prefer-external"]);

/// What an exchange remembers of caches.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    /// The response came out of a cache.
    pub(crate) is_hit: bool,
    /// A look-up missed: this is where `cache-store` puts the response.
    pub(crate) response: Option<Missed>,
    /// The same for `llm-semantic-cache-store`.
    pub(crate) semantic: Option<Prompted>,
}

impl Remembered {
    /// Takes over what a parallel child remembers.
    pub(crate) fn merge(&mut self, child: Remembered) {
        self.is_hit |= child.is_hit;
        self.response = child.response.or(self.response.take());
        self.semantic = child.semantic.or(self.semantic.take());
    }
}

/// Where the answer to a prompt goes that nothing near enough was found for.
#[derive(Debug)]
pub(crate) struct Prompted {
    /// Only prompts of one partition are compared.
    pub(crate) partition: String,
    /// What the prompt is about.
    pub(crate) vector: Arc<[f32]>,
}

/// Where a response goes that was looked up and not found.
#[derive(Debug)]
pub(crate) struct Missed {
    pub(crate) key: String,
    pub(crate) caching: CachingType,
    pub(crate) downstream: Downstream,
}

/// Which policy stores what a look-up finds: behind it, outbound goes on after a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Store {
    /// `cache-store`.
    Response,
    /// `llm-semantic-cache-store`, by either name.
    Semantic,
}

/// What callers are told about keeping a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Downstream {
    pub(crate) kind: DownstreamKind,
    pub(crate) must_revalidate: bool,
}

/// `downstream-caching-type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DownstreamKind {
    None,
    Private,
    Public,
}

impl Downstream {
    /// Says for how long a response may be kept (the strings are inferred).
    pub(crate) fn write(self, headers: &mut HeaderMap, left: Duration) {
        headers.remove(EXPIRES);
        headers.remove(PRAGMA);
        let kind = match self.kind {
            DownstreamKind::None => {
                let none = HeaderValue::from_static("no-store, must-revalidate, no-cache");
                headers.insert(CACHE_CONTROL, none);
                return;
            }
            DownstreamKind::Private => "private",
            DownstreamKind::Public => "public",
        };
        let revalidate = if self.must_revalidate {
            ", must-revalidate"
        } else {
            ""
        };
        let text = format!("{kind}, max-age={}{revalidate}", left.as_secs());
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(CACHE_CONTROL, value);
        }
    }
}

/// `caching-type`.
pub(crate) fn caching_type(element: &mut Element<'_, '_, '_>) -> CachingType {
    let words = [
        ("internal", CachingType::Internal),
        ("external", CachingType::External),
        ("prefer-external", CachingType::PreferExternal),
    ];
    element.choice("caching-type", &words).unwrap_or_default()
}

/// What is held under a key, as a value.
pub(crate) async fn get(
    now: Moment,
    world: &dyn World,
    caching: CachingType,
    key: &str,
) -> Option<(Value, Duration)> {
    let held = world.cache(caching)?.get(key, now).get().await?;
    let value = match &held.item {
        Item::Bytes(bytes) => Value::thaw(bytes)?,
        Item::Object(object, _) => object.downcast_ref::<Value>()?.clone(),
    };
    Some((value, held.until.since(now)))
}

/// Holds a value for so long. `false` when there is no cache, or it cannot hold such a value.
pub(crate) async fn put(
    now: Moment,
    world: &dyn World,
    caching: CachingType,
    key: &str,
    value: &Value,
    duration: Duration,
) -> bool {
    let Some(cache) = world.cache(caching) else {
        return false;
    };
    let item = match value.freeze() {
        Some(bytes) => Item::Bytes(bytes),
        // Nobody knows how big an object is: about as big as its text.
        None if cache.holds_objects() && !value.is_null() => {
            Item::Object(Arc::new(value.clone()), value.to_text().len())
        }
        None => return false,
    };
    let held = Held {
        item,
        until: now + duration,
    };
    cache.put(key, held, now).get().await;
    true
}

/// Holds the present response, all of it. `false` when there is no cache.
pub(crate) async fn put_response(
    exchange: &mut Exchange,
    world: &dyn World,
    caching: CachingType,
    key: &str,
    duration: Duration,
) -> Result<bool, Fault> {
    let limit = exchange.body_limit;
    let Some(response) = &mut exchange.response else {
        return Ok(false);
    };
    let kept = response.body.keep(limit).await;
    kept.map_err(|error| buffer_fault(Message::Response, &error))?;
    let body = response.body.bytes().cloned().unwrap_or_default();
    let value = Value::response(Arc::new(StoredResponse {
        status: response.status.as_u16(),
        reason: response.reason().to_owned(),
        headers: response.headers.clone(),
        body: Mutex::new(Some(body)),
    }));
    Ok(put(exchange.time(), world, caching, key, &value, duration).await)
}

/// The response that is held under a key, and for how long.
pub(crate) async fn get_response(
    now: Moment,
    world: &dyn World,
    caching: CachingType,
    key: &str,
) -> Option<(ResponseParts, Duration)> {
    let (value, left) = get(now, world, caching, key).await?;
    Some((parts(&*value.as_response()?), left))
}

/// Answers with what was found: outbound goes on behind the policy that stores.
pub(crate) fn hit(exchange: &mut Exchange, parts: ResponseParts, store: Store) -> Flow {
    exchange.set_response(Some(parts));
    exchange.remembered.is_hit = true;
    Flow::Cached(store)
}

fn parts(response: &StoredResponse) -> ResponseParts {
    ResponseParts {
        status: StatusCode::from_u16(response.status).unwrap_or_default(),
        reason: Some(response.reason.clone()).filter(|it| !it.is_empty()),
        headers: response.headers.clone(),
        body: Body::Full(response.body.lock().clone().unwrap_or_default()),
    }
}

/// A duration in seconds; none for what is not above 0.
pub(crate) fn seconds(seconds: i64) -> Option<Duration> {
    u64::try_from(seconds)
        .ok()
        .filter(|it| *it > 0)
        .map(Duration::from_secs)
}
