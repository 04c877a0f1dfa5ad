//! What happened to the last requests: a ring of records.

use parking_lot::Mutex;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use trace::Record;
use uuid::Uuid;

/// The last requests of a gateway, oldest first.
#[derive(Debug)]
pub(crate) struct Recorder {
    ring: Mutex<Ring>,
}

#[derive(Debug)]
struct Ring {
    keep: usize,
    records: VecDeque<Arc<Record>>,
}

impl Recorder {
    /// A ring for `keep` requests.
    pub(crate) fn new(keep: usize) -> Recorder {
        Recorder {
            ring: Mutex::new(Ring {
                keep,
                records: VecDeque::new(),
            }),
        }
    }

    /// Keeps `record`; the oldest makes room.
    pub(crate) fn push(&self, record: Record) {
        let mut ring = self.ring.lock();
        if ring.keep == 0 {
            return;
        }
        let oldest = (ring.records.len() >= ring.keep)
            .then(|| ring.records.pop_front())
            .flatten();
        ring.records.push_back(Arc::new(record));
        drop(ring);
        // Taken apart outside the lock.
        drop(oldest);
    }

    /// Keeps so many from now on.
    pub(crate) fn resize(&self, keep: usize) {
        let mut ring = self.ring.lock();
        ring.keep = keep;
        let over = ring.records.len().saturating_sub(keep);
        ring.records.drain(..over);
    }

    /// The last `count`, in the order in which they ended.
    pub(crate) fn last(&self, count: usize) -> Vec<Arc<Record>> {
        let ring = self.ring.lock();
        ring.records
            .iter()
            .skip(ring.records.len().saturating_sub(count))
            .cloned()
            .collect()
    }

    /// The request of an id.
    pub(crate) fn by_id(&self, id: Uuid) -> Option<Arc<Record>> {
        self.find(|record| record.summary.id == id)
    }

    /// The request of an ordinal.
    pub(crate) fn by_number(&self, number: u64) -> Option<Arc<Record>> {
        self.find(|record| record.summary.number == number)
    }

    fn find(&self, is_it: impl Fn(&Record) -> bool) -> Option<Arc<Record>> {
        self.ring
            .lock()
            .records
            .iter()
            .rev()
            .find(|record| is_it(record))
            .cloned()
    }
}

/// Query parameters that hold keys wherever they occur.
const KEYS: [&str; 5] = ["subscription-key", "api-key", "code", "sig", "key"];

/// A path and query with the values of keys masked. `own` is the name under which the API reads its key.
pub(crate) fn masked<'a>(path_and_query: &'a str, own: Option<&str>) -> Cow<'a, str> {
    let Some((path, query)) = path_and_query.split_once('?') else {
        return path_and_query.into();
    };
    let is_key = |pair: &str| {
        let name = pair.split('=').next().unwrap_or(pair);
        KEYS.iter()
            .copied()
            .chain(own)
            .any(|key| key.eq_ignore_ascii_case(name))
    };
    if !query.split('&').any(is_key) {
        return path_and_query.into();
    }
    let pairs = query
        .split('&')
        .map(|pair| match (is_key(pair), pair.split_once('=')) {
            (true, Some((name, _))) => Cow::Owned(format!("{name}=***")),
            _ => Cow::Borrowed(pair),
        });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&")).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::Moment;
    use trace::RequestSummary;

    fn record(number: u64) -> Record {
        let summary = RequestSummary {
            id: Uuid::from_u128(u128::from(number)),
            number,
            started: Moment::EPOCH,
            ended: Moment::EPOCH,
            method: "GET".into(),
            path: "/".into(),
            api: None,
            operation: None,
            product: None,
            subscription: None,
            status: 200,
            error: None,
        };
        Record {
            summary,
            events: Vec::new(),
        }
    }

    #[test]
    fn the_oldest_makes_room_and_the_rest_is_found() {
        let recorder = Recorder::new(2);
        for number in 1..=3 {
            recorder.push(record(number));
        }
        let numbers = |count| {
            recorder
                .last(count)
                .iter()
                .map(|it| it.summary.number)
                .collect::<Vec<_>>()
        };
        assert_eq!((numbers(1), numbers(9)), (vec![3], vec![2, 3]));
        assert!(recorder.by_number(1).is_none() && recorder.by_number(2).is_some());
        assert!(recorder.by_id(Uuid::from_u128(3)).is_some());
        recorder.resize(1);
        assert_eq!(numbers(9), [3]);
    }

    #[test]
    fn keys_are_masked_in_paths() {
        assert_eq!(
            masked("/a?x=1&Subscription-Key=abc", None),
            "/a?x=1&Subscription-Key=***"
        );
        assert_eq!(masked("/a?k=abc&x", Some("k")), "/a?k=***&x");
        assert_eq!(masked("/a?x=1", Some("k")), "/a?x=1");
    }
}
