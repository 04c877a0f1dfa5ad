//! `<cache-lookup-value>`: a value from the cache into a variable.
//!
//! ```xml
//! <cache-lookup-value key="@("rates-" + context.Api.Id)" variable-name="rates" />
//! ```
//! A miss without `default-value` leaves the variable as it was: published policies ask `ContainsKey` afterwards (observed).

use super::limits;
use super::{Action, Flow, Statement, Wait};
use crate::caching::{self, CACHING_TYPE};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional, required};
use crate::template::Template;
use crate::world::{CachingType, World};
use expression::Symbol;
use futures_util::future::BoxFuture;

pub(super) static SHAPE: Shape = Shape {
    name: "cache-lookup-value",
    attributes: &[
        required("key"),
        required("variable-name").literal(),
        optional("default-value"),
        CACHING_TYPE,
    ],
    content: Content::Empty,
};

struct CacheLookupValue {
    key: Template,
    variable: Option<Symbol>,
    default: Option<Template>,
    caching: CachingType,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::wait(CacheLookupValue {
        key: element.required("key"),
        variable: limits::variable(element, "variable-name"),
        default: element.optional("default-value"),
        caching: caching::caching_type(element),
    })
}

/// The key of a value among everything that is cached.
pub(super) fn value_key(key: &str) -> String {
    format!("value {key}")
}

impl Wait for CacheLookupValue {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(async move {
            let key = value_key(&self.key.text(exchange)?);
            let found = caching::get(exchange.time(), world, self.caching, &key).await;
            exchange.did(|| match found {
                Some(_) => format!("hit: {key}"),
                None => format!("miss: {key}"),
            });
            let value = match (found, &self.default) {
                (Some((value, _)), _) => value,
                (None, Some(default)) => default.value(exchange)?,
                (None, None) => return Ok(Flow::Next),
            };
            if let Some(variable) = self.variable {
                exchange.variables.set(variable, value);
            }
            Ok(Flow::Next)
        })
    }
}
