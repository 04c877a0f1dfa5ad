//! Values of custom metrics: the last so many, for whoever asks.

use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use trace::Metric;

/// Values that are kept.
const KEEP: usize = 10_000;

/// The last values, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<VecDeque<Arc<Metric>>>);

impl Metrics {
    /// Keeps `metric`; the oldest makes room.
    pub(crate) fn push(&self, metric: Metric) {
        let metric = Arc::new(metric);
        let mut kept = self.0.lock();
        if kept.len() >= KEEP {
            kept.pop_front();
        }
        kept.push_back(metric);
    }

    /// All that are kept.
    pub(crate) fn all(&self) -> Vec<Arc<Metric>> {
        self.0.lock().iter().cloned().collect()
    }
}
