//! `System.Xml.Linq` as a tree of its own: reading, writing, changing and comparing.

mod compare; // DeepEquals, document order
mod edit; // adding and removing
mod name; // XName, XNamespace
mod node; // nodes and the ways from one to another
mod read; // text to tree
mod scope; // namespaces in scope while writing
mod tags; // tags of that text
mod value; // simple values as text, and back
mod write; // tree to text
pub(crate) mod xpath; // XPath 1.0

pub(crate) use compare::{compare_order, deep_equals, deep_hash};
pub(crate) use edit::Content;
pub(crate) use name::{Name, XML, XMLNS, check_name};
pub(crate) use node::{Body, Declaration, DocumentType, Kind, XObject};
pub(crate) use read::parse;
pub(crate) use value::{boolean, decimal, double, double_text, duration, duration_text, single_text};
pub(crate) use write::{SaveOptions, attribute_text, to_text};

use super::DotnetError;

/// An `XmlException`.
pub(crate) fn failure(message: impl Into<String>) -> DotnetError {
    DotnetError::new("System.Xml.XmlException", message)
}
