//! Policy XML in, a walk out.
//!
//! Text goes in at [`compile`], which reports every mistake; the documents that apply to an operation are folded
//! into one [`Walk`] by [`fold`]; a request walks through it with [`run`]. Everything outside the request (clock, dice,
//! network, shared counters) is reached through [`World`] and nowhere else: this crate opens no socket, reads no file and
//! never asks what time it is.

// Loading, from text to walk.
mod xml; // a tolerant reader: raw and escaped expressions in one document

mod shape; // what a policy may look like

mod catalog; // what a document may refer to
mod certificate; // those of the service, and of callers

mod contract; // what operations declare
mod schemas; // schema resources

mod build; // the state of loading one document
mod element; // a cursor over one element
mod template; // a value: literal or expression

mod document; // the four sections, and what `<base />` means
mod preflight; // what concerns a whole document

// Running, from request to response.
mod run; // the walk: inbound, backend, outbound; on-error from any of them

mod arriving; // a body that comes in during a wait
mod ask; // questions of the gateway's own to backends
mod caching; // what look-ups and stores have in common
mod exchange; // what one request carries with it
mod fault; // why a walk failed, and what the caller gets
mod late; // what is done when there is a response
mod meter; // what a request uses of a model
mod statements; // one file per policy, and the table of them all
mod tally; // tokens, added up

mod liquid; // templates of `set-body`

mod body; // bodies: absent, here, passing by, gone
mod coalesce; // `buffer-response`: chunks in blocks
pub mod url; // absolute URLs in parts
mod watch; // who looks on while a body passes by

mod open_id; // what token issuers publish

mod world; // the one window to the outside

pub use body::{Body, BodyError, Stream};
pub use build::Options;
pub use catalog::{Catalog, CatalogNames, Lone, Lookup, NamedValue, Role, SchemaText, Scope, Tier};
pub use certificate::{CallerCertificate, StoredCertificate, issued};
pub use coalesce::coalesce;
pub use contract::{Contract, Declared, DeclaredResponse, ParameterPlace, Schema};
pub use document::{Document, Walk, compile, default_global, fold};
pub use exchange::{Detail, Exchange, MockResponse, OperationTemplate, ResponseParts, Start};
pub use fault::{Fault, FaultBody, FaultParts, default_error};
pub use open_id::OpenId;
pub use run::{refuse, run};
pub use shape::{Attribute, Child, Content, Kind, Shape};
pub use statements::{PolicyInfo, policies};
pub use tally::TokenTally;
pub use watch::{Watch, nothing, watched};
pub use world::{
    Answer, BackendHandle, CachingType, Call, CallError, Destination, GivenUp, HttpVersion, Proxy, Windows,
    World,
};
pub use xml::{escaped, unescaped};

#[cfg(test)]
mod tests;
