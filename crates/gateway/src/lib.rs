//! The data plane: sockets, routing, keys, and the live world of a policy.
//!
//! A request comes in at [`serve`], is matched to an API and an operation, its key is checked, and it walks through
//! [`policy::run`]. Whatever a policy asks of the outside is answered here: a call goes to a pool or a backend, past
//! its breaker, with its credentials, over a connection that is kept alive.
//!
//! This crate knows neither Bicep nor the command line, and the mocks only by their address.

mod backends; // who gets it: pools, breakers, affinity
mod body; // what is written
mod caller; // what callers repeat
mod control; // asked from outside
mod date; // its date
mod debug; // who may have a request traced
mod exposition; // what was counted, for Prometheus
mod forward; // one call to the outside
mod gateway; // the running data plane
mod handle; // one request, from head to head
mod headers; // what one hop keeps to itself
mod listen; // bytes become requests
mod live; // the world of a policy
mod logs; // rows of the gateway's logs
mod metrics; // what policies measured
mod recorder; // what happened
mod redirect; // and where it leads
mod response; // the answer to the caller
mod route; // which API and operation
mod sinks; // where rows go
mod slots; // places among requests at the same time
mod state; // counters and caches
mod subscription; // who may call
mod tally; // what happened how often
mod target; // where it really goes
mod template; // URL templates of operations
mod transport; // over which connection
mod upstream; // the plain ones, driven by their request
mod walking; // until it is answered and recorded

pub use body::Outgoing;
pub use control::{BackendState, MemberState, OpenState, RuleState};
pub use gateway::{Gateway, Options};
pub use listen::{serve, serve_tls};
pub use state::State;
pub use target::Outside;

#[cfg(test)]
mod tests;
