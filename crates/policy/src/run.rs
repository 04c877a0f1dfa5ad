//! The walk: inbound, backend, outbound; on-error from any of them.

use crate::World;
use crate::caching::Store;
use crate::document::Walk;
use crate::exchange::{Exchange, ResponseParts};
use crate::fault::{Fault, FaultBody, json_response};
use crate::late;
use crate::statements::{Action, Block, Flow, Statement};
use crate::template::buffer;
use http::StatusCode;
use smallvec::{SmallVec, smallvec};
use std::slice::Iter;
use std::sync::Arc;
use trace::Step;

/// Runs the policies of an operation. Afterwards the exchange has its response.
pub async fn run(walk: &Walk, exchange: &mut Exchange, world: &dyn World) {
    exchange.enter(world, &walk.secrets);
    if let Err(fault) = forward(walk, exchange, world).await {
        fail(walk, exchange, world, fault).await;
    }
    late::done(exchange, world).await;
}

/// A built-in step (404, 401) has failed: the default answer, then `on-error`.
pub async fn refuse(walk: &Walk, exchange: &mut Exchange, world: &dyn World, fault: Fault) {
    exchange.enter(world, &walk.secrets);
    fail(walk, exchange, world, fault).await;
    late::done(exchange, world).await;
}

async fn forward(walk: &Walk, exchange: &mut Exchange, world: &dyn World) -> Result<(), Fault> {
    for block in [&walk.inbound, &walk.backend] {
        match run_block(block, exchange, world).await? {
            Flow::Next => (),
            Flow::Return => return Ok(()),
            // What stands before the store is in the stored response already.
            Flow::Cached(store) => {
                let rest = behind(&walk.outbound, store).unwrap_or_else(|| smallvec![walk.outbound.iter()]);
                return run_stack(rest, exchange, world).await.map(drop);
            }
        }
    }
    match &exchange.response {
        Some(_) => late::answered(exchange, world).await?,
        // Nothing was forwarded: outbound begins with an empty 200.
        None => exchange.set_response(Some(ResponseParts::default())),
    }
    run_block(&walk.outbound, exchange, world).await.map(drop)
}

async fn fail(walk: &Walk, exchange: &mut Exchange, world: &dyn World, fault: Fault) {
    raise(exchange, fault);
    if let Err(second) = run_block(&walk.on_error, exchange, world).await {
        // What remains of on-error is skipped and the default answer goes out (inferred).
        let first = exchange.last_error.clone();
        let mut second =
            second.answered_by(StatusCode::INTERNAL_SERVER_ERROR, FaultBody::InternalServerError);
        second.headers.clear();
        raise(exchange, second);
        exchange.last_error = first;
    }
}

/// Sets `context.LastError` and the answer that goes out unless on-error changes it.
pub(crate) fn raise(exchange: &mut Exchange, mut fault: Fault) {
    let (reason, message) = (fault.reason.clone(), exchange.masked(fault.message.clone()));
    if let Some(section) = fault.section {
        exchange.stand_in(section, &fault.source);
    }
    exchange.note(Step::Faulted { reason, message });
    exchange.last_error = Some(fault.last_error());
    if let Some(made) = fault.take_made() {
        exchange.set_response(Some(made));
    } else if !matches!(fault.body, FaultBody::InExchange) || exchange.response.is_none() {
        let mut parts = json_response(fault.status, fault.default_body(exchange.request_id()));
        parts.headers.extend(fault.headers.drain(..));
        exchange.set_response(Some(parts));
    }
}

/// Runs policies in order. The branches of `choose` are walked on a stack here, so that they cost no future of their own.
pub(crate) async fn run_block(
    block: &Block,
    exchange: &mut Exchange,
    world: &dyn World,
) -> Result<Flow, Fault> {
    run_stack(smallvec![block.iter()], exchange, world).await
}

/// Where a walk is: what is left of a block, and of those around it.
type Stack<'a> = SmallVec<[Iter<'a, Arc<Statement>>; 8]>;

async fn run_stack(mut stack: Stack<'_>, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
    while let Some(top) = stack.last_mut() {
        let Some(statement) = top.next() else {
            stack.pop();
            continue;
        };
        exchange.stand(&statement.place);
        if exchange.is_full() {
            exchange.note(Step::Entered);
        }
        match step(statement, exchange, world)
            .await
            .map_err(|fault| statement.locate(fault))?
        {
            Next::Policy => (),
            Next::Branch(block) => stack.push(block.iter()),
            Next::Done(flow) => return Ok(flow),
        }
    }
    Ok(Flow::Next)
}

// The place behind the first policy that stores what a look-up found; behind the whole of what it is inside of, unless that is a
// branch.
fn behind(block: &Block, store: Store) -> Option<Stack<'_>> {
    for (at, statement) in block.iter().enumerate() {
        let rest = || block[at + 1..].iter();
        match &statement.action {
            Action::Choose(choose) => {
                if let Some(inner) = choose.blocks().find_map(|it| behind(it, store)) {
                    return Some(std::iter::once(rest()).chain(inner).collect());
                }
            }
            Action::Wait(policy) => {
                let is_inside = || policy.inside().is_some_and(|it| behind(it, store).is_some());
                if policy.stores() == Some(store) || is_inside() {
                    return Some(smallvec![rest()]);
                }
            }
            Action::Now(_) | Action::Cors(_) => (),
        }
    }
    None
}

enum Next<'a> {
    Policy,
    Branch(&'a Block),
    Done(Flow),
}

async fn step<'a>(
    statement: &'a Statement,
    exchange: &mut Exchange,
    world: &dyn World,
) -> Result<Next<'a>, Fault> {
    let flow = match &statement.action {
        // A condition brings only the bodies here that it reads itself.
        Action::Choose(choose) => {
            let branch = choose.pick(exchange).await?;
            return Ok(branch.map_or(Next::Policy, Next::Branch));
        }
        Action::Now(policy) => {
            buffer(statement.needs, exchange).await?;
            policy.run(exchange, world)?
        }
        Action::Cors(cors) => {
            buffer(statement.needs, exchange).await?;
            cors.run(exchange)?
        }
        Action::Wait(policy) => {
            buffer(statement.needs, exchange).await?;
            policy.run(statement, exchange, world).await?
        }
    };
    Ok(match flow {
        Flow::Next => Next::Policy,
        flow => Next::Done(flow),
    })
}
