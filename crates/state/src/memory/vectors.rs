use crate::{Nearest, Reply, Vectors, distance};
use clock::Moment;
use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Keys by where they lie, in one process: every key of a partition is compared, so the nearest is always found.
#[derive(Debug)]
pub struct MemoryVectors {
    inner: RwLock<Inner>,
    capacity: u64,
}

#[derive(Debug, Default)]
struct Inner {
    partitions: BTreeMap<Arc<str>, Vec<Entry>>,
    size: u64,
}

#[derive(Debug)]
struct Entry {
    key: Arc<str>,
    vector: Arc<[f32]>,
    put: Moment,
    until: Moment,
}

impl Entry {
    fn size(&self) -> u64 {
        (self.vector.len() * size_of::<f32>() + self.key.len() + size_of::<Entry>()) as u64
    }
}

impl MemoryVectors {
    /// Room for about so many bytes; the oldest make room.
    pub fn new(capacity: u64) -> MemoryVectors {
        MemoryVectors {
            inner: RwLock::default(),
            capacity,
        }
    }

    /// Forgets a whole partition.
    pub fn clear(&self, partition: &str) {
        let mut inner = self.inner.write();
        let gone = inner.partitions.remove(partition);
        inner.size -= gone.iter().flatten().map(Entry::size).sum::<u64>();
    }
}

impl Vectors for MemoryVectors {
    fn add<'a>(
        &'a self,
        partition: &'a str,
        key: &'a str,
        vector: Arc<[f32]>,
        until: Moment,
        now: Moment,
    ) -> Reply<'a, ()> {
        let entry = Entry {
            key: key.into(),
            vector,
            put: now,
            until,
        };
        let mut inner = self.inner.write();
        inner.size += entry.size();
        if let Some(entries) = inner.partitions.get_mut(partition) {
            let mut old = 0;
            entries.retain(|it| {
                let stays = it.key != entry.key && it.vector != entry.vector;
                old += if stays { 0 } else { it.size() };
                stays
            });
            entries.push(entry);
            inner.size -= old;
        } else {
            inner.partitions.insert(partition.into(), vec![entry]);
        }
        if inner.size > self.capacity {
            inner.make_room(self.capacity, now);
        }
        Reply::Now(())
    }

    fn nearest<'a>(
        &'a self,
        partition: &'a str,
        vector: Arc<[f32]>,
        now: Moment,
    ) -> Reply<'a, Option<Nearest>> {
        let inner = self.inner.read();
        let mut best: Option<(f64, &Entry)> = None;
        let entries = inner.partitions.get(partition).into_iter().flatten();
        for entry in entries.filter(|it| it.until > now) {
            let far = distance(&entry.vector, &vector);
            // Of two that are as near the later one counts.
            if best.is_none_or(|(least, held)| far < least || far == least && entry.put >= held.put) {
                best = Some((far, entry));
            }
        }
        Reply::Now(best.map(|(distance, entry)| Nearest {
            key: entry.key.clone(),
            distance,
        }))
    }
}

impl Inner {
    // First what has ended, then the oldest, down to nine tenths so that it is not done for every entry.
    fn make_room(&mut self, capacity: u64, now: Moment) {
        let mut puts: Vec<(Moment, u64)> = Vec::new();
        self.size = 0;
        for entries in self.partitions.values_mut() {
            entries.retain(|it| it.until > now);
            self.size += entries.iter().map(Entry::size).sum::<u64>();
            puts.extend(entries.iter().map(|it| (it.put, it.size())));
        }
        puts.sort_unstable();
        let mut over = self.size.saturating_sub(capacity / 10 * 9);
        let mut newest_out = None;
        for (put, size) in puts {
            if over == 0 {
                break;
            }
            over = over.saturating_sub(size);
            newest_out = Some(put);
        }
        for entries in self.partitions.values_mut() {
            entries.retain(|it| newest_out.is_none_or(|out| it.put > out));
        }
        self.partitions.retain(|_, entries| !entries.is_empty());
        self.size = self.partitions.values().flatten().map(Entry::size).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn now() -> Moment {
        Moment::from_seconds(1_700_000_000)
    }

    fn until() -> Moment {
        now() + Duration::from_secs(10)
    }

    fn put(vectors: &MemoryVectors, partition: &str, key: &str, vector: [f32; 2]) {
        let _ = vectors.add(partition, key, vector.into(), until(), now());
    }

    fn nearest(
        vectors: &MemoryVectors,
        partition: &str,
        vector: [f32; 2],
        now: Moment,
    ) -> Option<(String, f64)> {
        let Reply::Now(found) = vectors.nearest(partition, vector.into(), now) else {
            unreachable!("memory answers at once")
        };
        found.map(|it| (it.key.to_string(), it.distance))
    }

    #[test]
    fn the_nearest_of_a_partition_is_found() {
        let vectors = MemoryVectors::new(10_000);
        put(&vectors, "a", "east", [1.0, 0.0]);
        put(&vectors, "a", "north", [0.0, 1.0]);
        put(&vectors, "b", "other", [1.0, 0.1]);
        let key = |partition, vector| nearest(&vectors, partition, vector, now()).map(|it| it.0);
        assert_eq!(key("a", [1.0, 0.2]).as_deref(), Some("east"));
        assert_eq!(key("a", [0.4, 1.0]).as_deref(), Some("north"));
        assert_eq!(key("c", [1.0, 0.0]), None);
        let (_, far) = nearest(&vectors, "a", [1.0, 0.2], now()).unwrap();
        assert!((far - 0.0194).abs() < 1e-3, "{far}");
        assert_eq!(nearest(&vectors, "a", [1.0, 0.0], until()), None);
    }

    #[test]
    fn a_key_moves_and_a_place_has_one_key() {
        let vectors = MemoryVectors::new(10_000);
        put(&vectors, "a", "first", [1.0, 0.0]);
        put(&vectors, "a", "second", [1.0, 0.0]);
        assert_eq!(
            nearest(&vectors, "a", [1.0, 0.0], now()),
            Some(("second".into(), 0.0))
        );
        put(&vectors, "a", "second", [0.0, 1.0]);
        assert_eq!(
            nearest(&vectors, "a", [1.0, 0.0], now()),
            Some(("second".into(), 1.0))
        );
        vectors.clear("a");
        assert_eq!(nearest(&vectors, "a", [1.0, 0.0], now()), None);
        assert_eq!(vectors.inner.read().size, 0);
    }

    #[test]
    fn the_oldest_make_room() {
        let vectors = MemoryVectors::new(10_000);
        for at in 0..1_000u16 {
            let later = now() + Duration::from_secs(1) * u32::from(at);
            let until = later + Duration::from_secs(5_000);
            let _ = vectors.add("a", &at.to_string(), [f32::from(at), 1.0].into(), until, later);
        }
        assert!(vectors.inner.read().size <= 10_000);
        let key = nearest(&vectors, "a", [999.0, 1.0], now()).map(|it| it.0);
        assert_eq!(key.as_deref(), Some("999"));
    }
}
