//! Policy expressions: C# text in, value out.
//!
//! [`compile`] turns the text of `@(...)` or `@{...}` into an [`Expression`], reporting every mistake with its
//! place; [`Expression::eval`] runs it for one request, which it sees through [`Host`]. It is synchronous, has
//! no clock of its own and touches nothing outside; steps, depth, regex work and allocation are bounded.

mod host; // what an expression may see
mod shim; // TEMPORARY until the language core is exported
mod symbol; // variable names by number

pub use host::{
    ApiFacts, BackendFacts, BodyRead, DeploymentFacts, Facts, GroupFacts, Host, LastError, Message, OperationFacts,
    ProductFacts, RequestView, ResponseView, StoredResponse, SubscriptionFacts, Url, UserFacts,
};
pub use shim::{Compiled, Exception, Expression, Limits, Needs, Options, Value, compile, end_of_expression, is_expression};
pub use symbol::{Symbol, Symbols};

