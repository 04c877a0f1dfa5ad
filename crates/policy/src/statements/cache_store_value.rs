//! `<cache-store-value>`: a value into the cache.
//!
//! ```xml
//! <cache-store-value key="rates" value="@((string)context.Variables["rates"])" duration="300" />
//! ```
//! The value keeps its type. It is there for the next look-up, also of the same request.

use super::cache_lookup_value::value_key;
use super::{Action, Flow, Statement, Wait};
use crate::caching::{self, CACHING_TYPE};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, required};
use crate::template::{Setting, Template};
use crate::world::{CachingType, World};
use futures_util::future::BoxFuture;

pub(super) static SHAPE: Shape = Shape {
    name: "cache-store-value",
    attributes: &[
        required("key"),
        required("value"),
        required("duration").int(),
        CACHING_TYPE,
    ],
    content: Content::Empty,
};

struct CacheStoreValue {
    key: Template,
    value: Template,
    duration: Setting<i64>,
    caching: CachingType,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::wait(CacheStoreValue {
        key: element.required("key"),
        value: element.required("value"),
        duration: element.setting_or("duration", 0),
        caching: caching::caching_type(element),
    })
}

impl Wait for CacheStoreValue {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(async move {
            let key = value_key(&self.key.text(exchange)?);
            let value = self.value.value(exchange)?;
            let stored = match caching::seconds(self.duration.get(exchange)?) {
                Some(duration) => {
                    caching::put(exchange.time(), world, self.caching, &key, &value, duration).await
                }
                None => false,
            };
            exchange.did(|| match stored {
                true => format!("stored: {key}"),
                false => format!("not stored: {key}"),
            });
            Ok(Flow::Next)
        })
    }
}
