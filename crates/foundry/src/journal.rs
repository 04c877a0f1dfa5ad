//! What every call came to.

use crate::quota::{Level, Limiter};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// One call, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Entry {
    /// Counts from 1.
    pub number: u64,
    /// When it arrived, in nanoseconds since 1970.
    pub at: i64,
    /// When it was over.
    pub ended: Option<i64>,
    /// Nanoseconds that its answer was made to take: the model's latency, and delays of the fault script.
    pub simulated: u64,
    /// Account that was called.
    pub account: String,
    /// Where that is, as `x-ms-region` says.
    pub region: String,
    /// Deployment that was called.
    pub deployment: Option<String>,
    /// Deployment that it spilled over to.
    pub spilled_to: Option<String>,
    /// Method and path.
    pub request: String,
    /// Whether a stream was asked for.
    pub streamed: bool,
    /// Status that was answered; none when the connection was closed instead, or the caller left before.
    pub status: Option<u16>,
    /// Code of the error that was answered.
    pub error: Option<String>,
    /// Tokens that it was weighed at.
    pub estimate: Option<u64>,
    /// Tokens of the prompt.
    pub prompt_tokens: Option<u64>,
    /// Tokens of the answer as it was meant.
    pub completion_tokens: Option<u64>,
    /// Tokens that were really sent, or would have been by the time the caller left.
    pub produced: u64,
    /// The quota before the call.
    pub before: Option<Level>,
    /// The quota with the call's estimate in it.
    pub after: Option<Level>,
    /// The quota when the call was over.
    pub settled: Option<Level>,
    /// Which quota refused it.
    pub refused_by: Option<Limiter>,
    /// What it was told to wait.
    pub retry_after_ms: Option<u64>,
    /// What the fault script did to it.
    pub fault: Option<String>,
    /// The token at which the caller left.
    pub cancelled_at: Option<u64>,
    /// `x-stainless-retry-count`: the how-many-eth try of an SDK it is.
    pub retry_count: Option<u64>,
}

const KEEP: usize = 10_000;

/// The latest calls, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
    last: u64,
}

impl Journal {
    /// Writes down a call that begins; gives its number.
    pub(crate) fn begin(&mut self, entry: Entry) -> u64 {
        if self.entries.len() >= KEEP {
            self.entries.pop_front();
        }
        self.last += 1;
        self.entries.push_back(Entry {
            number: self.last,
            ..entry
        });
        self.last
    }

    /// Adds to what is known of a call, unless it was forgotten meanwhile.
    pub(crate) fn note(&mut self, number: u64, change: impl FnOnce(&mut Entry)) {
        if let Ok(at) = self.entries.binary_search_by_key(&number, |entry| entry.number)
            && let Some(entry) = self.entries.get_mut(at)
        {
            change(entry);
        }
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.entries.iter().cloned().collect()
    }

    /// Forgets all calls; numbers go on, so that a call in flight is not mistaken for another.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
