//! What OpenID providers publish: metadata and keys, fetched through the world and kept by its clock.

use crate::world::{Call, CallError, Destination, GivenUp, HttpVersion, World};
use crate::{Body, url};
use clock::Moment;
use expression::Url;
use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jose::Key;
use parking_lot::RwLock;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long a document is taken as it is (documented: once per hour).
const FRESH: Duration = Duration::from_secs(3600);
/// How long nobody asks again after a failure, or for a key that is not there (documented: five minutes).
const PAUSE: Duration = Duration::from_secs(300);
/// How long a provider may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of a document that are read.
const BYTES: usize = 1024 * 1024;
/// Providers that are remembered: addresses may be computed.
const MOST: usize = 256;

/// What has been fetched so far, by address. A gateway has one and keeps it through reloads.
#[derive(Debug, Default)]
pub struct OpenId {
    known: RwLock<BTreeMap<Arc<str>, Known>>,
}

#[derive(Debug)]
struct Known {
    last: Result<Arc<Provider>, Arc<str>>,
    // When `last` was fetched; of a failure, when it failed.
    fetched: Moment,
    tried: Moment,
}

/// A provider, as it describes itself.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Provider {
    /// Who its tokens say they are from; may hold `{tenantid}`.
    pub(crate) issuer: Option<String>,
    /// Keys that check its tokens.
    pub(crate) keys: Vec<Key>,
}

impl OpenId {
    /// The provider whose metadata stand at `address`; the text says why there is none.
    pub(crate) async fn provider(&self, address: &Url, world: &dyn World) -> Result<Arc<Provider>, Arc<str>> {
        let key: Arc<str> = url::text(address).into();
        let now = world.clock().now();
        if let Some(known) = self.current(&key, now) {
            return known;
        }
        self.fetch(key, address, world).await
    }

    /// The same fetched anew, since a token names a key that it did not have. `None` when that has just been tried.
    pub(crate) async fn again(&self, address: &Url, world: &dyn World) -> Option<Arc<Provider>> {
        let key: Arc<str> = url::text(address).into();
        let now = world.clock().now();
        let is_due = match self.known.write().get_mut(&key) {
            Some(known) if now.since(known.tried) < PAUSE => false,
            // Whoever comes meanwhile does not ask as well.
            Some(known) => {
                known.tried = now;
                true
            }
            None => true,
        };
        match is_due {
            true => self.fetch(key, address, world).await.ok(),
            false => None,
        }
    }

    // What can be used without asking; of several that find it stale only the first asks.
    fn current(&self, key: &str, now: Moment) -> Option<Result<Arc<Provider>, Arc<str>>> {
        let is_good = |known: &Known| match &known.last {
            Ok(_) => now.since(known.fetched) < FRESH || now.since(known.tried) < PAUSE,
            Err(_) => now.since(known.tried) < PAUSE,
        };
        if let Some(known) = self.known.read().get(key).filter(|it| is_good(it)) {
            return Some(known.last.clone());
        }
        let mut all = self.known.write();
        let known = all.get_mut(key)?;
        if is_good(known) {
            return Some(known.last.clone());
        }
        known.tried = now;
        None
    }

    async fn fetch(
        &self,
        key: Arc<str>,
        address: &Url,
        world: &dyn World,
    ) -> Result<Arc<Provider>, Arc<str>> {
        let fetched = provider(address, world).await;
        let now = world.clock().now();
        let mut all = self.known.write();
        let (last, fetched) = match (fetched, all.get(&key)) {
            (Ok(provider), _) => (Ok(Arc::new(provider)), now),
            // What was known goes on being used.
            (Err(_), Some(known)) if known.last.is_ok() => (known.last.clone(), known.fetched),
            (Err(message), _) => (Err(Arc::from(message)), now),
        };
        if !all.contains_key(&key) && all.len() >= MOST {
            let oldest = all.iter().min_by_key(|(_, known)| known.tried);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                all.remove(&oldest);
            }
        }
        all.insert(
            key,
            Known {
                last: last.clone(),
                fetched,
                tried: now,
            },
        );
        last
    }
}

async fn provider(address: &Url, world: &dyn World) -> Result<Provider, String> {
    let metadata = document(address, world).await?;
    let issuer = metadata.get("issuer").and_then(Json::as_str).map(str::to_owned);
    let keys = match metadata.get("jwks_uri").and_then(Json::as_str) {
        None => Vec::new(),
        Some(text) => {
            let address = url::parse(text).ok_or_else(|| format!("`jwks_uri` is no URL: '{text}'"))?;
            Key::from_jwks(&document(&address, world).await?)
        }
    };
    Ok(Provider { issuer, keys })
}

async fn document(address: &Url, world: &dyn World) -> Result<Json, String> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let (base, query) = split(address);
    let call = Call {
        to: Destination::Url(base),
        method: Method::GET,
        path: String::new(),
        query,
        headers,
        body: Body::Absent,
        certificate: None,
        proxy: None,
        forwarded_for: None,
        timeout: PATIENCE,
        version: HttpVersion::One,
        follow_redirects: true,
        given_up: GivenUp::default(),
    };
    let place = url::text(address);
    let failed =
        |why: &dyn std::fmt::Display| format!("IDX20804: Unable to retrieve document from: '{place}'. {why}");
    let mut answer = match world.send(call).await {
        Ok(answer) => answer,
        Err(CallError::Unavailable { reason, .. }) => return Err(failed(&reason)),
        Err(CallError::Failed { message, .. }) => return Err(failed(&message)),
    };
    if answer.status != StatusCode::OK {
        return Err(failed(&format_args!("The status is {}.", answer.status.as_u16())));
    }
    answer.body.buffer(BYTES).await.map_err(|error| failed(&error))?;
    match &answer.body {
        Body::Full(bytes) => {
            serde_json::from_slice(bytes).map_err(|error| failed(&format_args!("It is no JSON: {error}.")))
        }
        _ => Err(failed(&"It is empty.")),
    }
}

fn split(address: &Url) -> (Url, String) {
    let base = Url {
        query: "".into(),
        ..address.clone()
    };
    (base, address.query.to_string())
}
