use crate::time::{Clock, Kind};
use crate::virtual_time::VirtualTime;
use pin_project_lite::pin_project;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

/// A busy token: manual time stands while it lives.
#[derive(Debug)]
pub struct Busy(Option<Arc<VirtualTime>>);

impl Busy {
    pub(crate) fn new(clock: &Clock) -> Busy {
        match &clock.kind {
            Kind::Real(_) => Busy(None),
            Kind::Virtual(time) => Busy::of(time),
        }
    }

    pub(crate) fn of(time: &Arc<VirtualTime>) -> Busy {
        time.acquire();
        Busy(Some(time.clone()))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(time) = &self.0 {
            time.release();
        }
    }
}

/// What a served task waits for, if that lets time move: the number of its pending waits on the clock or on a hop.
#[derive(Debug, Default)]
struct Task {
    idle: AtomicUsize,
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Task>>> = const { RefCell::new(None) };
}

/// A pending wait that lets time move, counted in the task that polled it first.
#[derive(Debug, Default)]
pub(crate) struct Idle(Option<Arc<Task>>);

impl Idle {
    /// Counts the wait in the task that is being polled, once.
    pub(crate) fn begin(&mut self) {
        if self.0.is_none() {
            self.0 = CURRENT.with_borrow(Clone::clone);
            if let Some(task) = &self.0 {
                task.idle.fetch_add(1, Ordering::AcqRel);
            }
        }
    }

    /// The wait is over.
    pub(crate) fn end(&mut self) {
        if let Some(task) = self.0.take() {
            task.idle.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        self.end();
    }
}

/// A token that its holder gives up while a poll is pending on waits that let time move. Shared by [`Serve`] and by
/// anything else that is polled piece by piece, such as a body that is being produced. Free on a clock that moves by itself.
#[derive(Debug)]
pub struct Turn(Option<Counted>);

#[derive(Debug)]
struct Counted {
    time: Arc<VirtualTime>,
    task: Arc<Task>,
    token: Option<Busy>,
}

impl Turn {
    /// Begins with a token held.
    pub fn new(clock: &Clock) -> Turn {
        match &clock.kind {
            Kind::Real(_) => Turn(None),
            Kind::Virtual(time) => Turn(Some(Counted {
                time: time.clone(),
                task: Arc::default(),
                token: Some(Busy::of(time)),
            })),
        }
    }

    /// Runs one poll with the token held; gives it up if the poll is pending on the clock or on a hop.
    pub fn poll<T>(&mut self, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        let Some(turn) = &mut self.0 else { return poll() };
        if turn.token.is_none() {
            turn.token = Some(Busy::of(&turn.time));
        }
        let before = CURRENT.with_borrow_mut(|current| current.replace(turn.task.clone()));
        let polled = poll();
        CURRENT.with_borrow_mut(|current| *current = before);
        if polled.is_pending() && turn.task.idle.load(Ordering::Acquire) > 0 {
            turn.token = None;
        }
        polled
    }
}

pin_project! {
    /// A future that holds a busy token whenever it can run. See [`Clock::serve`].
    #[must_use = "futures do nothing unless polled"]
    pub struct Serve<F> {
        turn: Turn,
        #[pin]
        future: F,
    }
}

impl<F: Future> Serve<F> {
    pub(crate) fn new(clock: &Clock, future: F) -> Serve<F> {
        Serve {
            turn: Turn::new(clock),
            future,
        }
    }
}

impl<F: Future> Future for Serve<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let future = this.future;
        this.turn.poll(|| future.poll(context))
    }
}
