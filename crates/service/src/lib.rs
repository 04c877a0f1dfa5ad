//! A [`model::Service`] becomes a running plan.
//!
//! [`load`] resolves every name, makes every check that Azure makes when something is published, compiles every policy and folds
//! the scopes of each operation into one walk. It reports every mistake with its file and place; there is a [`Plan`] only if none
//! of them is an error. `check`, `up` and reload all come through here, so they never disagree.
//!
//! This crate opens no socket and reads no file.

mod accounts; // mock model servers
mod apis; // paths, versions, revisions, operations
mod backends; // backends: single, pool, circuit breaker
mod catalog; // what policies may refer to
mod certificates;
mod check; // findings, each placed where its resource was written
mod facts; // what `context` will say
mod keys; // subscriptions, their scopes and keys
mod load; // the way from one to the other
mod lone; // a document that is looked at alone
mod plan;
mod products; // products, and which API is in which
mod settings; // apimite.toml: names that it uses
mod templates; // URL templates and their parameters
mod values; // named values
mod walks; // documents compiled and folded // what comes out

pub use check::sorted;
pub use load::{LoadOptions, Loaded, load};
pub use lone::{check_document, check_document_with};
pub use plan::{
    ApiPlan, BackendPlan, KeyHolder, OperationPlan, Plan, ProductPlan, ScopePlan, SubscriptionPlan,
};
