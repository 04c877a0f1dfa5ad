//! x
mod answer;
mod auth;
mod catalog;
mod estimate;
mod fault;
mod journal;
mod knobs;
mod latency;
mod quota;
mod region;
pub use quota::{Level, Limiter, WindowKind};
