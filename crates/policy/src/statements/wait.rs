//! `<wait>`: runs its children in parallel, until all or any of them are done.
//!
//! ```xml
//! <wait for="all">
//!   <send-request response-variable-name="a"><set-url>http://one/</set-url><set-method>GET</set-method></send-request>
//!   <send-request response-variable-name="b"><set-url>http://two/</set-url><set-method>GET</set-method></send-request>
//! </wait>
//! ```
//! Each child works on a fork of the exchange; what they wrote is merged in document order.

use super::statement::deep_needs;
use super::{Action, Block, Flow, Statement, Wait};
use crate::element::Element;
use crate::exchange::{Exchange, Merge};
use crate::fault::Fault;
use crate::run::run_block;
use crate::shape::{Content, Shape, optional};
use crate::template::{Bodies, Template, buffer};
use crate::world::World;
use futures_util::future::{BoxFuture, FutureExt, join_all, select_all};

pub(super) static SHAPE: Shape = Shape {
    name: "wait",
    attributes: &[optional("for").or("all").one_of(&["all", "any"])],
    content: Content::PoliciesOf(&["send-request", "cache-lookup-value", "choose"]),
};

struct WaitFor {
    any: For,
    // One block per child.
    children: Vec<Block>,
    all: Block,
    needs: Bodies,
}

enum For {
    Known(bool),
    Computed(Template),
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let template = element.optional("for");
    let any = match &template {
        Some(template) if template.known().is_some() => For::Known(
            element
                .choice("for", &[("all", false), ("any", true)])
                .unwrap_or(false),
        ),
        _ => template.map_or(For::Known(false), For::Computed),
    };
    let all = element.block();
    let children = all.iter().map(|it| vec![it.clone()]).collect();
    let needs = deep_needs(&all);
    Action::wait(WaitFor {
        any,
        children,
        all,
        needs,
    })
}

impl Wait for WaitFor {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.wait(exchange, world))
    }

    fn inside(&self) -> Option<&Block> {
        Some(&self.all)
    }
}

impl WaitFor {
    async fn wait(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let any = match &self.any {
            For::Known(any) => *any,
            For::Computed(template) => template.text(exchange)?.trim().eq_ignore_ascii_case("any"),
        };
        // Forks share bodies only once they are here.
        buffer(self.needs, exchange).await?;
        let forks: Vec<_> = self
            .children
            .iter()
            .enumerate()
            .map(|(at, child)| run_fork(child, exchange.fork(at), world).boxed())
            .collect();
        let done = match any && !forks.is_empty() {
            // The first to be done stands alone; the others are dropped, and with them their calls.
            true => vec![select_all(forks).await.0],
            false => join_all(forks).await,
        };
        let mut flow = Flow::Next;
        let mut failed = None;
        for (outcome, merge) in done {
            exchange.merge(merge);
            match outcome {
                Ok(Flow::Next) => (),
                Ok(done) => flow = done,
                Err(fault) => failed = failed.or(Some(fault)),
            }
        }
        failed.map_or(Ok(flow), Err)
    }
}

async fn run_fork(child: &Block, mut fork: Exchange, world: &dyn World) -> (Result<Flow, Fault>, Merge) {
    let outcome = run_block(child, &mut fork, world).await;
    (outcome, fork.into_merge())
}
