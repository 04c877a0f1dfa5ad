//! What the proxy was asked for, and what became of it.

use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Connections that a proxy was asked for, by what became of them and by host, and requests that were answered in them.
#[derive(Debug, Default)]
pub struct Traffic {
    counted: Mutex<BTreeMap<(Fate, String), u64>>,
    requests: AtomicU64,
    /// Microseconds.
    busy: AtomicU64,
}

/// What became of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    /// It was answered here.
    Answered,
    /// It was let through to somebody else.
    Tunnelled,
    /// It would have left this machine.
    Refused,
}

const FATES: [(Fate, &str); 3] = [
    (Fate::Answered, "answered"),
    (Fate::Tunnelled, "tunnelled"),
    (Fate::Refused, "refused"),
];
/// Hosts that are told apart.
const MOST: usize = 1_024;
/// All others.
const OTHERS: &str = "*";

impl Traffic {
    pub(crate) fn note(&self, fate: Fate, host: &str) {
        let mut counted = self.counted.lock();
        let key = (fate, host.to_ascii_lowercase());
        let is_known = counted.contains_key(&key);
        let key = match is_known || counted.len() < MOST {
            true => key,
            false => (fate, OTHERS.to_owned()),
        };
        *counted.entry(key).or_default() += 1;
    }

    /// A request was answered, in this time.
    pub(crate) fn answered(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.busy.fetch_add(micros, Ordering::Relaxed);
    }

    /// Requests that were answered here, and how long they took, all together.
    pub fn requests(&self) -> (u64, Duration) {
        (
            self.requests.load(Ordering::Relaxed),
            Duration::from_micros(self.busy.load(Ordering::Relaxed)),
        )
    }

    /// `{ "asked": n, "answered": { "count": n, "hosts": { host: n } }, "tunnelled": ..., "refused": ... }`
    pub fn facts(&self) -> Value {
        let counted = self.counted.lock();
        let mut facts = json!({ "asked": counted.values().sum::<u64>() });
        for (fate, name) in FATES {
            let own = counted.iter().filter(|((it, _), _)| *it == fate);
            let hosts: Map<String, Value> = own
                .map(|((_, host), count)| (host.clone(), (*count).into()))
                .collect();
            let count: u64 = hosts.values().filter_map(Value::as_u64).sum();
            facts[name] = json!({ "count": count, "hosts": hosts });
        }
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_was_asked_for_is_counted_once() {
        let traffic = Traffic::default();
        traffic.note(Fate::Answered, "management.azure.com");
        traffic.note(Fate::Answered, "MANAGEMENT.azure.com");
        traffic.note(Fate::Refused, "pypi.org");
        for n in 0..2 * MOST {
            traffic.note(Fate::Refused, &format!("h{n}.example"));
        }
        let facts = traffic.facts();
        assert_eq!(facts["asked"], 3 + 2 * MOST);
        assert_eq!(
            facts["answered"],
            json!({ "count": 2, "hosts": { "management.azure.com": 2 } })
        );
        assert_eq!(facts["tunnelled"]["count"], 0);
        assert!(
            facts["refused"]["hosts"]
                .as_object()
                .is_some_and(|it| it.len() <= MOST)
        );
    }
}
