use clock::{Clock, Moment};
use hyper::rt::{Sleep, Timer};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// hyper's timers, on a [`Clock`]. They guard idle connections, so they are no reason for manual time to jump.
#[derive(Debug, Clone)]
pub struct ClockTimer {
    clock: Clock,
    // hyper counts in `Instant`s: the two timelines meet here.
    instant: Instant,
    moment: Moment,
}

impl ClockTimer {
    /// Timers on `clock`.
    #[expect(clippy::disallowed_methods, reason = "hyper's timers are told in instants")]
    pub fn new(clock: &Clock) -> ClockTimer {
        ClockTimer {
            clock: clock.clone(),
            instant: Instant::now(),
            moment: clock.now(),
        }
    }
}

impl Timer for ClockTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(TimerSleep(
            self.clock.sleep_passively_until(self.clock.now() + duration),
        ))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        let deadline = self.moment + deadline.saturating_duration_since(self.instant);
        Box::pin(TimerSleep(self.clock.sleep_passively_until(deadline)))
    }

    fn now(&self) -> Instant {
        self.instant + self.clock.now().since(self.moment)
    }
}

struct TimerSleep(clock::Sleep);

impl Sleep for TimerSleep {}

impl Future for TimerSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(context)
    }
}
