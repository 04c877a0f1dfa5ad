//! One file per policy, and the table of them all.

mod authentication_basic;
mod authentication_managed_identity;
mod check_header;
mod choose;
mod cors;
mod forward_request;
mod headers;
mod ip_filter;
mod limit_concurrency;
mod mock_response;
mod outgoing;
mod retry;
mod return_response;
mod rewrite_uri;
mod send_one_way_request;
mod send_request;
mod set_backend_service;
mod set_body;
mod set_header;
mod set_method;
mod set_query_parameter;
mod set_status;
mod set_variable;
mod statement;
mod table;
mod trace;
mod wait;

pub(crate) use choose::Choose;
pub(crate) use cors::Cors;
pub(crate) use forward_request::default_forward;
pub(crate) use statement::{Action, Block, Flow, Now, Part, Statement, Wait, block, parts};
pub use table::{PolicyInfo, policies};
pub(crate) use table::{Sections, Spec, find, known_names};
