//! ARM resources as Azure keeps them, and the service and the mocks that come of them.
//!
//! A [`Store`] is the [`bicep::Cloud`] that a deployment goes to: it checks the shape of a resource, keeps it, adds the properties that
//! Azure computes (ids, endpoints, identities) and answers for its secrets. [`service`] makes of what it holds the folder that
//! the APIOps extractor would write, and has that read: whatever a user brings, one reader makes the [`model`] of it.
//!
//! This crate evaluates no template, compiles no policy and opens no socket.

mod actions; // keys and other secrets
mod beside; // caches, certificates, secrets of vaults
mod computed; // properties that Azure adds
mod file; // JSON whose lines know what they hold
mod folder; // what the extractor would write
mod hosts; // addresses of what is stored only
mod kinds; // namespaces and types
mod manage; // single resources, asked for and taken away
mod operations; // operations that are resources of their own
mod service; // a service of the model
mod state; // the same, on disk
mod store; // what was deployed

pub use service::{Made, service};
pub use store::{Facts, Store};
