//! Counters and caches that outlive a plan: in memory, or where several gateways share them.

use crate::tally::{Counted, Looks};
use state::{Cache, Counters, MemoryCache, MemoryCounters};
use std::fmt;
use std::sync::Arc;

/// Bytes of each cache in memory.
const CACHE_BYTES: u64 = 256 * 1024 * 1024;

/// What policies count and keep. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct State {
    /// Counters of limits and quotas.
    pub(crate) counters: Arc<dyn Counters>,
    /// The gateway's own cache.
    pub(crate) internal: Arc<dyn Cache>,
    pub(crate) internal_looks: Arc<Looks>,
    /// What a `caches` resource stands for.
    pub(crate) external: Arc<dyn Cache>,
    pub(crate) external_looks: Arc<Looks>,
    /// Whether gateways share it: then there is an external cache, whatever the service says.
    pub(crate) is_shared: bool,
}

impl Default for State {
    fn default() -> State {
        let external = Arc::new(MemoryCache::new(CACHE_BYTES));
        State::new(Arc::new(MemoryCounters::default()), external, false)
    }
}

impl State {
    /// What gateways share; the internal cache is each one's own.
    pub fn shared(counters: Arc<dyn Counters>, external: Arc<dyn Cache>) -> State {
        State::new(counters, external, true)
    }

    fn new(counters: Arc<dyn Counters>, external: Arc<dyn Cache>, is_shared: bool) -> State {
        let internal = Counted::new(Arc::new(MemoryCache::new(CACHE_BYTES)));
        let external = Counted::new(external);
        State {
            counters,
            internal_looks: internal.looks.clone(),
            internal: Arc::new(internal),
            external_looks: external.looks.clone(),
            external: Arc::new(external),
            is_shared,
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
