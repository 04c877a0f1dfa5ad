//! Values of custom metrics: the last so many, for whoever asks, and the sums of all.

use parking_lot::Mutex;
use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use trace::Metric;

/// Values that are kept.
const KEEP: usize = 10_000;
/// Combinations of a name and its dimensions that are summed up.
const SERIES: usize = 10_000;

/// The last values, oldest first, and sums of all.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    last: VecDeque<Arc<Metric>>,
    series: BTreeMap<Series, Sum>,
    dropped: u64,
}

/// All values of the same name and dimensions.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    pub(crate) sum: f64,
    pub(crate) count: u64,
}

/// A value that stands for all of its name and dimensions.
#[derive(Debug, Clone)]
struct Series(Arc<Metric>);

impl Ord for Series {
    fn cmp(&self, other: &Series) -> Ordering {
        let (a, b) = (&*self.0, &*other.0);
        (&a.namespace, &a.name, &a.dimensions).cmp(&(&b.namespace, &b.name, &b.dimensions))
    }
}

impl PartialOrd for Series {
    fn partial_cmp(&self, other: &Series) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Series {
    fn eq(&self, other: &Series) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Series {}

impl Metrics {
    /// Keeps `metric`; the oldest makes room.
    pub(crate) fn push(&self, metric: Metric) {
        let metric = Arc::new(metric);
        let mut inner = self.0.lock();
        let series = Series(metric.clone());
        if inner.series.len() < SERIES || inner.series.contains_key(&series) {
            let sum = inner.series.entry(series).or_default();
            sum.sum += metric.value;
            sum.count += 1;
        } else {
            inner.dropped += 1;
        }
        if inner.last.len() >= KEEP {
            inner.last.pop_front();
        }
        inner.last.push_back(metric);
    }

    /// All that are kept.
    pub(crate) fn all(&self) -> Vec<Arc<Metric>> {
        self.0.lock().last.iter().cloned().collect()
    }

    /// A value for each name and dimensions, with their sum; and how many values were not summed up.
    pub(crate) fn series(&self) -> (Vec<(Arc<Metric>, Sum)>, u64) {
        let inner = self.0.lock();
        let all = inner.series.iter().map(|(series, sum)| (series.0.clone(), *sum));
        (all.collect(), inner.dropped)
    }
}
