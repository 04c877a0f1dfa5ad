//! `context.GraphQL`: what the policy of a resolver is given.

use crate::Value;
use crate::host::GraphQlFacts;
use crate::library::table::{TypeDef, interface, property};
use crate::object::Object;
use crate::types::Type;

/// `IGraphQLContext`. The reference calls the first member `GraphQLArguments`, its examples and the guide to resolvers `Arguments`.
pub(crate) static GRAPHQL: TypeDef = interface("IGraphQLContext").members(&[
    property("JObject Arguments", |_, a, _| {
        Ok(json(&a[0].of::<Resolved>()?.0.arguments))
    }),
    property("JObject GraphQLArguments", |_, a, _| {
        Ok(json(&a[0].of::<Resolved>()?.0.arguments))
    }),
    property("JToken Parent", |_, a, _| {
        Ok(json(&a[0].of::<Resolved>()?.0.parent))
    }),
]);

#[derive(Debug)]
struct Resolved(GraphQlFacts);

/// What a resolver is given, as a value.
pub(super) fn value(facts: GraphQlFacts) -> Value {
    Value::object(Resolved(facts))
}

fn json(value: &serde_json::Value) -> Value {
    match value.is_null() {
        true => Value::Null,
        false => Value::json(value),
    }
}

impl Object for Resolved {
    fn ty(&self) -> Type {
        Type::class(&GRAPHQL)
    }
}
