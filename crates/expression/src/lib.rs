//! Policy expressions: C# text in, value out.
//!
//! [`compile`] turns the text of `@(...)` or `@{...}` into an [`Expression`], reporting every mistake with its
//! place; [`Expression::eval`] runs it for one request, which it sees through [`Host`]. It is synchronous, has
//! no clock of its own and touches nothing outside; steps, depth, regex work and allocation are bounded.

mod check; // tree to typed code: overloads, conversions, lambdas
mod compile; // the way from text to a value
mod dates; // dates and encodings, for policies that transform bodies
mod dotnet; // what .NET's base library does, as plain functions
mod eval; // runs the code
mod exception; // what goes wrong at run time
mod frozen; // values as bytes, for caches
mod host; // what an expression may see
mod library; // the .NET types that expressions know, one per file
mod object; // library objects as values
mod parsed; // JSON bodies that were read already
mod symbol; // variable names by number
mod syntax; // text to tree
mod text; // .NET strings
mod types; // static types
mod value; // .NET values

pub use compile::{Compiled, Expression, Limits, Needs, Options, compile};
pub use dates::{date, format_date, html_encode, json_date, parse_date, url_decode, url_encode};
pub use dotnet::crypto::certificate::Certificate;
pub use exception::Exception;
pub use host::{
    ApiFacts, BackendFacts, BodyRead, DeploymentFacts, Facts, GraphQlFacts, GroupFacts, Host, LastError,
    Message, OperationFacts, ProductFacts, RequestView, ResponseView, StoredResponse, SubscriptionFacts, Url,
    UserFacts, WorkspaceFacts,
};
pub use library::{MemberInfo, members};
pub use parsed::ParsedBodies;
pub use symbol::{Symbol, Symbols};
pub use syntax::scan::{end_of_expression, is_expression};
pub use value::Value;

#[cfg(fuzzing)]
pub mod fuzzing; // doors for the fuzz targets

#[cfg(test)]
mod testing; // a request for tests
#[cfg(test)]
mod tests; // the language, from text to value
#[cfg(test)]
mod tests_budgets; // what is bounded
#[cfg(test)]
mod tests_context;
#[cfg(test)]
mod tests_json;
#[cfg(test)]
mod tests_json_corners;
#[cfg(test)]
mod tests_library; // the library, from text to value
#[cfg(test)]
mod tests_mistakes; // what is refused
#[cfg(test)]
mod tests_statements;
