//! What happened how often, since the start: additions to numbers that are found when a service is loaded.

use parking_lot::Mutex;
use policy::TokenTally;
use state::{Cache, Held, Nearest, Reply, Vectors};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Numbers by HTTP status; 0 where none was sent.
pub(crate) struct Statuses(Box<[Count; 600]>);

impl Default for Statuses {
    fn default() -> Statuses {
        Statuses(Box::new([const { Count(AtomicU64::new(0)) }; 600]))
    }
}

impl fmt::Debug for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.all()).finish()
    }
}

impl Statuses {
    pub(crate) fn add(&self, status: u16) {
        if let Some(count) = self.0.get(usize::from(status)) {
            count.add(1);
        }
    }

    /// Those that occurred.
    pub(crate) fn all(&self) -> impl Iterator<Item = (usize, u64)> {
        let all = self.0.iter().map(Count::get).enumerate();
        all.filter(|(_, count)| *count > 0)
    }
}

/// How long something took, in classes.
#[derive(Debug, Default)]
pub(crate) struct Durations {
    classes: [Count; BOUNDS.len()],
    longer: Count,
    micros: Count,
}

/// Upper bounds of the classes, in seconds.
pub(crate) const BOUNDS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 120.0,
];

impl Durations {
    pub(crate) fn add(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let class = BOUNDS.iter().position(|bound| seconds <= *bound);
        class.map_or(&self.longer, |at| &self.classes[at]).add(1);
        self.micros
            .add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// How many took at most each bound; how many there were, and how long they took together, in seconds.
    pub(crate) fn read(&self) -> ([u64; BOUNDS.len()], u64, f64) {
        let mut below = 0;
        let classes = self.classes.each_ref().map(|count| {
            below += count.get();
            below
        });
        (classes, below + self.longer.get(), self.micros.get() as f64 / 1e6)
    }
}

/// Requests to an API.
#[derive(Debug, Default)]
pub(crate) struct ApiTally {
    pub(crate) answered: Statuses,
    /// From the head of the request to that of its answer.
    pub(crate) took: Durations,
    pub(crate) tokens: Arc<TokenTally>,
}

/// Attempts at a backend.
#[derive(Debug, Default)]
pub(crate) struct BackendTally {
    pub(crate) answered: Statuses,
    pub(crate) broken: Count,
    pub(crate) late: Count,
    /// Its caller left.
    pub(crate) given_up: Count,
    /// No call was made: it was open, or every member was.
    pub(crate) unavailable: Count,
}

/// Which API, which policy or step, and its reason.
pub(crate) type Error = (Arc<str>, String, String);

/// Everything of a gateway, over all its plans.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    apis: Mutex<BTreeMap<Arc<str>, Arc<ApiTally>>>,
    backends: Mutex<BTreeMap<Arc<str>, Arc<BackendTally>>>,
    errors: Mutex<BTreeMap<Error, u64>>,
}

impl Tally {
    /// Requests to the API of a name; those that belong to none have an empty one.
    pub(crate) fn api(&self, name: &Arc<str>) -> Arc<ApiTally> {
        self.apis.lock().entry(name.clone()).or_default().clone()
    }

    /// Attempts at the backend of a name; those at plain URLs have an empty one.
    pub(crate) fn backend(&self, name: &Arc<str>) -> Arc<BackendTally> {
        self.backends.lock().entry(name.clone()).or_default().clone()
    }

    /// A request failed.
    pub(crate) fn failed(&self, api: &Arc<str>, source: &str, reason: &str) {
        let error = (api.clone(), source.to_owned(), reason.to_owned());
        *self.errors.lock().entry(error).or_default() += 1;
    }

    pub(crate) fn apis(&self) -> Vec<(Arc<str>, Arc<ApiTally>)> {
        let all = self.apis.lock();
        all.iter().map(|(name, it)| (name.clone(), it.clone())).collect()
    }

    pub(crate) fn backends(&self) -> Vec<(Arc<str>, Arc<BackendTally>)> {
        let all = self.backends.lock();
        all.iter().map(|(name, it)| (name.clone(), it.clone())).collect()
    }

    pub(crate) fn errors(&self) -> Vec<(Error, u64)> {
        let all = self.errors.lock();
        all.iter().map(|(error, count)| (error.clone(), *count)).collect()
    }
}

/// A cache whose look-ups are counted.
pub(crate) struct Counted {
    inner: Arc<dyn Cache>,
    pub(crate) looks: Arc<Looks>,
}

/// Look-ups of a cache.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    pub(crate) hits: Count,
    pub(crate) misses: Count,
}

impl Looks {
    fn add(&self, found: Option<Held>) -> Option<Held> {
        let count = if found.is_some() { &self.hits } else { &self.misses };
        count.add(1);
        found
    }
}

impl Counted {
    pub(crate) fn new(inner: Arc<dyn Cache>) -> Counted {
        Counted {
            inner,
            looks: Arc::default(),
        }
    }
}

impl Cache for Counted {
    fn get<'a>(&'a self, key: &'a str, now: clock::Moment) -> Reply<'a, Option<Held>> {
        match self.inner.get(key, now) {
            Reply::Now(found) => Reply::Now(self.looks.add(found)),
            Reply::Later(found) => Reply::Later(Box::pin(async move { self.looks.add(found.await) })),
        }
    }

    fn put<'a>(&'a self, key: &'a str, held: Held, now: clock::Moment) -> Reply<'a, ()> {
        self.inner.put(key, held, now)
    }

    fn remove<'a>(&'a self, key: &'a str) -> Reply<'a, ()> {
        self.inner.remove(key)
    }

    fn holds_objects(&self) -> bool {
        self.inner.holds_objects()
    }
}

impl Vectors for Counted {
    fn add<'a>(
        &'a self,
        partition: &'a str,
        key: &'a str,
        vector: Arc<[f32]>,
        until: clock::Moment,
        now: clock::Moment,
    ) -> Reply<'a, ()> {
        self.inner.add(partition, key, vector, until, now)
    }

    fn nearest<'a>(
        &'a self,
        partition: &'a str,
        vector: Arc<[f32]>,
        now: clock::Moment,
    ) -> Reply<'a, Option<Nearest>> {
        self.inner.nearest(partition, vector, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_fall_into_classes() {
        let durations = Durations::default();
        for millis in [0, 1, 2, 300_000] {
            durations.add(Duration::from_millis(millis));
        }
        let (classes, count, sum) = durations.read();
        assert_eq!((classes[0], classes[1], classes[12], count), (2, 3, 3, 4));
        assert!((sum - 300.003).abs() < 1e-9);
    }

    #[test]
    fn statuses_that_occurred_are_listed() {
        let statuses = Statuses::default();
        for status in [200, 0, 200, 999] {
            statuses.add(status);
        }
        assert_eq!(statuses.all().collect::<Vec<_>>(), [(0, 1), (200, 2)]);
    }
}
