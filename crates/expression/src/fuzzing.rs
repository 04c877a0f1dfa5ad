//! The stages of [`crate::compile`] one by one, for the fuzz targets.

use crate::syntax::{self, Parser};
use source::{Diagnostic, Span};

/// The places of the tokens of a text.
pub fn lex(text: &str) -> Vec<Span> {
    let tokens = syntax::lex(text, 0, text.len(), &mut Vec::new());
    tokens.into_iter().map(|it| it.span).collect()
}

/// What is wrong with a text as one expression, and as statements.
pub fn parse(text: &str) -> Vec<Diagnostic> {
    stacker::maybe_grow(1 << 20, 16 << 20, || {
        let mut diagnostics = Vec::new();
        let tokens = syntax::lex(text, 0, text.len(), &mut diagnostics);
        let mut parser = Parser::new(&tokens, &mut diagnostics, 0);
        drop(parser.expression().and_then(|_| parser.expect_end()));
        drop(Parser::new(&tokens, &mut diagnostics, 0).statements());
        diagnostics
    })
}
