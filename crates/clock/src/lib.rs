//! What time it is, waiting, busy tokens and keyed dice. The lowest of all crates.
//!
//! Everything in apimite that depends on time asks a [`Clock`]: real, scaled, manual, or manual with
//! auto-advance. Everything that depends on chance draws from [`Dice`]. One seed and manual time repeat a run
//! byte for byte.
//!
//! # When manual time may move
//!
//! Time jumps to the next timer only when nothing that serves a request can run. That is counted, never
//! guessed from sleeping or polling:
//!
//! - a task inside [`Clock::serve`] holds a busy token. It gives it up only while it waits for nothing but a
//!   [`Sleep`] or the far side of a [`hop`];
//! - whatever wakes such a task carries a token until the task has taken notice: a timer that fired, a message
//!   or bytes on the wire between two tasks of this process;
//! - one timer fires at a time, so what happens at one moment happens in one order.
//!
//! This crate knows neither HTTP nor policies.

mod busy; // tokens: who is running
pub mod dice; // chance, keyed by a seed
pub mod hop; // the hand-over between two tasks of this process
mod moment; // a point in time
mod real; // the wall clock, perhaps faster
mod sleep; // waiting
mod time; // the clock itself
mod virtual_time; // manual time and its timers

pub use busy::{Busy, Serve, Turn};
pub use dice::{Dice, Rng};
pub use moment::Moment;
pub use sleep::Sleep;
pub use time::{Clock, Mode, Timeout};

#[cfg(test)]
mod tests;
