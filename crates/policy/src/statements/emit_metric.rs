//! `<emit-metric>`: a value of a custom metric.
//!
//! ```xml
//! <emit-metric name="calls" namespace="shop" value="1">
//!   <dimension name="API ID" /><dimension name="team" value="@(context.Subscription.Name)" />
//! </emit-metric>
//! ```

use super::dimensions::{DIMENSION, Dimensions, NAMESPACE};
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional, required, some};
use crate::template::Setting;
use crate::world::World;
use std::sync::Arc;
use trace::Metric;

pub(super) static SHAPE: Shape = Shape {
    name: "emit-metric",
    attributes: &[
        required("name").literal(),
        NAMESPACE,
        optional("value").or("1").number(),
    ],
    content: Content::Children(&[some(&DIMENSION)]),
};

struct EmitMetric {
    name: Arc<str>,
    namespace: Arc<str>,
    value: Setting<f64>,
    dimensions: Dimensions,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(EmitMetric {
        name: element.literal("name").unwrap_or_default().into(),
        namespace: Dimensions::namespace(element),
        value: element.setting_or("value", 1.0),
        dimensions: Dimensions::parse(element),
    })
}

impl Now for EmitMetric {
    fn run(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let value = self.value.get(exchange)?;
        let given = self.dimensions.evaluate(exchange)?;
        let metric = Metric {
            at: exchange.time(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
            value,
            dimensions: given.complete(exchange),
        };
        exchange.did(|| format!("{} {} {value}", metric.namespace, metric.name));
        world.measure(metric);
        Ok(Flow::Next)
    }
}
