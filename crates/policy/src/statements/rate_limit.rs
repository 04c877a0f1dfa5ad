//! `<rate-limit>`: so many calls per subscription in a window; for the whole product, and for some of its APIs and operations.
//!
//! ```xml
//! <rate-limit calls="20" renewal-period="90" remaining-calls-variable-name="left">
//!   <api name="orders" calls="10" renewal-period="60"><operation name="create" calls="2" renewal-period="10" /></api>
//! </rate-limit>
//! ```
//! A call that is refused counts nowhere. Without a subscription nothing is limited (documented).

use super::limits::{self, COUNT, ComeBack, RETRY_AFTER_HEADER, RETRY_AFTER_VARIABLE, Report, WINDOW};
use super::nested::{ApiLimit, Named, OperationLimit, owner};
use super::{Action, Flow, Statement, Wait};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Attribute, Content, Shape, many, optional, required};
use crate::world::World;
use futures_util::future::BoxFuture;
use http::StatusCode;
use smallvec::SmallVec;
use state::{Refusal, Take};
use std::time::Duration;

pub(super) static SHAPE: Shape = Shape {
    name: "rate-limit",
    attributes: &[
        required("calls").literal().int(),
        required("renewal-period").literal().int(),
        RETRY_AFTER_HEADER,
        RETRY_AFTER_VARIABLE,
        optional("remaining-calls-header-name").literal(),
        optional("remaining-calls-variable-name").literal(),
        optional("total-calls-header-name").literal(),
    ],
    content: Content::Children(&[many(&API)]),
};
const FURTHER: [Attribute; 3] = [
    optional("name").literal(),
    required("calls").literal().int(),
    required("renewal-period").literal().int(),
];
static API: Shape = Shape {
    name: "api",
    attributes: &FURTHER,
    content: Content::Children(&[many(&OPERATION)]),
};
static OPERATION: Shape = Shape {
    name: "operation",
    attributes: &FURTHER,
    content: Content::Empty,
};

struct RateLimit {
    own: Limit,
    apis: Vec<ApiLimit<Limit>>,
    come_back: ComeBack,
    remaining: Report,
    total: Report,
}

#[derive(Debug, Clone, Copy)]
struct Limit {
    calls: u64,
    period: Duration,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::wait(RateLimit {
        own: Limit::parse(element),
        apis: element.children("api", |api| ApiLimit {
            named: Named::parse(api),
            limit: Limit::parse(api),
            operations: api.children("operation", |operation| OperationLimit {
                named: Named::parse(operation),
                limit: Limit::parse(operation),
            }),
        }),
        come_back: ComeBack::parse(element),
        remaining: Report::parse(
            element,
            "remaining-calls-header-name",
            "remaining-calls-variable-name",
        ),
        total: Report {
            header: limits::header(element, "total-calls-header-name"),
            variable: None,
        },
    })
}

impl Limit {
    fn parse(element: &mut Element<'_, '_, '_>) -> Limit {
        Limit {
            calls: limits::whole_literal(element, "calls", COUNT).unwrap_or(0),
            period: Duration::from_secs(
                limits::whole_literal(element, "renewal-period", WINDOW).unwrap_or(1),
            ),
        }
    }
}

impl Wait for RateLimit {
    fn run<'a>(
        &'a self,
        at: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.take(at, exchange, world))
    }
}

impl RateLimit {
    async fn take(&self, at: &Statement, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let Some(owner) = owner(at, exchange) else {
            return Ok(Flow::Next);
        };
        let limits = super::nested::matching(&self.own, &self.apis, exchange);
        let mut keys: SmallVec<[String; 3]> = SmallVec::new();
        for (level, limit) in &limits {
            let (_, kind) = limits::rate(world, limit.period);
            keys.push(format!("rate {kind}{} {level}{owner}", limit.period.as_secs()));
        }
        let takes: SmallVec<[Take<'_>; 3]> = limits
            .iter()
            .zip(&keys)
            .map(|((_, limit), key)| Take {
                key,
                rule: limits::rate(world, limit.period).0,
                limit: limit.calls,
                need: 1,
                amount: 1,
            })
            .collect();
        let taken = world.counters().take(&takes, exchange.time()).get().await;
        let told = taken.refused.map_or(0, |it| it.which);
        let limit = limits.get(told).map_or(self.own, |(_, limit)| *limit);
        self.remaining
            .write(exchange, taken.left.get(told).copied().unwrap_or(0));
        self.total
            .put(exchange, i64::try_from(limit.calls).unwrap_or(i64::MAX));
        match taken.refused {
            None => Ok(Flow::Next),
            Some(refusal) => Err(refuse(&self.come_back, exchange, refusal)),
        }
    }
}

/// The 429 of a rate limit.
pub(super) fn refuse(come_back: &ComeBack, exchange: &mut Exchange, refusal: Refusal) -> Fault {
    let seconds = refusal.wait.map(limits::seconds);
    let wire = match seconds {
        Some(seconds) => format!("Rate limit is exceeded. Try again in {seconds} seconds."),
        None => "Rate limit is exceeded.".to_owned(),
    };
    let status = StatusCode::TOO_MANY_REQUESTS;
    let fault = Fault::refusal(status, "RateLimitExceeded", "Rate limit is exceeded", wire);
    come_back.write(exchange, fault, seconds)
}
