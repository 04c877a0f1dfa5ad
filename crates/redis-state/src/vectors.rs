use crate::link::{Effect, Link};
use clock::Moment;
use parking_lot::Mutex;
use redis::Script;
use state::{MemoryVectors, Nearest, Vectors};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A copy of the vectors that gateways share, compared here: a server without vector search could only hand them all over for
/// every question. Before each question the copy takes over what is new.
#[derive(Debug)]
pub(crate) struct Mirror {
    vectors: MemoryVectors,
    seen: Mutex<BTreeMap<String, Seen>>,
    add: Script,
    since: Script,
}

/// How far the copy of a partition goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Seen {
    epoch: String,
    last: u64,
}

/// Bytes of the copy.
const CAPACITY: u64 = 256 * 1024 * 1024;
/// Entries that a partition keeps.
const MOST: u64 = 10_000;
/// Entries in one answer of the server.
const BATCH: u64 = 256;

/// An entry as it is kept: its end in nanoseconds, the length of its key, the key, and the vector in little-endian parts.
struct Entry {
    key: String,
    vector: Arc<[f32]>,
    until: Moment,
}

impl Default for Mirror {
    fn default() -> Mirror {
        Mirror {
            vectors: MemoryVectors::new(CAPACITY),
            seen: Mutex::default(),
            add: Script::new(include_str!("vectors_add.lua")),
            since: Script::new(include_str!("vectors_since.lua")),
        }
    }
}

impl Mirror {
    pub(crate) async fn add(
        &self,
        link: &Link,
        partition: &str,
        key: &str,
        vector: &[f32],
        until: Moment,
        now: Moment,
    ) {
        let mut call = self.add.prepare_invoke();
        call.key(partition)
            .arg(key)
            .arg(write(key, vector, until))
            .arg(now.nanos())
            .arg(link.expiry(until.since(now)))
            .arg(MOST);
        link.run::<()>(Effect::Writes, &call).await;
    }

    pub(crate) async fn nearest(
        &self,
        link: &Link,
        partition: &str,
        vector: Arc<[f32]>,
        now: Moment,
    ) -> Option<Nearest> {
        self.follow(link, partition, now).await?;
        self.vectors.nearest(partition, vector, now).get().await
    }

    // Takes over what is new in a partition. `None` when there is no such partition, or no server.
    async fn follow(&self, link: &Link, partition: &str, now: Moment) -> Option<()> {
        loop {
            let seen = self.seen.lock().get(partition).cloned().unwrap_or_default();
            let mut call = self.since.prepare_invoke();
            call.key(partition).arg(&seen.epoch).arg(seen.last).arg(BATCH);
            let answer: Vec<Vec<u8>> = link.run(Effect::Reads, &call).await?;
            let [epoch, to, last, entries @ ..] = &answer[..] else {
                self.vectors.clear(partition);
                self.seen.lock().remove(partition);
                return None;
            };
            let epoch = String::from_utf8_lossy(epoch).into_owned();
            let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok()?.parse::<u64>().ok();
            let (to, last) = (number(to)?, number(last)?);
            if epoch != seen.epoch {
                self.vectors.clear(partition);
            }
            for entry in entries.iter().filter_map(|bytes| read(bytes)) {
                self.vectors
                    .add(partition, &entry.key, entry.vector, entry.until, now)
                    .get()
                    .await;
            }
            let seen = Seen { epoch, last: to };
            self.seen.lock().insert(partition.to_owned(), seen);
            if to >= last {
                return Some(());
            }
        }
    }
}

fn write(key: &str, vector: &[f32], until: Moment) -> Vec<u8> {
    let length = u32::try_from(key.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(12 + key.len() + size_of_val(vector));
    bytes.extend(until.nanos().to_be_bytes());
    bytes.extend(length.to_be_bytes());
    bytes.extend(key.as_bytes());
    vector.iter().for_each(|part| bytes.extend(part.to_le_bytes()));
    bytes
}

fn read(bytes: &[u8]) -> Option<Entry> {
    let (until, rest) = bytes.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (key, vector) = rest.split_at_checked(length)?;
    let (parts, _) = vector.as_chunks::<4>();
    Some(Entry {
        key: String::from_utf8(key.to_vec()).ok()?,
        vector: parts.iter().copied().map(f32::from_le_bytes).collect(),
        until: Moment::from_nanos(i64::from_be_bytes(*until)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_as_they_were_written() {
        let until = Moment::from_seconds(1_700_000_000);
        let entry = read(&write("schlüssel", &[0.25, -1.5, f32::MIN], until)).unwrap();
        assert_eq!(entry.key, "schlüssel");
        assert_eq!(
            (entry.until, &entry.vector[..]),
            (until, &[0.25, -1.5, f32::MIN][..])
        );
        assert!(read(b"").is_none() && read(&[255; 14]).is_none());
    }
}
