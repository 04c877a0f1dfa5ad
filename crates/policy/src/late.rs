//! What policies have still to do when there is a response: counting by a condition on it, reading the tokens that it used.

use crate::World;
use crate::exchange::Exchange;
use crate::fault::Fault;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use std::sync::Arc;

/// Something that a policy has left to do.
pub(crate) trait Late: Send {
    /// A backend has answered; outbound comes next.
    fn answered<'a>(&'a mut self, _: &'a mut Exchange, _: &'a dyn World) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(ready(Ok(())))
    }

    /// The walk is over; the response is about to go out.
    fn done<'a>(self: Box<Self>, _: &'a mut Exchange, _: &'a dyn World) -> BoxFuture<'a, ()> {
        Box::pin(ready(()))
    }
}

/// Tells everyone that there is a response.
pub(crate) async fn answered(exchange: &mut Exchange, world: &dyn World) -> Result<(), Fault> {
    if exchange.late.is_empty() {
        return Ok(());
    }
    let mut all = std::mem::take(&mut exchange.late);
    let mut outcome = Ok(());
    for late in &mut all {
        // Each is told, whatever becomes of another.
        outcome = outcome.and(late.answered(exchange, world).await);
    }
    all.append(&mut exchange.late);
    exchange.late = all;
    outcome
}

/// Tells everyone that the walk is over.
pub(crate) async fn done(exchange: &mut Exchange, world: &dyn World) {
    for late in std::mem::take(&mut exchange.late) {
        late.done(exchange, world).await;
    }
}

/// Does what is done at once here and now, and the rest beside the request.
pub(crate) fn detach(world: &Arc<dyn World>, mut work: BoxFuture<'static, ()>) {
    if (&mut work).now_or_never().is_none() {
        world.spawn(work);
    }
}
