//! `<llm-semantic-cache-store>`: keeps the answer to a prompt that `llm-semantic-cache-lookup` found nothing for.
//!
//! ```xml
//! <llm-semantic-cache-store duration="120" />
//! ```
//! Only a whole answer with 200 is kept (inferred): a stream passes by.

use super::content::media_type_of;
use super::{Action, Flow, Statement, Wait};
use crate::caching::{self, Prompted, Store};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Attribute, Content, Shape, required};
use crate::template::Setting;
use crate::world::{CachingType, World};
use futures_util::future::BoxFuture;
use http::StatusCode;

pub(super) static SHAPE: Shape = Shape {
    name: "llm-semantic-cache-store",
    attributes: &ATTRIBUTES,
    content: Content::Empty,
};
pub(super) const ATTRIBUTES: [Attribute; 1] = [required("duration").int()];

struct SemanticCacheStore {
    duration: Setting<i64>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::wait(SemanticCacheStore {
        duration: element.setting_or("duration", 0),
    })
}

impl Wait for SemanticCacheStore {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.store(exchange, world))
    }

    fn stores(&self) -> Option<Store> {
        Some(Store::Semantic)
    }
}

impl SemanticCacheStore {
    async fn store(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let Some(prompted) = exchange.remembered.semantic.take() else {
            exchange.did(|| "nothing was looked up".to_owned());
            return Ok(Flow::Next);
        };
        let duration = caching::seconds(self.duration.get(exchange)?);
        let is_wanted = exchange.response.as_ref().is_some_and(|it| {
            let streams = media_type_of(&it.headers) == "text/event-stream";
            it.status == StatusCode::OK && !streams
        });
        let Some(duration) = duration.filter(|_| is_wanted) else {
            exchange.did(|| "not stored".to_owned());
            return Ok(Flow::Next);
        };
        let key = format!("semantic {}", exchange.request_id());
        if caching::put_response(exchange, world, CachingType::External, &key, duration).await?
            && let Some(cache) = world.cache(CachingType::External)
        {
            let Prompted { partition, vector } = prompted;
            let now = exchange.time();
            let add = cache.add(&partition, &key, vector, now + duration, now);
            add.get().await;
            exchange.did(|| "stored".to_owned());
        }
        Ok(Flow::Next)
    }
}
