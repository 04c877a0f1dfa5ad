//! A call that was admitted, until it is settled: by its end, by a cut, or by its caller leaving.

use crate::account::{Admission, Deployed};
use crate::answer::Answer;
use crate::latency::Schedule;
use crate::mocks::Shared;
use clock::Moment;
use std::sync::Arc;

/// An answer under way. Dropped before its end, it notes the token at which the caller left, and the quota counts what was
/// made until then.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) shared: Arc<Shared>,
    pub(crate) deployed: Arc<Deployed>,
    pub(crate) admission: Admission,
    /// Its number in the journal.
    pub(crate) number: u64,
    pub(crate) answer: Answer,
    pub(crate) schedule: Schedule,
    pub(crate) start: Moment,
    /// Frames that were sent; without, those that are due count.
    pub(crate) sent: Option<usize>,
    pub(crate) over: bool,
}

impl Running {
    /// The answer is complete.
    pub(crate) fn finish(&mut self) {
        self.settle(self.answer.len(), false);
    }

    /// The script of faults ends the answer after so many frames.
    pub(crate) fn cut(&mut self, frames: usize) {
        self.settle(frames, false);
    }

    fn settle(&mut self, frames: usize, left: bool) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        let now = self.shared.clock.now();
        let produced = self.answer.produced(frames);
        let level = self
            .deployed
            .settle(now, &self.admission, self.answer.usage.prompt_tokens, produced);
        self.shared.journal.lock().note(self.number, |entry| {
            entry.produced = produced;
            entry.settled = Some(level);
            entry.ended = Some(now.nanos());
            if left {
                entry.cancelled_at = Some(produced);
            }
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let due = || self.schedule.due_by(self.shared.clock.now().since(self.start));
        let frames = self.sent.unwrap_or_else(due);
        self.settle(frames, true);
    }
}
