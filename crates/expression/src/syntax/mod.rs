//! Text to tree.

mod creation; // `new`
mod declarations; // variables, local functions
mod expressions; // operators, by precedence
mod interpolation; // strings with holes
mod lexer;
mod literals; // numbers and escape sequences
mod parser; // the cursor over the tokens, and types
mod patterns; // `is`, `case`, `switch` expressions
mod primary; // names, literals, calls
mod queries; // `from x in xs`
pub(crate) mod scan; // where an expression ends
mod statements;
pub(crate) mod token;
pub(crate) mod tree;

pub(crate) use lexer::lex;
pub(crate) use parser::Parser;
pub(crate) use primary::inferred_name;
