//! Counters and caches in a Redis or Valkey server, for gateways that must agree: `--state redis://HOST:PORT[/DB]`, or
//! `rediss://` over TLS.
//!
//! [`connect`] gives the answers to the traits of `state` that [`RedisCounters`] and [`RedisCache`] are. Each decision is one script
//! that runs alone in the server, and so one round trip; nothing is read here and written back.
//!
//! # Whose time
//!
//! Every question carries the moment of the gateway that asks, as it does in memory: windows end, quotas renew and entries expire on
//! our clock, also when it is scaled or moved by hand, and the server's own time is never asked. So machines that share a server
//! need clocks that agree. One that lags cannot open a window again: a counter never goes back behind the last moment that it has
//! seen. One that leads by so much ends windows of the others earlier by so much. The server's own expiry only clears away what
//! nobody will ask for again.
//!
//! # When the server goes away
//!
//! That is said once, as it is when the server is back; nothing has to be restarted. Meanwhile a cache has nothing and keeps nothing
//! (documented: no error is raised), and each gateway counts for itself.
//!
//! This crate knows no policy and no HTTP.

mod cache; // bytes by key
mod counters; // limits and quotas, one script
mod link; // one connection, and what happens when it breaks
mod place; // the address as it is written
mod trouble; // why a server cannot be used
mod vectors; // keys by where they lie, with a copy here

pub use cache::RedisCache;
pub use counters::RedisCounters;
pub use place::{Place, PlaceError};
pub use trouble::Trouble;

use clock::Clock;
use link::Link;
use std::sync::Arc;

/// What gateways share.
#[derive(Debug, Clone)]
pub struct Shared {
    /// Counters of limits and quotas.
    pub counters: Arc<RedisCounters>,
    /// What a `caches` resource stands for.
    pub cache: Arc<RedisCache>,
}

/// Begins to connect to the server at `place`, and goes on trying for as long as anything of it is held: whether it is there is
/// waited for no longer than a moment, and said if it is not. What is kept begins with the name of the `service`, so that several
/// can share a server.
///
/// The connection lives on the runtime of this call.
///
/// # Errors
/// When the server is there and is of a kind that can never be used: a node of a cluster.
pub async fn connect(place: &Place, service: &str, clock: &Clock) -> Result<Shared, Trouble> {
    let link = Arc::new(Link::open(place, clock).await?);
    let prefix: Arc<str> = format!("apimite:{service}:").into();
    Ok(Shared {
        counters: Arc::new(RedisCounters::new(link.clone(), prefix.clone())),
        cache: Arc::new(RedisCache::new(link, prefix)),
    })
}
