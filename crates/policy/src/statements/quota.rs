//! `<quota>`: so many calls or kilobytes per subscription in a period, counted from the start of the subscription.
//!
//! ```xml
//! <quota calls="10000" bandwidth="40000" renewal-period="3600"><api name="orders" calls="500" /></quota>
//! ```

use super::limits::{self, COUNT};
use super::nested::{ApiLimit, Named, OperationLimit, owner};
use super::{Action, Flow, Statement, Wait};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::late::{Late, detach};
use crate::shape::{Attribute, Content, Shape, many, optional, required};
use crate::watch::{Watch, watched};
use crate::world::World;
use bytes::Bytes;
use clock::Moment;
use futures_util::future::BoxFuture;
use http::StatusCode;
use source::Diagnostic;
use state::{Add, Refusal, Rule, Take, anchored};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub(super) static SHAPE: Shape = Shape {
    name: "quota",
    attributes: &[
        optional("calls").literal().int(),
        optional("bandwidth").literal().int(),
        required("renewal-period").literal().int(),
    ],
    content: Content::Children(&[many(&API)]),
};
const FURTHER: [Attribute; 4] = [
    optional("name").literal(),
    optional("calls").literal().int(),
    optional("bandwidth").literal().int(),
    optional("renewal-period").literal().int(),
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

struct Quota {
    own: Volume,
    apis: Vec<ApiLimit<Volume>>,
}

/// What may be used in a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Volume {
    pub(super) calls: Option<u64>,
    /// Bytes.
    pub(super) bandwidth: Option<u64>,
    /// None that never ends.
    pub(super) period: Option<Duration>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let own = Volume::parse(element, COUNT, None);
    Action::wait(Quota {
        own,
        apis: element.children("api", |api| {
            // Published policies leave the period out here: it is that of the whole (inferred).
            let limit = Volume::parse(api, COUNT, own.period);
            ApiLimit {
                named: Named::parse(api),
                limit,
                operations: api.children("operation", |operation| OperationLimit {
                    named: Named::parse(operation),
                    limit: Volume::parse(operation, COUNT, limit.period),
                }),
            }
        }),
    })
}

impl Volume {
    pub(super) fn parse(
        element: &mut Element<'_, '_, '_>,
        seconds: RangeInclusive<i64>,
        inherited: Option<Duration>,
    ) -> Volume {
        let calls = limits::whole_literal(element, "calls", COUNT);
        let bandwidth = limits::whole_literal(element, "bandwidth", COUNT);
        let says = |name: &str| element.node.attributes.iter().any(|it| it.name == name);
        let is_empty = !says("calls") && !says("bandwidth");
        // 0 never ends; it is taken beside whatever else is.
        let period = match element.literal("renewal-period").as_deref() {
            Some("0") => None,
            Some(_) => limits::whole_literal(element, "renewal-period", seconds).map(Duration::from_secs),
            None => inherited,
        };
        if is_empty {
            let message = format!(
                "`{}` needs the attribute `calls` or `bandwidth`",
                element.shape.name
            );
            element.report(Diagnostic::error(
                "missing-attribute",
                message,
                element.name_span(),
            ));
        }
        Volume {
            calls,
            bandwidth: bandwidth.map(|kilobytes| kilobytes.saturating_mul(1024)),
            period,
        }
    }

    /// The window around `now`, counted from `anchor`, and a text that tells it from the others.
    pub(super) fn window(&self, anchor: Moment, now: Moment) -> (Rule, String) {
        match self.period {
            None => (Rule::Fixed { until: None }, "ever".to_owned()),
            Some(length) => {
                let period = anchored(anchor, length, now);
                let name = format!("{}+{}", period.start.seconds(), length.as_secs());
                (
                    Rule::Fixed {
                        until: Some(period.end),
                    },
                    name,
                )
            }
        }
    }
}

impl Wait for Quota {
    fn run<'a>(
        &'a self,
        at: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.take(at, exchange, world))
    }
}

impl Quota {
    async fn take(&self, at: &Statement, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let Some(owner) = owner(at, exchange) else {
            return Ok(Flow::Next);
        };
        let subscription = exchange.facts().subscription.as_ref();
        let anchor = subscription.map_or(Moment::EPOCH, |it| it.starts.unwrap_or(it.created));
        let mut volumes = Vec::new();
        for (level, volume) in super::nested::matching(&self.own, &self.apis, exchange) {
            let (rule, window) = volume.window(anchor, exchange.time());
            volumes.push(Used {
                key: format!("quota {window} {level}{owner}"),
                rule,
                volume,
                calls: 1,
                counts: true,
            });
        }
        take(volumes, exchange, world).await.map(|()| Flow::Next)
    }
}

/// A volume and how much of it a request uses.
pub(super) struct Used {
    pub(super) key: String,
    pub(super) rule: Rule,
    pub(super) volume: Volume,
    /// Calls that it counts as here and now.
    pub(super) calls: u64,
    /// Whether its bytes count.
    pub(super) counts: bool,
}

/// Takes from every volume, or from none: then the fault says which is used up. Bytes are counted when they have passed.
pub(super) async fn take(
    volumes: Vec<Used>,
    exchange: &mut Exchange,
    world: &dyn World,
) -> Result<(), Fault> {
    let keys: Vec<[String; 2]> = volumes
        .iter()
        .map(|it| [format!("{} calls", it.key), format!("{} bytes", it.key)])
        .collect();
    let mut takes = Vec::new();
    for (used, [calls, bytes]) in volumes.iter().zip(&keys) {
        let one = |key, limit, amount| Take {
            key,
            rule: used.rule,
            limit,
            // What the request itself has counted before does not refuse it.
            need: u64::from(used.counts),
            amount,
        };
        takes.extend(used.volume.calls.map(|limit| one(calls, limit, used.calls)));
        takes.extend(used.volume.bandwidth.map(|limit| one(bytes, limit, 0)));
    }
    let taken = world.counters().take(&takes, exchange.time()).get().await;
    if let Some(refusal) = taken.refused {
        let is_calls = takes
            .get(refusal.which)
            .is_some_and(|take| keys.iter().any(|[calls, _]| calls == take.key));
        return Err(refuse(is_calls, refusal));
    }
    let bytes: Vec<(String, Rule, u64)> = volumes
        .iter()
        .zip(keys)
        .filter(|(used, _)| used.counts)
        .filter_map(|(used, [_, key])| Some((key, used.rule, used.volume.bandwidth?)))
        .collect();
    if !bytes.is_empty() {
        let passed = Passed(Arc::default());
        match exchange.request.body.bytes() {
            Some(bytes) => passed.add(bytes.len()),
            None => exchange.request.body.wrap(|inner| watched(inner, passed.clone())),
        }
        exchange.late.push(Box::new(Bandwidth {
            counters: bytes,
            passed,
        }));
    }
    Ok(())
}

fn refuse(is_calls: bool, refusal: Refusal) -> Fault {
    let what = if is_calls { "call volume" } else { "bandwidth" };
    let seconds = refusal.wait.map(limits::seconds);
    let text = format!(
        "Out of {what} quota. Quota will be replenished in {}.",
        time_span(seconds.unwrap_or(0))
    );
    let fault = Fault::refusal(StatusCode::FORBIDDEN, "QuotaExceeded", text.clone(), text);
    match seconds {
        Some(seconds) => fault.retry_after(seconds),
        None => fault,
    }
}

// A .NET `TimeSpan` in its constant form.
fn time_span(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let days = match days {
        0 => String::new(),
        days => format!("{days}."),
    };
    format!("{days}{hours:02}:{minutes:02}:{:02}", seconds % 60)
}

/// Bytes that have passed, in both directions.
#[derive(Debug, Clone)]
struct Passed(Arc<AtomicU64>);

impl Passed {
    fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

impl Watch for Passed {
    fn data(&mut self, data: &Bytes) {
        self.add(data.len());
    }
}

/// Counts the bytes of both bodies when the response has passed.
struct Bandwidth {
    counters: Vec<(String, Rule, u64)>,
    passed: Passed,
}

impl Late for Bandwidth {
    fn done<'a>(self: Box<Self>, exchange: &'a mut Exchange, world: &'a dyn World) -> BoxFuture<'a, ()> {
        let mut response = Response {
            bandwidth: *self,
            world: world.shared(),
        };
        match &mut exchange.response {
            Some(it) if it.body.is_stream() => it.body.wrap(|inner| watched(inner, response)),
            Some(it) => {
                response
                    .bandwidth
                    .passed
                    .add(it.body.bytes().map_or(0, Bytes::len));
                response.end();
            }
            None => response.end(),
        }
        Box::pin(std::future::ready(()))
    }
}

struct Response {
    bandwidth: Bandwidth,
    world: Arc<dyn World>,
}

impl Watch for Response {
    fn data(&mut self, data: &Bytes) {
        self.bandwidth.passed.add(data.len());
    }

    fn end(&mut self) {
        let world = self.world.clone();
        let bytes = self.bandwidth.passed.0.swap(0, Ordering::Relaxed);
        let counters = std::mem::take(&mut self.bandwidth.counters);
        detach(
            &self.world,
            Box::pin(async move {
                let now = world.clock().now();
                let adds: Vec<Add<'_>> = counters
                    .iter()
                    .map(|(key, rule, limit)| Add {
                        key,
                        rule: *rule,
                        limit: *limit,
                        amount: i64::try_from(bytes).unwrap_or(i64::MAX),
                        at: now,
                    })
                    .collect();
                world.counters().add(&adds, now).get().await;
            }),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_spans_have_days_only_when_there_are_some() {
        assert_eq!(time_span(1_802), "00:30:02");
        assert_eq!(time_span(14 * 86_400 + 7 * 3_600 + 13 * 60 + 56), "14.07:13:56");
    }
}
