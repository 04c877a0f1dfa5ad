//! `<quota-by-key>`: so many calls or kilobytes per key in a period, counted from a moment of its own.
//!
//! ```xml
//! <quota-by-key calls="1000" renewal-period="86400" counter-key="@(context.Subscription.Id)"
//!               first-period-start="2024-01-01T00:00:00Z" />
//! ```
//! A key that several policies would count in is counted in once per request (documented).

use super::limits;
use super::quota::{self, Used, Volume};
use super::rate_limit_by_key::{INCREMENT_CONDITION, INCREMENT_COUNT, Increment};
use super::{Action, Flow, Statement, Wait};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional, required};
use crate::template::Template;
use crate::world::World;
use clock::Moment;
use futures_util::future::BoxFuture;
use std::sync::Arc;

pub(super) static SHAPE: Shape = Shape {
    name: "quota-by-key",
    attributes: &[
        optional("calls").literal().int(),
        optional("bandwidth").literal().int(),
        required("renewal-period").literal().int(),
        required("counter-key"),
        INCREMENT_CONDITION,
        INCREMENT_COUNT,
        optional("first-period-start")
            .or("0001-01-01T00:00:00Z")
            .literal(),
    ],
    content: Content::Empty,
};

/// 0001-01-01T00:00:00Z, in seconds before 1970.
const YEAR_ONE: i64 = -62_135_596_800;

struct QuotaByKey {
    volume: Volume,
    key: Template,
    increment: Arc<Increment>,
    /// Seconds since 1970 from which periods are counted.
    start: i64,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::wait(QuotaByKey {
        volume: Volume::parse(element, 300..=i64::MAX, None),
        key: limits::counter_key(element),
        increment: Arc::new(Increment::parse(element, false)),
        start: start(element).unwrap_or(YEAR_ONE),
    })
}

fn start(element: &mut Element<'_, '_, '_>) -> Option<i64> {
    let template = element.optional("first-period-start")?;
    let text = template.known()?.to_owned();
    let start = state::seconds_of(&text);
    if start.is_none() {
        let wanted = "a moment such as `2024-01-01T00:00:00Z`";
        element.wrong_value("first-period-start", &text, wanted, template.span);
    }
    start
}

impl Wait for QuotaByKey {
    fn run<'a>(
        &'a self,
        at: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.take(at, exchange, world))
    }
}

impl QuotaByKey {
    async fn take(&self, at: &Statement, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let (rule, window) = self.volume.window(self.anchor(exchange.time()), exchange.time());
        let key = format!("quota-by-key {window} {}", self.key.text(exchange)?);
        let is_first = !exchange.quotas.contains(&key);
        let calls = match is_first && !self.increment.is_late() {
            true => self.increment.now(exchange)?,
            false => 0,
        };
        let used = Used {
            key: key.clone(),
            rule,
            volume: self.volume,
            calls,
            counts: is_first,
        };
        quota::take(vec![used], exchange, world).await?;
        if is_first && let (true, Some(limit)) = (self.increment.is_late(), self.volume.calls) {
            let increment = self.increment.clone();
            increment.defer(exchange, &at.place, format!("{key} calls"), rule, limit);
        }
        if is_first {
            exchange.quotas.push(key);
        }
        Ok(Flow::Next)
    }

    // The year 1 is out of reach for moments: an equal anchor near `now` is taken.
    fn anchor(&self, now: Moment) -> Moment {
        let Some(length) = self.volume.period else {
            return Moment::EPOCH;
        };
        let length = i64::try_from(length.as_secs()).unwrap_or(i64::MAX).max(1);
        let periods = now.seconds().saturating_sub(self.start).div_euclid(length);
        Moment::from_seconds(self.start.saturating_add(periods.saturating_mul(length)))
    }
}
