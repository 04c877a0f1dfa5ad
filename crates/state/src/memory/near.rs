use crate::distance;
use bytes::Bytes;
use clock::Moment;
use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Things by vector, in partitions: every entry of a partition is compared, so the nearest is always found.
#[derive(Debug)]
pub(super) struct Near {
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
    vector: Arc<[f32]>,
    bytes: Bytes,
    put: Moment,
    until: Moment,
}

impl Entry {
    fn size(&self) -> u64 {
        (self.vector.len() * size_of::<f32>() + self.bytes.len() + size_of::<Entry>()) as u64
    }
}

impl Near {
    /// Room for about so many bytes; the oldest make room.
    pub(super) fn new(capacity: u64) -> Near {
        Near {
            inner: RwLock::default(),
            capacity,
        }
    }

    pub(super) fn put(&self, partition: &str, vector: Arc<[f32]>, bytes: Bytes, until: Moment, now: Moment) {
        let entry = Entry {
            vector,
            bytes,
            put: now,
            until,
        };
        let mut inner = self.inner.write();
        inner.size += entry.size();
        if let Some(entries) = inner.partitions.get_mut(partition) {
            // The same question asked again replaces its answer.
            let twin = entries.iter().position(|it| it.vector == entry.vector);
            let old = twin.map(|at| entries.swap_remove(at).size()).unwrap_or(0);
            entries.push(entry);
            inner.size -= old;
        } else {
            inner.partitions.insert(partition.into(), vec![entry]);
        }
        if inner.size > self.capacity {
            inner.make_room(self.capacity, now);
        }
    }

    pub(super) fn nearest(
        &self,
        partition: &str,
        vector: &[f32],
        bound: f64,
        now: Moment,
    ) -> Option<(f64, Bytes)> {
        let inner = self.inner.read();
        let mut best: Option<(f64, &Entry)> = None;
        for entry in inner
            .partitions
            .get(partition)?
            .iter()
            .filter(|it| it.until > now)
        {
            let far = distance(&entry.vector, vector);
            // Of two that are as near the later one counts.
            let is_better =
                best.is_none_or(|(least, held)| far < least || far == least && entry.put > held.put);
            if far <= bound && is_better {
                best = Some((far, entry));
            }
        }
        best.map(|(far, entry)| (far, entry.bytes.clone()))
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

    #[test]
    fn the_nearest_of_a_partition_within_the_bound_is_found() {
        let near = Near::new(10_000);
        let now = Moment::from_seconds(1_700_000_000);
        let until = now + Duration::from_secs(10);
        let put = |partition: &str, vector: [f32; 2], text: &'static str| {
            near.put(
                partition,
                vector.into(),
                Bytes::from_static(text.as_bytes()),
                until,
                now,
            );
        };
        put("a", [1.0, 0.0], "east");
        put("a", [0.0, 1.0], "north");
        put("b", [1.0, 0.1], "other");
        let found = |partition, vector: [f32; 2], bound| {
            near.nearest(partition, &vector, bound, now)
                .map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned())
        };
        assert_eq!(found("a", [1.0, 0.2], 0.1).as_deref(), Some("east"));
        assert_eq!(found("a", [1.0, 0.2], 0.001), None);
        assert_eq!(found("a", [0.4, 1.0], 0.5).as_deref(), Some("north"));
        assert_eq!(found("c", [1.0, 0.0], 2.0), None);
        assert!(near.nearest("a", &[1.0, 0.0], 2.0, until).is_none());
        for at in 0..1_000u16 {
            let later = now + Duration::from_secs(1) * u32::from(at);
            near.put(
                "a",
                [f32::from(at), 1.0].into(),
                Bytes::new(),
                later + Duration::from_secs(5_000),
                later,
            );
        }
        assert!(near.inner.read().size <= 10_000);
    }
}
