//! A streamed answer that is held back until it was looked at. When a part of it is harmful, nothing more is sent (documented).

use super::safety::Checker;
use crate::Stream;
use crate::world::World;
use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use llm::sse::Reader;
use std::collections::VecDeque;
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// What looks at a stream.
pub(super) struct Guarded {
    checker: Arc<Checker>,
    world: Arc<dyn World>,
    reader: Reader,
    /// Text that was not looked at, behind what is looked at again.
    text: String,
    /// Characters of it that were looked at, and that were not.
    kept: usize,
    fresh: usize,
    /// What has come of an event that is not complete.
    begun: BytesMut,
    /// Events that were not read yet: bodies come in pieces of any size, verdicts must not depend on it.
    arrived: VecDeque<Bytes>,
    /// Events that wait for a verdict.
    held: VecDeque<Bytes>,
    stage: Stage,
}

enum Stage {
    Reading,
    /// A verdict is awaited; whether there is more afterwards.
    Asking(BoxFuture<'static, bool>, bool),
    Releasing {
        more: bool,
    },
}

/// The same body, held back by `guard`.
pub(super) fn guarded(inner: Stream, guard: Guarded) -> Stream {
    GuardedBody { inner, guard }.boxed_unsync()
}

struct GuardedBody {
    inner: Stream,
    guard: Guarded,
}

impl Guarded {
    pub(super) fn new(checker: Arc<Checker>, world: Arc<dyn World>) -> Guarded {
        Guarded {
            checker,
            world,
            reader: Reader::new(),
            text: String::new(),
            kept: 0,
            fresh: 0,
            begun: BytesMut::new(),
            arrived: VecDeque::new(),
            held: VecDeque::new(),
            stage: Stage::Reading,
        }
    }

    fn arrive(&mut self, data: &[u8]) {
        self.begun.extend_from_slice(data);
        while let Some(end) = end_of_event(&self.begun) {
            self.arrived.push_back(self.begun.split_to(end).freeze());
        }
    }

    // Nothing more comes: what was begun is all that there is.
    fn end(&mut self) -> bool {
        let rest = self.begun.split().freeze();
        let has_rest = !rest.is_empty();
        self.arrived.extend(has_rest.then_some(rest));
        has_rest
    }

    // Takes an event in, and says what is to be done then.
    fn take(&mut self, event: Bytes) {
        for text in self.reader.push(&event).iter().flat_map(llm::delta_texts) {
            self.fresh += text.chars().count();
            self.text.push_str(&text);
        }
        self.held.push_back(event);
        // The last window's end is in this one again.
        if self.fresh > 0 && self.kept + self.fresh >= self.checker.window {
            self.look(true);
        } else if self.fresh == 0 {
            // What says nothing need not wait.
            self.stage = Stage::Releasing { more: true };
        }
    }

    fn look(&mut self, more: bool) {
        let (checker, world) = (self.checker.clone(), self.world.clone());
        let text = self.text.clone();
        let keep = self.checker.overlap.min(self.checker.window.saturating_sub(1));
        let from = self.text.char_indices().rev().take(keep).last();
        self.text = from.map_or_else(String::new, |(at, _)| self.text.split_off(at));
        (self.kept, self.fresh) = (self.text.chars().count(), 0);
        let verdict = async move { checker.completion(&*world, &text).await.blocked.is_none() };
        self.stage = Stage::Asking(Box::pin(verdict), more);
    }
}

impl Body for GuardedBody {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        let guard = &mut this.guard;
        loop {
            match &mut guard.stage {
                Stage::Reading => {
                    if let Some(event) = guard.arrived.pop_front() {
                        guard.take(event);
                        continue;
                    }
                    match ready!(Pin::new(&mut this.inner).poll_frame(context)) {
                        // Trailers say nothing about a text.
                        Some(Ok(frame)) => guard.arrive(frame.data_ref().map_or(&[][..], |it| it)),
                        Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                        None if guard.end() => (),
                        None if guard.fresh > 0 => guard.look(false),
                        None => guard.stage = Stage::Releasing { more: false },
                    }
                }
                Stage::Asking(verdict, more) => {
                    let (is_safe, more) = (ready!(verdict.as_mut().poll(context)), *more);
                    if !is_safe {
                        guard.held.clear();
                    }
                    guard.stage = Stage::Releasing {
                        more: more && is_safe,
                    };
                }
                Stage::Releasing { more } => {
                    if let Some(event) = guard.held.pop_front() {
                        return Poll::Ready(Some(Ok(Frame::data(event))));
                    }
                    if !*more {
                        return Poll::Ready(None);
                    }
                    guard.stage = Stage::Reading;
                }
            }
        }
    }
}

// Where the first event ends: behind a blank line, whatever lines end with.
fn end_of_event(data: &[u8]) -> Option<usize> {
    (1..data.len())
        .find(|&at| {
            let before = &data[..=at];
            before.ends_with(b"\n\n") || before.ends_with(b"\r\r") || before.ends_with(b"\r\n\r\n")
        })
        .map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_end_behind_a_blank_line() {
        assert_eq!(end_of_event(b"data: a\n\ndata: b"), Some(9));
        assert_eq!(end_of_event(b"data: a\r\n\r\n"), Some(11));
        assert_eq!(end_of_event(b"a\r\rb"), Some(3));
        assert_eq!(end_of_event(b"data: a\n"), None);
        assert_eq!(end_of_event(b""), None);
    }
}
