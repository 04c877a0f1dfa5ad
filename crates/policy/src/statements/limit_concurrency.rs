//! `<limit-concurrency>`: at most so many requests inside at once; the next is refused.
//!
//! ```xml
//! <limit-concurrency key="@(context.Subscription.Id)" max-count="3"><forward-request /></limit-concurrency>
//! ```

use super::{Action, Block, Flow, Statement, Wait};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::run::run_block;
use crate::shape::{Content, Shape, required};
use crate::template::{Setting, Template};
use crate::world::World;
use futures_util::future::BoxFuture;
use http::StatusCode;

pub(super) static SHAPE: Shape = Shape {
    name: "limit-concurrency",
    attributes: &[required("key"), required("max-count").literal().int()],
    content: Content::Policies,
};

struct LimitConcurrency {
    key: Template,
    max_count: u32,
    block: Block,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let max_count = match element.setting::<i64>("max-count") {
        Some(Setting::Literal(count)) => match u32::try_from(count) {
            Ok(count) if count > 0 => count,
            _ => {
                element.wrong_value(
                    "max-count",
                    &count.to_string(),
                    "a whole number from 1",
                    element.name_span(),
                );
                1
            }
        },
        _ => 1,
    };
    Action::wait(LimitConcurrency {
        key: element.required("key"),
        max_count,
        block: element.block(),
    })
}

impl Wait for LimitConcurrency {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(async move {
            let key = self.key.text(exchange)?;
            // The place is given back when the walk leaves, however it does.
            let place = world.enter(&key, self.max_count);
            if place.is_none() {
                let status = StatusCode::TOO_MANY_REQUESTS;
                let message = "Too Many Requests";
                return Err(Fault::refusal(
                    status,
                    "ConcurrencyLimitExceeded",
                    message,
                    message,
                ));
            }
            run_block(&self.block, exchange, world).await
        })
    }

    fn inside(&self) -> Option<&Block> {
        Some(&self.block)
    }
}
