//! Json.NET's tree (`JToken` and its kinds): parse, print, navigate, change and convert.
//!
//! A [`JToken`] is a handle on a shared, mutable node; two handles on one node are the same object. No tree can be
//! nested deeper than [`node::MAX_HEIGHT`], so that walking, printing and dropping one never exhausts the stack.

mod compare; // DeepEquals
mod conversion; // (int)token and its like
mod copy; // of trees, and how large they are
mod edit; // Add, Remove, Replace, ...
mod frozen; // what was read and not yet touched
mod iso_date; // strings that become dates
mod lexemes; // strings, names and numbers in text
mod merge; // JContainer.Merge
mod node; // the nodes of the tree
mod parser; // text to tree, as Json.NET does
#[cfg(test)]
mod parser_tests;
mod path; // the text of a JSONPath
mod place; // the parser's messages
mod properties; // of an object
mod read; // text to tree, by one of two readers
mod scalar; // what a JValue holds
mod select; // JSONPath over a tree
mod strict; // JSON to the letter
mod token; // handles on nodes
mod token_type; // what a token is
mod write; // tree to text

pub(crate) use compare::{compare_values, deep_equals};
pub(crate) use conversion::*;
pub(crate) use frozen::Frozen;
pub(crate) use iso_date::parse as date_of;
pub(crate) use merge::{ArrayMerge, MergeSettings, NullMerge, merge};
pub(crate) use read::{ParseOptions, Root, parse, read};
pub(crate) use scalar::Scalar;
pub(crate) use select::{select, select_one};
pub(crate) use token::{Children, JToken, Key};
pub(crate) use token_type::TokenType;
