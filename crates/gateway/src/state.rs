//! Counters and caches that outlive a plan: in memory, or where several gateways share them.

use state::{Cache, Counters, MemoryCache, MemoryCounters};
use std::fmt;
use std::sync::Arc;

/// Bytes of each cache in memory.
const CACHE_BYTES: u64 = 256 * 1024 * 1024;

/// What policies count and keep. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct State {
    /// Counters of limits and quotas.
    pub counters: Arc<dyn Counters>,
    /// The gateway's own cache.
    pub internal: Arc<dyn Cache>,
    /// What a `caches` resource stands for.
    pub external: Arc<dyn Cache>,
    /// Whether gateways share it: then there is an external cache, whatever the service says.
    pub is_shared: bool,
}

impl Default for State {
    fn default() -> State {
        State {
            counters: Arc::new(MemoryCounters::default()),
            internal: Arc::new(MemoryCache::new(CACHE_BYTES)),
            external: Arc::new(MemoryCache::new(CACHE_BYTES)),
            is_shared: false,
        }
    }
}

impl State {
    /// What gateways share; the internal cache is each one's own.
    pub fn shared(counters: Arc<dyn Counters>, external: Arc<dyn Cache>) -> State {
        State {
            counters,
            external,
            is_shared: true,
            ..State::default()
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("is_shared", &self.is_shared)
            .finish_non_exhaustive()
    }
}
