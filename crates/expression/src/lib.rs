//! Policy expressions: C# text in, value out.
//!
//! [`compile`] turns the text of `@(...)` or `@{...}` into an [`Expression`], reporting every mistake with its
//! place; [`Expression::eval`] runs it for one request, which it sees through [`Host`]. It is synchronous, has
//! no clock of its own and touches nothing outside; steps, depth, regex work and allocation are bounded.

mod host; // what an expression may see
mod symbol; // variable names by number

pub use host::{
    ApiFacts, BackendFacts, BodyRead, DeploymentFacts, Facts, GroupFacts, Host, LastError, Message, OperationFacts,
    ProductFacts, RequestView, ResponseView, StoredResponse, SubscriptionFacts, Url, UserFacts,
};
pub use symbol::{Symbol, Symbols};

/// A .NET value (defined by the language core).
#[derive(Debug, Clone)]
pub struct Value;
