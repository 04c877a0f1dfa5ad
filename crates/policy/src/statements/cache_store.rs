//! `<cache-store>`: keeps the response that `cache-lookup` looked for in vain, as it is at this point of outbound.
//!
//! ```xml
//! <cache-store duration="300" />
//! ```

use super::{Action, Flow, Statement, Wait};
use crate::caching::{self, Store};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional, required};
use crate::template::Setting;
use crate::world::World;
use futures_util::future::BoxFuture;
use http::StatusCode;

pub(super) static SHAPE: Shape = Shape {
    name: "cache-store",
    attributes: &[required("duration").int(), optional("cache-response").bool()],
    content: Content::Empty,
};

struct CacheStore {
    duration: Setting<i64>,
    cache_response: Option<Setting<bool>>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::wait(CacheStore {
        duration: element.setting_or("duration", 0),
        cache_response: element.setting("cache-response"),
    })
}

impl Wait for CacheStore {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.store(exchange, world))
    }

    fn stores(&self) -> Option<Store> {
        Some(Store::Response)
    }
}

impl CacheStore {
    async fn store(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let Some(missed) = exchange.remembered.response.take() else {
            exchange.did(|| "nothing was looked up".to_owned());
            return Ok(Flow::Next);
        };
        let duration = caching::seconds(self.duration.get(exchange)?);
        // Absent means 200 alone, written means any status or none (documented).
        let is_wanted = match &self.cache_response {
            Some(setting) => setting.get(exchange)?,
            None => exchange
                .response
                .as_ref()
                .is_some_and(|it| it.status == StatusCode::OK),
        };
        let Some(duration) = duration.filter(|_| is_wanted && exchange.response.is_some()) else {
            exchange.did(|| "not stored".to_owned());
            return Ok(Flow::Next);
        };
        caching::put_response(exchange, world, missed.caching, &missed.key, duration).await?;
        // What callers are told of it is no part of what is stored.
        let headers = &mut exchange.response_mut().headers;
        missed.downstream.write(headers, duration);
        exchange.did(|| format!("stored: {}", missed.key));
        Ok(Flow::Next)
    }
}
