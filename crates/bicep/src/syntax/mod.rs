//! Bicep text to a tree.

mod declarations;
mod expressions;
mod lexer;
mod parser;
mod token;
pub(crate) mod tree;
mod types;

pub(crate) use parser::parse;
pub(crate) use token::Pragma;
