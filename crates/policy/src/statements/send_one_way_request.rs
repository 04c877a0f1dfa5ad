//! `<send-one-way-request>`: a call that nobody waits for.
//!
//! ```xml
//! <send-one-way-request mode="new">
//!   <set-url>http://audit.internal/calls</set-url>
//!   <set-method>POST</set-method>
//!   <set-body>@(context.RequestId.ToString())</set-body>
//! </send-one-way-request>
//! ```

use super::outgoing::{CHILDREN, MODE, Outgoing, TIMEOUT};
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape};
use crate::world::World;

pub(super) static SHAPE: Shape = Shape {
    name: "send-one-way-request",
    attributes: &[MODE, TIMEOUT],
    content: Content::Children(&CHILDREN),
};

struct SendOneWayRequest(Outgoing);

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(SendOneWayRequest(Outgoing::parse(element)))
}

impl Now for SendOneWayRequest {
    // URL, headers and body are evaluated before the policy returns; failures behind that are nobody's (inferred).
    fn run(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let call = self.0.call(exchange, world)?;
        let (world_of_call, limit) = (world.shared(), exchange.body_limit);
        world.spawn(Box::pin(async move {
            let timeout = call.timeout;
            let whole = async {
                if let Ok(mut answer) = world_of_call.send(call).await {
                    // Read to its end, so that the far side can finish.
                    let _ = answer.body.buffer(limit).await;
                }
            };
            world_of_call.clock().timeout(timeout, whole).await;
        }));
        Ok(Flow::Next)
    }
}
