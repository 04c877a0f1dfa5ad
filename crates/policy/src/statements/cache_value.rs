//! `<cache-value>`: a variable from the cache, or computed by the policies inside and kept. No public page describes it; it is
//! modelled on the policy toolkit.
//!
//! ```xml
//! <cache-value key="rates" variable-name="rates" expires-after="300" refresh-after="60">
//!   <value><send-request response-variable-name="rates"><set-url>http://rates.internal/</set-url></send-request></value>
//! </cache-value>
//! ```

use super::cache_lookup_value::value_key;
use super::limits;
use super::{Action, Block, Flow, Statement, Wait};
use crate::caching::{self, CACHING_TYPE};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::run::run_block;
use crate::shape::{Content, Shape, one, optional, required};
use crate::template::{Setting, Template};
use crate::world::{CachingType, World};
use expression::Symbol;
use futures_util::future::BoxFuture;
use std::time::Duration;

pub(super) static SHAPE: Shape = Shape {
    name: "cache-value",
    attributes: &[
        required("key"),
        required("variable-name").literal(),
        optional("expires-after").or("28800").int(),
        optional("refresh-after").int(),
        optional("default-value"),
        CACHING_TYPE,
    ],
    content: Content::Children(&[one(&VALUE)]),
};
static VALUE: Shape = Shape {
    name: "value",
    attributes: &[],
    content: Content::Policies,
};

struct CacheValue {
    key: Template,
    variable: Option<Symbol>,
    expires_after: Setting<i64>,
    refresh_after: Option<Setting<i64>>,
    default: Option<Template>,
    caching: CachingType,
    block: Block,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let path = format!("{}/value[1]", element.path);
    let node = element.node.elements().find(|it| it.name == "value");
    let block = node.map(|node| {
        Element {
            node,
            shape: &VALUE,
            build: element.build,
            path: &path,
        }
        .block()
    });
    Action::wait(CacheValue {
        key: element.required("key"),
        variable: limits::variable(element, "variable-name"),
        expires_after: element.setting_or("expires-after", 28_800),
        refresh_after: element.setting("refresh-after"),
        default: element.optional("default-value"),
        caching: caching::caching_type(element),
        block: block.unwrap_or_default(),
    })
}

impl Wait for CacheValue {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.look(exchange, world))
    }

    fn inside(&self) -> Option<&Block> {
        Some(&self.block)
    }
}

impl CacheValue {
    async fn look(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let Some(variable) = self.variable else {
            return Ok(Flow::Next);
        };
        let key = value_key(&self.key.text(exchange)?);
        let expires_after = caching::seconds(self.expires_after.get(exchange)?).unwrap_or_default();
        let fresh_for = match &self.refresh_after {
            Some(setting) => caching::seconds(setting.get(exchange)?).unwrap_or_default(),
            None => expires_after,
        };
        let held = caching::get(exchange.time(), world, self.caching, &key).await;
        let stale = match held {
            Some((value, left)) if is_fresh(expires_after, fresh_for, left) => {
                exchange.variables.set(variable, value);
                return Ok(Flow::Next);
            }
            held => held.map(|(value, _)| value),
        };
        // One computes; whoever comes meanwhile takes what is there, or computes as well when nothing is.
        let alone = world.enter(&key, 1);
        if let (None, Some(value)) = (&alone, &stale) {
            exchange.variables.set(variable, value.clone());
            return Ok(Flow::Next);
        }
        match run_block(&self.block, exchange, world).await {
            Ok(Flow::Next) => (),
            Err(fault) if stale.is_none() => return Err(fault),
            // What is there is better than nothing.
            Err(_) => {
                exchange.variables.set(variable, stale.unwrap_or_default());
                return Ok(Flow::Next);
            }
            flow => return flow,
        }
        match (exchange.variables.get(variable).cloned(), &self.default) {
            (Some(value), _) => {
                caching::put(exchange.time(), world, self.caching, &key, &value, expires_after).await;
            }
            (None, Some(default)) => {
                let value = default.value(exchange)?;
                exchange.variables.set(variable, value);
            }
            (None, None) => (),
        }
        Ok(Flow::Next)
    }
}

fn is_fresh(expires_after: Duration, fresh_for: Duration, left: Duration) -> bool {
    expires_after.saturating_sub(left) < fresh_for
}
