//! Runs what the checker lowered.

pub(crate) mod binary; // operators as functions over values
pub(crate) mod cast; // conversions at run time
pub(crate) mod closure; // lambdas and local functions as values
pub(crate) mod code; // what is run
mod cx; // what a run carries with it
mod drain; // dropping long chains without deep recursion
pub(crate) mod dynamic; // what is bound only when it runs
mod json; // `token["name"]`
mod pattern; // `is` and `case`
mod run; // expressions
mod statements;

pub(crate) use binary::{Operation, operation, quotient};
pub(crate) use cx::Cx;
pub(crate) use drain::bury;
pub(crate) use run::{cast_variable, formatted, run};
