//! What outlives a request: counters of limits and quotas, and caches.
//!
//! [`Counters`], [`Cache`] and [`Vectors`] say what a policy may ask; [`MemoryCounters`], [`MemoryCache`] and [`MemoryVectors`]
//! answer inside one process. The same traits are answered by a Redis where several gateways must agree. Time is a parameter of
//! every question.
//!
//! This crate opens no socket, knows no policy and never asks what time it is.

mod cache; // what a cache is asked
mod counters; // what a counter is asked
mod memory; // all of them inside one process
mod period; // windows of quotas
mod reply; // an answer at once, or later
mod vectors; // what lies near

pub use cache::{Cache, Held, Item};
pub use counters::{Add, Counters, Refusal, Rule, Take, Taken};
pub use memory::{MemoryCache, MemoryCounters, MemoryVectors};
pub use period::{Calendar, Period, anchored, seconds_of};
pub use reply::Reply;
pub use vectors::{Nearest, Vectors, distance};
