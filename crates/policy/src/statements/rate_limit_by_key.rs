//! `<rate-limit-by-key>`: so many calls per key in a window.
//!
//! ```xml
//! <rate-limit-by-key calls="10" renewal-period="60" counter-key="@(context.Request.IpAddress)"
//!                    increment-condition="@(context.Response.StatusCode == 200)" />
//! ```
//! With a condition the counter is checked here and increased when the response is known (documented).

use super::limits::{self, COUNT, ComeBack, RETRY_AFTER_HEADER, RETRY_AFTER_VARIABLE, Report, WINDOW};
use super::rate_limit::refuse;
use super::{Action, Flow, Statement, Wait};
use crate::element::Element;
use crate::exchange::{Exchange, Place};
use crate::fault::Fault;
use crate::late::Late;
use crate::shape::{Attribute, Content, Shape, optional, required};
use crate::template::{Bodies, Setting, Template, buffer};
use crate::world::World;
use futures_util::future::BoxFuture;
use state::{Add, Rule, Take};
use std::sync::Arc;
use std::time::Duration;
use trace::Step;

pub(super) static SHAPE: Shape = Shape {
    name: "rate-limit-by-key",
    attributes: &[
        required("calls").int(),
        required("renewal-period").int(),
        required("counter-key"),
        INCREMENT_CONDITION,
        INCREMENT_COUNT,
        optional("increment-after-response").or("false").literal().bool(),
        RETRY_AFTER_HEADER,
        RETRY_AFTER_VARIABLE,
        optional("remaining-calls-header-name").literal(),
        optional("remaining-calls-variable-name").literal(),
        optional("total-calls-header-name").literal(),
    ],
    content: Content::Empty,
};
pub(super) const INCREMENT_CONDITION: Attribute = optional("increment-condition").bool();
pub(super) const INCREMENT_COUNT: Attribute = optional("increment-count").or("1").int();

struct RateLimitByKey {
    calls: Setting<i64>,
    period: Setting<i64>,
    key: Template,
    increment: Arc<Increment>,
    come_back: ComeBack,
    remaining: Report,
    total: Report,
}

/// Whether and how much a request counts.
pub(super) struct Increment {
    condition: Option<Setting<bool>>,
    count: Setting<i64>,
    after_response: bool,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let after_response = element.choice("increment-after-response", &[("true", true), ("false", false)]);
    Action::wait(RateLimitByKey {
        calls: limits::whole(element, "calls", COUNT).unwrap_or(Setting::Literal(0)),
        period: limits::whole(element, "renewal-period", WINDOW).unwrap_or(Setting::Literal(1)),
        key: limits::counter_key(element),
        increment: Arc::new(Increment::parse(element, after_response.unwrap_or(false))),
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

impl Wait for RateLimitByKey {
    fn run<'a>(
        &'a self,
        at: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.take(at, exchange, world))
    }
}

impl RateLimitByKey {
    async fn take(&self, at: &Statement, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let limit = limits::within("calls", self.calls.get(exchange)?, &COUNT)?;
        let seconds = limits::within("renewal-period", self.period.get(exchange)?, &WINDOW)?;
        let (rule, kind) = limits::rate(world, Duration::from_secs(seconds));
        let key = format!("rate-by-key {kind}{seconds} {}", self.key.text(exchange)?);
        let amount = match self.increment.is_late() {
            true => 0,
            false => limits::within("increment-count", self.increment.count.get(exchange)?, &COUNT)?,
        };
        let take = Take {
            key: &key,
            rule,
            limit,
            need: 1,
            amount,
        };
        let taken = world.counters().take(&[take], exchange.time()).get().await;
        self.remaining
            .write(exchange, taken.left.first().copied().unwrap_or(0));
        self.total.put(exchange, i64::try_from(limit).unwrap_or(i64::MAX));
        if let Some(refusal) = taken.refused {
            return Err(refuse(&self.come_back, exchange, refusal));
        }
        if self.increment.is_late() {
            let increment = self.increment.clone();
            increment.defer(exchange, &at.place, key, rule, limit);
        }
        Ok(Flow::Next)
    }
}

impl Increment {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>, after_response: bool) -> Increment {
        Increment {
            condition: element.setting("increment-condition"),
            count: limits::whole(element, "increment-count", COUNT).unwrap_or(Setting::Literal(1)),
            after_response,
        }
    }

    /// Whether it has to wait for the response: so it does with a condition, or a count that is computed (documented).
    pub(super) fn is_late(&self) -> bool {
        self.condition.is_some() || self.after_response || matches!(self.count, Setting::Expression(_))
    }

    /// How much, where it need not wait.
    pub(super) fn now(&self, exchange: &mut Exchange) -> Result<u64, Fault> {
        limits::within("increment-count", self.count.get(exchange)?, &COUNT)
    }

    /// Counts when the response is known.
    pub(super) fn defer(
        self: Arc<Self>,
        exchange: &mut Exchange,
        place: &Place,
        key: String,
        rule: Rule,
        limit: u64,
    ) {
        exchange.late.push(Box::new(Counting {
            increment: self,
            place: place.clone(),
            key,
            rule,
            limit,
        }));
    }

    // How much the request counts, now that there is a response.
    async fn judge(&self, exchange: &mut Exchange) -> Result<u64, Fault> {
        let mut needs = Bodies::default();
        needs.add(self.condition.as_ref().map(Setting::needs).unwrap_or_default());
        needs.add(self.count.needs());
        buffer(needs, exchange).await?;
        let counts = match &self.condition {
            Some(condition) => condition.get(exchange)?,
            None => true,
        };
        match counts {
            true => self.now(exchange),
            false => Ok(0),
        }
    }
}

struct Counting {
    increment: Arc<Increment>,
    place: Place,
    key: String,
    rule: Rule,
    limit: u64,
}

impl Late for Counting {
    fn done<'a>(self: Box<Self>, exchange: &'a mut Exchange, world: &'a dyn World) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            exchange.stand(&self.place);
            match self.increment.judge(exchange).await {
                Ok(0) => (),
                Ok(amount) => {
                    let now = exchange.time();
                    let add = Add {
                        key: &self.key,
                        rule: self.rule,
                        limit: self.limit,
                        amount: i64::try_from(amount).unwrap_or(i64::MAX),
                        at: now,
                    };
                    world.counters().add(&[add], now).get().await;
                }
                // The response stands already: nothing is counted, and the record says why (inferred).
                Err(fault) => exchange.note(Step::Message(Box::new(trace::Message {
                    severity: "error".to_owned(),
                    message: format!("not counted: {}", fault.message),
                    metadata: Vec::new(),
                }))),
            }
        })
    }
}
