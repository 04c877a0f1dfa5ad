//! XPath 1.0 over a tree, as `System.Xml.XPath` evaluates it.

mod eval; // paths, predicates, comparisons
mod functions; // the function library of XPath
mod lexer; // text to tokens
mod syntax; // tokens to a tree

pub(crate) use functions::qualified_name;

use super::node::XObject;
use crate::dotnet::DotnetError;
use crate::exception::Eval;
use std::sync::Arc;
use syntax::Expr;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct XPath(Expr);

/// What an expression gives.
#[derive(Debug, Clone)]
pub(crate) enum XValue {
    /// Nodes in document order.
    Nodes(Vec<XObject>),
    Text(String),
    Number(f64),
    Bool(bool),
}

/// The namespace that a prefix stands for; a scope that is missing knows none.
pub(crate) type Scope<'a> = Option<&'a dyn Fn(&str) -> Option<Arc<str>>>;

impl XPath {
    /// Reads an expression.
    pub(crate) fn parse(text: &str) -> Result<XPath, DotnetError> {
        syntax::parse(text).map(XPath)
    }

    /// The value at a node. `tick` is asked before each piece of work and may end it.
    pub(crate) fn evaluate(
        &self,
        node: &XObject,
        scope: Scope<'_>,
        tick: &mut dyn FnMut() -> Eval<()>,
    ) -> Eval<XValue> {
        eval::Walk { scope, tick }.value(&self.0, &eval::Focus::of(node.clone()))
    }
}

/// An `XPathException`.
fn failure(message: impl Into<String>) -> DotnetError {
    DotnetError::new("System.Xml.XPath.XPathException", message)
}
