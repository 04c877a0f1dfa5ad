//! Policy XML in, a walk out.

mod body; // bodies: absent, here, passing by, gone
mod world; // the one window to the outside

pub use body::{Body, BodyError, Stream};
pub use world::{Answer, BackendHandle, Call, CallError, Destination, HttpVersion, World};
