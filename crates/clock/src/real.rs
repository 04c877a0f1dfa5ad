use crate::Moment;
use parking_lot::RwLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Notify;

/// The wall clock, perhaps faster: shown time = `shown + (elapsed since mark) * factor`.
#[derive(Debug)]
pub(crate) struct RealTime {
    rate: RwLock<Rate>,
    pub(crate) changed: Notify,
}

#[derive(Debug, Clone, Copy)]
struct Rate {
    mark: Instant,
    shown: Moment,
    factor: f64,
}

impl RealTime {
    pub(crate) fn new(factor: f64, epoch: Option<Moment>) -> RealTime {
        let (mark, wall) = read();
        let epoch = epoch.unwrap_or(wall);
        let shown = epoch + wall.since(epoch).mul_f64(factor);
        RealTime {
            rate: RwLock::new(Rate { mark, shown, factor }),
            changed: Notify::new(),
        }
    }

    pub(crate) fn factor(&self) -> f64 {
        self.rate.read().factor
    }

    pub(crate) fn now(&self) -> Moment {
        let rate = *self.rate.read();
        let elapsed = rate.mark.elapsed();
        match rate.factor == 1.0 {
            true => rate.shown + elapsed,
            false => rate.shown + elapsed.mul_f64(rate.factor),
        }
    }

    pub(crate) fn set_factor(&self, factor: f64) {
        let shown = self.now();
        *self.rate.write() = Rate {
            mark: read().0,
            shown,
            factor,
        };
        self.changed.notify_waiters();
    }

    /// Waits on the wall clock until this clock shows `deadline`, also when its speed changes meanwhile.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place where the wall clock is waited for"
    )]
    pub(crate) async fn sleep_until(&self, deadline: Moment) {
        loop {
            let changed = self.changed.notified();
            let left = deadline.since(self.now());
            if left.is_zero() {
                return;
            }
            // tokio counts in milliseconds and rounds up, so a wait never ends early.
            let wall = left.div_f64(self.factor()).min(Duration::from_secs(86_400 * 365));
            tokio::select! {
                () = tokio::time::sleep(wall) => (),
                () = changed => (),
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place where the wall clock is read"
)]
fn read() -> (Instant, Moment) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (Instant::now(), Moment::EPOCH + since)
}
