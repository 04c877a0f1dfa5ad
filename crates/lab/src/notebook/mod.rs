//! Notebooks of others, run against what runs here: what was seen meanwhile, what was expected, and the record of it.
//!
//! Somebody else runs the cells. Whether a notebook did what it is for, its own prints do not tell: many swallow what goes wrong. So
//! what gateway and mocks saw is judged by `fixtures/notebooks.toml`.

mod expected; // what must come of a notebook
mod page; // `docs/labs.md`
mod record; // runs that are kept
mod seen; // what happened during a run, and how long this program was busy with it

pub use expected::{Expected, expected};
pub use page::page;
pub use record::{Broken, Kept, Run, Suite};
pub use seen::{Mark, Seen, Spent};
