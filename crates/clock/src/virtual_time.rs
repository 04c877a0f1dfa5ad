use crate::Moment;
use crate::hop::Wire;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Waker;
use std::time::Duration;
use tokio::sync::Notify;

/// Manual time: a count of busy tokens, and timers in the order in which they fire.
#[derive(Debug)]
pub(crate) struct VirtualTime {
    // The time also stands here, so that reading it takes no lock.
    now: AtomicI64,
    auto: bool,
    state: Mutex<State>,
    quiet: Notify,
}

#[derive(Debug, Default)]
struct State {
    busy: usize,
    next_id: u64,
    timers: BTreeMap<(Moment, u64), Timer>,
    fired: BTreeMap<u64, bool>,
    hops: BTreeMap<u64, Arc<Wire>>,
}

#[derive(Debug)]
struct Timer {
    waker: Option<Waker>,
    active: bool,
}

impl VirtualTime {
    pub(crate) fn new(start: Moment, auto: bool) -> Arc<VirtualTime> {
        Arc::new(VirtualTime {
            now: AtomicI64::new(start.nanos()),
            auto,
            state: Mutex::new(State::default()),
            quiet: Notify::new(),
        })
    }

    pub(crate) fn now(&self) -> Moment {
        Moment::from_nanos(self.now.load(Ordering::Acquire))
    }

    pub(crate) fn is_auto(&self) -> bool {
        self.auto
    }

    pub(crate) fn acquire(&self) {
        self.state.lock().busy += 1;
    }

    pub(crate) fn release(&self) {
        let mut state = self.state.lock();
        state.busy -= 1;
        if state.busy == 0 {
            self.came_to_rest(state);
        }
    }

    // Nothing can run any more: jump, or tell who waits for that.
    fn came_to_rest(&self, mut state: parking_lot::MutexGuard<'_, State>) {
        while self.auto && state.busy == 0 && state.timers.values().any(|timer| timer.active) {
            let woken = self.fire_next(&mut state);
            if let Some(waker) = woken {
                drop(state);
                waker.wake();
                return;
            }
        }
        drop(state);
        self.quiet.notify_waiters();
    }

    // Fires the earliest timer. One that nobody has polled yet wakes nobody and so carries no token.
    fn fire_next(&self, state: &mut State) -> Option<Waker> {
        let ((deadline, id), timer) = state.timers.pop_first()?;
        self.now.fetch_max(deadline.nanos(), Ordering::AcqRel);
        let carries = timer.waker.is_some();
        state.busy += usize::from(carries);
        state.fired.insert(id, carries);
        timer.waker
    }

    pub(crate) async fn advance(&self, by: Duration) {
        let target = self.now() + by;
        loop {
            self.quiet().await;
            let mut state = self.state.lock();
            if state.busy > 0 {
                continue;
            }
            let due = state
                .timers
                .keys()
                .next()
                .is_some_and(|(deadline, _)| *deadline <= target);
            if !due {
                self.now.fetch_max(target.nanos(), Ordering::AcqRel);
                return;
            }
            let woken = self.fire_next(&mut state);
            drop(state);
            if let Some(waker) = woken {
                waker.wake();
            }
        }
    }

    /// Waits until no token is held.
    pub(crate) async fn quiet(&self) {
        loop {
            let rest = self.quiet.notified();
            let mut rest = std::pin::pin!(rest);
            // Listen before looking, so that coming to rest in between is not missed.
            rest.as_mut().enable();
            if self.state.lock().busy == 0 {
                return;
            }
            rest.await;
        }
    }

    pub(crate) fn add_timer(&self, deadline: Moment, active: bool) -> u64 {
        let mut state = self.state.lock();
        let id = state.next_id;
        state.next_id += 1;
        if deadline <= self.now() {
            state.fired.insert(id, false);
        } else {
            state.timers.insert((deadline, id), Timer { waker: None, active });
        }
        id
    }

    /// Whether the timer has fired; otherwise `waker` is woken when it does.
    pub(crate) fn poll_timer(&self, deadline: Moment, id: u64, waker: &Waker) -> bool {
        let mut state = self.state.lock();
        match state.timers.get_mut(&(deadline, id)) {
            Some(timer) => {
                if !timer.waker.as_ref().is_some_and(|old| old.will_wake(waker)) {
                    timer.waker = Some(waker.clone());
                }
                false
            }
            None => true,
        }
    }

    /// Forgets the timer and takes back the token that it carried when it fired.
    pub(crate) fn drop_timer(&self, deadline: Moment, id: u64) {
        let mut state = self.state.lock();
        state.timers.remove(&(deadline, id));
        if state.fired.remove(&id) == Some(true) {
            drop(state);
            self.release();
        }
    }

    pub(crate) fn add_hop(self: &Arc<Self>, make: impl FnOnce(u64) -> Arc<Wire>) -> Arc<Wire> {
        let mut state = self.state.lock();
        let id = state.next_id;
        state.next_id += 1;
        let wire = make(id);
        state.hops.insert(id, wire.clone());
        wire
    }

    pub(crate) fn take_hop(&self, id: u64) -> Option<Arc<Wire>> {
        self.state.lock().hops.remove(&id)
    }
}
