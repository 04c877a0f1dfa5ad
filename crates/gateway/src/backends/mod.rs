//! Who gets a call: breakers, pools, affinity.

mod affinity; // a caller stays with a member
mod breaker; // closed and counting, or open
mod credentials; // what is sent along
mod live; // all of that for a running service
mod pool; // whose turn it is
mod retry_after; // how long to leave somebody alone

pub(crate) use breaker::{Breaker, CallResult};
pub(crate) use live::{Backends, Choice, Refusal};
