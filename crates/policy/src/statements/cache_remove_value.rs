//! `<cache-remove-value>`: forgets a value.
//!
//! ```xml
//! <cache-remove-value key="rates" />
//! ```

use super::cache_lookup_value::value_key;
use super::{Action, Flow, Statement, Wait};
use crate::caching::{self, CACHING_TYPE};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, required};
use crate::template::Template;
use crate::world::{CachingType, World};
use futures_util::future::BoxFuture;

pub(super) static SHAPE: Shape = Shape {
    name: "cache-remove-value",
    attributes: &[required("key"), CACHING_TYPE],
    content: Content::Empty,
};

struct CacheRemoveValue {
    key: Template,
    caching: CachingType,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::wait(CacheRemoveValue {
        key: element.required("key"),
        caching: caching::caching_type(element),
    })
}

impl Wait for CacheRemoveValue {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(async move {
            let key = value_key(&self.key.text(exchange)?);
            if let Some(cache) = world.cache(self.caching) {
                cache.remove(&key).get().await;
            }
            exchange.did(|| format!("removed: {key}"));
            Ok(Flow::Next)
        })
    }
}
