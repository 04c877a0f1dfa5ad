use super::vectors::MemoryVectors;
use crate::{Cache, Held, Item, Nearest, Reply, Vectors};
use clock::Moment;
use moka::policy::EvictionPolicy;
use moka::sync;
use siphasher::sip::SipHasher13;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

/// A cache of one process: so many bytes, the least recently used make room.
pub struct MemoryCache {
    // Never moka's own time to live: that would ask another clock.
    held: sync::Cache<Arc<str>, Held, BuildHasherDefault<SipHasher13>>,
    vectors: MemoryVectors,
}

/// What an entry takes beside its key and value.
const OVERHEAD: usize = 128;

impl MemoryCache {
    /// A cache of at most about `bytes`.
    pub fn new(bytes: u64) -> MemoryCache {
        let held = sync::Cache::builder()
            .max_capacity(bytes)
            .eviction_policy(EvictionPolicy::lru())
            .weigher(|key: &Arc<str>, held: &Held| {
                u32::try_from(key.len() + held.item.size() + OVERHEAD).unwrap_or(u32::MAX)
            })
            .build_with_hasher(BuildHasherDefault::default());
        MemoryCache {
            held,
            vectors: MemoryVectors::new(bytes),
        }
    }
}

impl Cache for MemoryCache {
    fn get<'a>(&'a self, key: &'a str, now: Moment) -> Reply<'a, Option<Held>> {
        let held = self.held.get(key);
        if held.as_ref().is_some_and(|it| it.until <= now) {
            self.held.invalidate(key);
            return Reply::Now(None);
        }
        Reply::Now(held)
    }

    fn put<'a>(&'a self, key: &'a str, held: Held, now: Moment) -> Reply<'a, ()> {
        match held.until > now {
            true => self.held.insert(key.into(), held),
            false => self.held.invalidate(key),
        }
        Reply::Now(())
    }

    fn remove<'a>(&'a self, key: &'a str) -> Reply<'a, ()> {
        self.held.invalidate(key);
        Reply::Now(())
    }

    fn holds_objects(&self) -> bool {
        true
    }
}

impl Vectors for MemoryCache {
    fn add<'a>(
        &'a self,
        partition: &'a str,
        key: &'a str,
        vector: Arc<[f32]>,
        until: Moment,
        now: Moment,
    ) -> Reply<'a, ()> {
        self.vectors.add(partition, key, vector, until, now)
    }

    fn nearest<'a>(
        &'a self,
        partition: &'a str,
        vector: Arc<[f32]>,
        now: Moment,
    ) -> Reply<'a, Option<Nearest>> {
        self.vectors.nearest(partition, vector, now)
    }
}

impl Item {
    fn size(&self) -> usize {
        match self {
            Item::Bytes(bytes) => bytes.len(),
            Item::Object(_, size) => *size,
        }
    }
}

impl std::fmt::Debug for MemoryCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryCache")
            .field("entries", &self.held.entry_count())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use std::time::Duration;

    fn get(cache: &MemoryCache, key: &str, now: Moment) -> Option<Bytes> {
        let Reply::Now(held) = cache.get(key, now) else {
            unreachable!("memory answers at once")
        };
        held.map(|it| match it.item {
            Item::Bytes(bytes) => bytes,
            Item::Object(..) => unreachable!("only bytes were put"),
        })
    }

    fn bytes(text: &'static str, until: Moment) -> Held {
        Held {
            item: Item::Bytes(Bytes::from_static(text.as_bytes())),
            until,
        }
    }

    #[test]
    fn entries_end_on_our_clock_and_old_ones_make_room() {
        let cache = MemoryCache::new(1_000);
        let now = Moment::from_seconds(1_700_000_000);
        let until = now + Duration::from_secs(10);
        let _ = cache.put("a", bytes("1", until), now);
        assert_eq!(
            get(&cache, "a", until - Duration::from_nanos(1)).as_deref(),
            Some(&b"1"[..])
        );
        assert_eq!(get(&cache, "a", until), None);
        for key in 0..100 {
            let _ = cache.put(&key.to_string(), bytes("x", until), now);
        }
        cache.held.run_pending_tasks();
        assert!(cache.held.weighted_size() <= 1_000);
        let _ = cache.remove("99");
        assert_eq!(get(&cache, "99", now), None);
    }
}
