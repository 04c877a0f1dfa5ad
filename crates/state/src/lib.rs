//! What outlives a request: counters of limits and quotas, and caches.
//!
//! [`Counters`] and [`Cache`] say what a policy may ask; [`MemoryCounters`] and [`MemoryCache`] answer inside one process. The
//! same traits are answered by a Redis where several gateways must agree. Time is a parameter of every question.
//!
//! This crate opens no socket, knows no policy and never asks what time it is.

mod cache; // what a cache is asked
mod counters; // what a counter is asked
mod memory; // both inside one process
mod period; // windows of quotas
mod reply; // an answer at once, or later

pub use cache::{Cache, Held, Item, distance};
pub use counters::{Add, Counters, Refusal, Rule, Take, Taken};
pub use memory::{MemoryCache, MemoryCounters};
pub use period::{Calendar, Period, anchored, seconds_of};
pub use reply::Reply;
