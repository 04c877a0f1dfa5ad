use crate::Moment;
use crate::busy::{Busy, Serve};
use crate::hop::{Far, Near};
use crate::real::RealTime;
use crate::sleep::Sleep;
use crate::virtual_time::VirtualTime;
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// The clock that everything asks. Cheap to clone; every clone is the same clock.
#[derive(Clone, Debug)]
pub struct Clock {
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Real(Arc<RealTime>),
    Virtual(Arc<VirtualTime>),
}

/// How a [`Clock`] moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    /// With the wall clock.
    Real,
    /// So many times as fast as the wall clock.
    Scaled(f64),
    /// Only when [`Clock::advance`] is called.
    Manual,
    /// To the next timer, whenever every request in flight waits on the clock.
    Auto,
}

impl Clock {
    /// The wall clock.
    pub fn real() -> Clock {
        Clock {
            kind: Kind::Real(Arc::new(RealTime::new(1.0, None))),
        }
    }

    /// `factor` times as fast as the wall clock, counted from `epoch`, or from now. Processes that are given the same
    /// factor and epoch show the same time.
    pub fn scaled(factor: f64, epoch: Option<Moment>) -> Clock {
        Clock {
            kind: Kind::Real(Arc::new(RealTime::new(factor, epoch))),
        }
    }

    /// Manual time that starts at `start` and stands until [`Clock::advance`] is called.
    pub fn manual(start: Moment) -> Clock {
        Clock {
            kind: Kind::Virtual(VirtualTime::new(start, false)),
        }
    }

    /// Manual time that starts at `start` and jumps by itself when every request in flight waits on it.
    pub fn auto(start: Moment) -> Clock {
        Clock {
            kind: Kind::Virtual(VirtualTime::new(start, true)),
        }
    }

    /// How the clock moves.
    pub fn mode(&self) -> Mode {
        match &self.kind {
            Kind::Real(time) if time.factor() == 1.0 => Mode::Real,
            Kind::Real(time) => Mode::Scaled(time.factor()),
            Kind::Virtual(time) if time.is_auto() => Mode::Auto,
            Kind::Virtual(_) => Mode::Manual,
        }
    }

    /// Whether time moves by hand.
    pub fn is_virtual(&self) -> bool {
        matches!(self.kind, Kind::Virtual(_))
    }

    /// What time it is.
    pub fn now(&self) -> Moment {
        match &self.kind {
            Kind::Real(time) => time.now(),
            Kind::Virtual(time) => time.now(),
        }
    }

    /// Waits until `wait` has passed on this clock.
    pub fn sleep(&self, wait: Duration) -> Sleep {
        self.sleep_until(self.now() + wait)
    }

    /// Waits until `deadline`.
    pub fn sleep_until(&self, deadline: Moment) -> Sleep {
        Sleep::new(self, deadline, true)
    }

    /// Waits until `deadline`, but is no reason for time to jump: for idle connections and the like.
    pub fn sleep_passively_until(&self, deadline: Moment) -> Sleep {
        Sleep::new(self, deadline, false)
    }

    /// `future`, unless `wait` passes first.
    pub fn timeout<F: Future>(&self, wait: Duration, future: F) -> Timeout<F> {
        Timeout {
            future,
            sleep: self.sleep(wait),
        }
    }

    /// Moves manual time forward by `by`, timer after timer, letting everything that a timer wakes come to rest before
    /// the next. Returns at once on a clock that moves by itself. Must not be called from inside [`Clock::serve`].
    pub async fn advance(&self, by: Duration) {
        if let Kind::Virtual(time) = &self.kind {
            time.advance(by).await;
        }
    }

    /// Waits until nothing that serves a request can run. Returns at once on a clock that moves by itself.
    pub async fn settle(&self) {
        if let Kind::Virtual(time) = &self.kind {
            time.quiet().await;
        }
    }

    /// Changes the speed of a real or scaled clock from now on. `false` for manual time, or a factor that is not above 0.
    pub fn set_scale(&self, factor: f64) -> bool {
        match &self.kind {
            Kind::Real(time) if factor.is_finite() && factor > 0.0 => {
                time.set_factor(factor);
                true
            }
            _ => false,
        }
    }

    /// A busy token: while it lives, manual time stands. Free on a clock that moves by itself.
    pub fn busy(&self) -> Busy {
        Busy::new(self)
    }

    /// Runs `future` with a busy token that it gives up only while it waits for the clock or for a hop.
    pub fn serve<F: Future>(&self, future: F) -> Serve<F> {
        Serve::new(self, future)
    }

    /// Begins a call to another task of this process that shares this clock. `None` on a clock that moves by itself,
    /// where nothing need be counted.
    pub fn hop(&self) -> Option<Near> {
        match &self.kind {
            Kind::Virtual(time) => Some(Near::begin(time)),
            Kind::Real(_) => None,
        }
    }

    /// The far end of the call that a near end of this clock began under `id`.
    pub fn arrive(&self, id: u64) -> Option<Far> {
        match &self.kind {
            Kind::Virtual(time) => Far::arrive(time, id),
            Kind::Real(_) => None,
        }
    }
}

pin_project! {
    /// See [`Clock::timeout`].
    #[must_use = "futures do nothing unless polled"]
    pub struct Timeout<F> {
        #[pin]
        future: F,
        sleep: Sleep,
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<F::Output>> {
        let this = self.project();
        if let Poll::Ready(output) = this.future.poll(context) {
            return Poll::Ready(Some(output));
        }
        Pin::new(this.sleep).poll(context).map(|()| None)
    }
}
