//! A text, a place in it, and what is wrong there.
//!
//! Every reader of author-written text (policies, expressions, templates, folders) speaks of places as a
//! [`Span`] in a [`Source`] and of mistakes as a [`Diagnostic`]. Text that was lifted out of another text
//! (an expression inside an attribute, entities decoded, named values put in) is a [`Mapped`], which knows
//! where each of its pieces stood. This crate knows neither XML nor C#.

mod diagnostic; // what is wrong, how badly, and what to do about it
mod mapped; // a text whose pieces stand elsewhere
mod near; // the nearest right name
mod place; // offsets, lines and columns
mod render; // for a terminal

pub use diagnostic::{Diagnostic, Finding, Severity};
pub use mapped::Mapped;
pub use near::nearest;
pub use place::{Position, Source, Span};
pub use render::render;
