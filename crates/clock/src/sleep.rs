use crate::Moment;
use crate::busy::Idle;
use crate::time::{Clock, Kind};
use crate::virtual_time::VirtualTime;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Waits until a moment on a [`Clock`].
#[must_use = "futures do nothing unless polled"]
pub struct Sleep {
    deadline: Moment,
    kind: Wait,
}

enum Wait {
    Real(Pin<Box<dyn Future<Output = ()> + Send + Sync>>),
    Virtual {
        time: Arc<VirtualTime>,
        id: u64,
        idle: Idle,
        done: bool,
    },
}

impl Sleep {
    pub(crate) fn new(clock: &Clock, deadline: Moment, active: bool) -> Sleep {
        let kind = match &clock.kind {
            Kind::Real(time) => {
                let time = time.clone();
                Wait::Real(Box::pin(async move { time.sleep_until(deadline).await }))
            }
            Kind::Virtual(time) => {
                let id = time.add_timer(deadline, active);
                Wait::Virtual {
                    time: time.clone(),
                    id,
                    idle: Idle::default(),
                    done: false,
                }
            }
        };
        Sleep { deadline, kind }
    }

    /// When the wait ends.
    pub fn deadline(&self) -> Moment {
        self.deadline
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline;
        match &mut self.kind {
            Wait::Real(wait) => wait.as_mut().poll(context),
            Wait::Virtual { done: true, .. } => Poll::Ready(()),
            Wait::Virtual { time, id, idle, done } => {
                if !time.poll_timer(deadline, *id, context.waker()) {
                    idle.begin();
                    return Poll::Pending;
                }
                idle.end();
                *done = true;
                // Whoever polls holds a token of its own by now, so the one that the timer carried can go.
                time.drop_timer(deadline, *id);
                Poll::Ready(())
            }
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Wait::Virtual {
            time,
            id,
            done: false,
            ..
        } = &self.kind
        {
            time.drop_timer(self.deadline, *id);
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
