//! The hand-over of a call between two tasks of this process that share manual time.
//!
//! The near end begins a hop and sends its [`Near::id`] along; the far end [`arrives`](crate::Clock::arrive)
//! with it. What is on the wire between them (a request, the head of a response, bytes of a body, its end, a
//! cancellation) counts as one busy token until the other end has taken notice of it, so time cannot jump while
//! a message travels.

use crate::busy::Idle;
use crate::virtual_time::VirtualTime;
use parking_lot::Mutex;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// What both ends share.
#[derive(Debug)]
pub(crate) struct Wire {
    id: u64,
    time: Arc<VirtualTime>,
    load: Mutex<Load>,
}

#[derive(Debug, Default)]
struct Load {
    messages: usize,
    bytes: usize,
    near_gone: bool,
    arrived: bool,
    far_gone: bool,
}

impl Load {
    // Whether something travels that the other end has yet to notice.
    fn travels(&self) -> bool {
        match (self.near_gone, self.far_gone) {
            // The near end left: until the far end has noticed, if there is one.
            (true, false) => self.arrived,
            (true, true) => false,
            (false, _) => self.messages > 0 || self.bytes > 0,
        }
    }
}

impl Wire {
    fn change(&self, change: impl FnOnce(&mut Load)) {
        let mut load = self.load.lock();
        let before = load.travels();
        change(&mut load);
        let after = load.travels();
        drop(load);
        match (before, after) {
            (false, true) => self.time.acquire(),
            (true, false) => self.time.release(),
            _ => (),
        }
    }
}

/// The end that calls.
#[derive(Debug)]
pub struct Near {
    wire: Arc<Wire>,
}

impl Near {
    pub(crate) fn begin(time: &Arc<VirtualTime>) -> Near {
        let wire = time.add_hop(|id| {
            Arc::new(Wire {
                id,
                time: time.clone(),
                load: Mutex::new(Load::default()),
            })
        });
        wire.change(|load| load.messages += 1); // The request.
        Near { wire }
    }

    /// The number under which the far end arrives.
    pub fn id(&self) -> u64 {
        self.wire.id
    }

    /// Waits for the head of the response, giving up the busy token meanwhile. `future` resolves when the head is
    /// there or the call has failed.
    pub fn head<F: Future>(&self, future: F) -> Head<'_, F> {
        Head {
            near: self,
            future: Box::pin(future),
            idle: Idle::default(),
        }
    }

    /// Bytes of the response's body were taken off the wire.
    pub fn received(&self, bytes: usize) {
        self.wire
            .change(|load| load.bytes = load.bytes.saturating_sub(bytes));
    }

    /// One poll of the response's body: gives up the busy token while it is pending.
    pub fn poll_body<T>(&self, idle: &mut BodyWait, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        let polled = poll();
        match polled.is_pending() {
            true => idle.0.begin(),
            false => idle.0.end(),
        }
        polled
    }
}

impl Drop for Near {
    fn drop(&mut self) {
        self.wire.time.take_hop(self.wire.id);
        self.wire.change(|load| load.near_gone = true);
    }
}

/// A pending read of a body whose far end shares the clock.
#[derive(Debug, Default)]
pub struct BodyWait(Idle);

/// See [`Near::head`].
#[must_use = "futures do nothing unless polled"]
pub struct Head<'a, F: Future> {
    near: &'a Near,
    future: Pin<Box<F>>,
    idle: Idle,
}

impl<F: Future> Future for Head<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        match self.future.as_mut().poll(context) {
            Poll::Pending => {
                self.idle.begin();
                Poll::Pending
            }
            Poll::Ready(output) => {
                self.idle.end();
                self.near
                    .wire
                    .change(|load| load.messages = load.messages.saturating_sub(1));
                Poll::Ready(output)
            }
        }
    }
}

/// The end that answers.
#[derive(Debug)]
pub struct Far {
    wire: Arc<Wire>,
}

impl Far {
    pub(crate) fn arrive(time: &Arc<VirtualTime>, id: u64) -> Option<Far> {
        let wire = time.take_hop(id)?;
        let mut live = true;
        wire.change(|load| {
            live = !load.near_gone;
            load.arrived = live;
        });
        live.then_some(Far { wire })
    }

    /// The request was taken off the wire: whoever serves it holds a busy token by now.
    pub fn taken(&self) {
        self.wire
            .change(|load| load.messages = load.messages.saturating_sub(1));
    }

    /// The head of the response goes onto the wire.
    pub fn responds(&self) {
        self.wire.change(|load| load.messages += 1);
    }

    /// Bytes of the response's body go onto the wire.
    pub fn sends(&self, bytes: usize) {
        self.wire.change(|load| load.bytes += bytes);
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        self.wire.change(|load| {
            // The end of the body, or the break, is a message too; the near end takes it by leaving.
            load.messages += 1;
            load.far_gone = true;
        });
    }
}
