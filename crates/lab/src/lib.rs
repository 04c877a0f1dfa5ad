//! Sends a lab's traffic, judges it, draws it.
//!
//! A [`Lab`] is a service (its folder under `fixtures/labs`, embedded here), the traffic that is sent to it and what must
//! come out. [`run`] sends the traffic to a [`Target`], asks the gateway for the decisions behind each call, and judges
//! both by arithmetic of its own. The drawings are in [`draw`].
//!
//! It speaks HTTP to a gateway and to mock model servers, wherever they run, and knows nothing of how they are made.

mod account; // what a mock model server says about itself
mod call; // one call, as the caller and the gateway saw it
pub mod draw; // lines, bars, the report
mod files; // the embedded folders
mod labs; // one file per lab: its traffic and its judgement
pub mod notebook; // notebooks of others: what was seen, expected, recorded
mod pool; // rules that hold for every pool, recomputed from the calls alone
mod remote; // the HTTP side
mod run; // the course of a lab
mod verdict; // what was expected, what came

pub use account::{Account, Refusal};
pub use call::{Call, Try};
pub use labs::{Lab, all, find};
pub use remote::{LabError, Target};
pub use run::{Options, Outcome, Series, run};
pub use verdict::{Expectation, Verdict};
