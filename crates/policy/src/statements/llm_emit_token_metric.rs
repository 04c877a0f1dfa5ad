//! `<llm-emit-token-metric>`: the tokens that a call used, as custom metrics.
//!
//! ```xml
//! <llm-emit-token-metric namespace="models">
//!   <dimension name="API ID" /><dimension name="team" value="@(context.Subscription.Name)" />
//! </llm-emit-token-metric>
//! ```
//! Its dimensions are evaluated where it stands; the values follow when the response is known. A stream is estimated (documented).

use super::dimensions::{DIMENSION, Dimensions, Given, NAMESPACE};
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::late::Late;
use crate::meter::{self, Listener, Measured};
use crate::shape::{Attribute, Content, Shape, optional, some};
use crate::world::World;
use clock::Moment;
use futures_util::future::BoxFuture;
use llm::Tokens;
use std::sync::Arc;
use trace::Metric;

pub(super) static SHAPE: Shape = Shape {
    name: "llm-emit-token-metric",
    attributes: &ATTRIBUTES,
    content: Content::Children(&[some(&DIMENSION)]),
};
pub(super) const ATTRIBUTES: [Attribute; 2] = [
    NAMESPACE,
    // Older pages list it; it means nothing.
    optional("value").or("1").number(),
];

struct LlmEmitTokenMetric {
    namespace: Arc<str>,
    dimensions: Dimensions,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    // What model is asked, and whether it streams, stands in the body.
    element.build.needs.request = true;
    let _ = element.setting::<f64>("value");
    Action::now(LlmEmitTokenMetric {
        namespace: Dimensions::namespace(element),
        dimensions: Dimensions::parse(element),
    })
}

impl Now for LlmEmitTokenMetric {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let given = self.dimensions.evaluate(exchange)?;
        exchange.late.push(Box::new(Emitting {
            namespace: self.namespace.clone(),
            given,
        }));
        Ok(Flow::Next)
    }
}

struct Emitting {
    namespace: Arc<str>,
    given: Given,
}

impl Late for Emitting {
    fn answered<'a>(
        &'a mut self,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let emission = |exchange: &Exchange| Emission {
                namespace: self.namespace.clone(),
                dimensions: self.given.complete(exchange),
            };
            match meter::measure(exchange).await? {
                Measured::Nothing => (),
                Measured::Known(used) => emission(exchange).emit(world, used, exchange.time()),
                Measured::Passing(passing) => passing.tell(Streaming {
                    emission: emission(exchange),
                    world: world.shared(),
                }),
            }
            Ok(())
        })
    }
}

struct Emission {
    namespace: Arc<str>,
    dimensions: Vec<(Arc<str>, String)>,
}

impl Emission {
    fn emit(&self, world: &dyn World, used: Tokens, at: Moment) {
        let always = [
            ("Total Tokens", used.total),
            ("Prompt Tokens", used.prompt),
            ("Completion Tokens", used.completion),
        ];
        // Only of a server that reports them.
        let some = [
            ("Prompt Cached Tokens", used.cached),
            ("Completion Reasoning Tokens", used.reasoning),
        ];
        let reported = some.into_iter().filter(|(_, tokens)| *tokens > 0);
        for (name, tokens) in always.into_iter().chain(reported) {
            world.measure(Metric {
                at,
                namespace: self.namespace.clone(),
                name: name.into(),
                value: tokens as f64,
                dimensions: self.dimensions.clone(),
            });
        }
    }
}

struct Streaming {
    emission: Emission,
    world: Arc<dyn World>,
}

impl Listener for Streaming {
    fn more(&mut self, _: u64) {}

    fn end(&mut self, used: Tokens) {
        self.emission.emit(&*self.world, used, self.world.clock().now());
    }
}
