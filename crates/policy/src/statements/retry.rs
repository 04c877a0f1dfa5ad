//! `<retry>`: runs what is inside again while a condition holds.
//!
//! ```xml
//! <retry condition="@(context.Response.StatusCode == 429)" count="2" interval="0" first-fast-retry="true">
//!   <forward-request buffer-request-body="true" />
//! </retry>
//! ```
//! `count` counts retries: what is inside runs up to `count + 1` times, the first time in any case.

use super::{Action, Block, Flow, Statement, Wait};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::run::run_block;
use crate::shape::{Content, Shape, optional, required};
use crate::template::{Setting, buffer};
use crate::world::World;
use futures_util::future::BoxFuture;
use std::time::Duration;
use trace::Step;

pub(super) static SHAPE: Shape = Shape {
    name: "retry",
    attributes: &[
        required("condition").bool(),
        required("count").int(),
        required("interval").number(),
        optional("max-interval").number(),
        optional("delta").number(),
        optional("first-fast-retry").or("false").bool(),
    ],
    content: Content::Policies,
};

/// Most retries that `count` may ask for (documented).
const MOST: i64 = 50;

struct Retry {
    condition: Setting<bool>,
    count: Setting<i64>,
    interval: Setting<f64>,
    max_interval: Option<Setting<f64>>,
    delta: Option<Setting<f64>>,
    first_fast: Setting<bool>,
    block: Block,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let count = element.setting_or("count", 1);
    if let Setting::Literal(count) = count
        && !(1..=MOST).contains(&count)
    {
        element.wrong_value(
            "count",
            &count.to_string(),
            "a whole number from 1 to 50",
            element.name_span(),
        );
    }
    Action::wait(Retry {
        condition: element.setting_or("condition", false),
        count,
        interval: element.setting_or("interval", 0.0),
        max_interval: element.setting("max-interval"),
        delta: element.setting("delta"),
        first_fast: element.setting_or("first-fast-retry", false),
        block: element.block(),
    })
}

impl Wait for Retry {
    fn run<'a>(
        &'a self,
        at: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.walk(at, exchange, world))
    }

    fn inside(&self) -> Option<&Block> {
        Some(&self.block)
    }
}

impl Retry {
    async fn walk(&self, at: &Statement, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let count = u32::try_from(self.count.get(exchange)?.clamp(0, MOST)).unwrap_or(0);
        let schedule = self.schedule(exchange)?;
        for retry in 1.. {
            let pending = match run_block(&self.block, exchange, world).await {
                Ok(Flow::Next) => None,
                Ok(done) => return Ok(done),
                // The caller's body is at fault, or gone: no retry can mend that.
                Err(fault) if fault.is_the_callers() => return Err(fault),
                Err(fault) => Some(show(exchange, fault)),
            };
            exchange.stand(&at.place);
            let again = self.again(exchange).await?;
            if !again || retry > count {
                // An error value that nothing more can mend goes on to on-error.
                return pending.map_or(Ok(Flow::Next), Err);
            }
            exchange.last_error = None;
            let random = exchange.chance().map_or(0.5, clock::Rng::unit);
            let wait = schedule.wait(retry, random);
            exchange.note(Step::Waited {
                millis: wait.as_secs_f64() * 1000.0,
                retry,
            });
            if !wait.is_zero() {
                exchange.wait(world.clock().sleep(wait)).await;
            }
        }
        Ok(Flow::Next)
    }

    async fn again(&self, exchange: &mut Exchange) -> Result<bool, Fault> {
        buffer(self.condition.needs(), exchange).await?;
        let value = self.condition.get(exchange)?;
        exchange.note(Step::Decided {
            what: "retry".to_owned(),
            value,
        });
        Ok(value)
    }

    fn schedule(&self, exchange: &mut Exchange) -> Result<Schedule, Fault> {
        let get = |setting: &Option<Setting<f64>>, exchange: &mut Exchange| {
            setting.as_ref().map(|it| it.get(exchange)).transpose()
        };
        Ok(Schedule {
            interval: self.interval.get(exchange)?,
            delta: get(&self.delta, exchange)?,
            max_interval: get(&self.max_interval, exchange)?,
            first_fast: self.first_fast.get(exchange)?,
        })
    }
}

// Lets the condition see an error value: the response that comes with it, or none; and `context.LastError`.
fn show(exchange: &mut Exchange, mut fault: Fault) -> Fault {
    exchange.last_error = Some(fault.last_error());
    if let Some(made) = fault.take_made() {
        exchange.set_response(Some(made));
    }
    fault
}

/// How long to wait before each retry, in seconds.
#[derive(Debug, Clone, Copy)]
struct Schedule {
    interval: f64,
    delta: Option<f64>,
    max_interval: Option<f64>,
    first_fast: bool,
}

impl Schedule {
    /// The wait before retry number `retry`, from 1. `random` is drawn from 0 up to 1.
    fn wait(&self, retry: u32, random: f64) -> Duration {
        if self.first_fast && retry == 1 {
            return Duration::ZERO;
        }
        let step = f64::from(retry.saturating_sub(1));
        let seconds = match (self.delta, self.max_interval) {
            (None, None) => self.interval,
            (None, Some(max)) => self.interval.min(max),
            (Some(delta), None) => self.interval + step * delta,
            // The exponent counts from 0, so the first wait is the interval itself (documented by example).
            (Some(delta), Some(max)) => {
                let spread = delta * (0.8 + 0.4 * random);
                (self.interval + (step.exp2() - 1.0) * spread).min(max)
            }
        };
        // An endless or negative wait has no meaning; a day is longer than any request lives.
        Duration::try_from_secs_f64(seconds.clamp(0.0, 86_400.0)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn waits(schedule: Schedule, random: f64, retries: u32) -> Vec<f64> {
        (1..=retries)
            .map(|retry| schedule.wait(retry, random).as_secs_f64())
            .collect()
    }

    #[test]
    fn the_documented_examples_come_out() {
        let fixed = Schedule {
            interval: 10.0,
            delta: None,
            max_interval: None,
            first_fast: false,
        };
        assert_eq!(waits(fixed, 0.0, 3), [10.0, 10.0, 10.0]);
        let linear = Schedule {
            delta: Some(5.0),
            ..fixed
        };
        assert_eq!(waits(linear, 0.0, 3), [10.0, 15.0, 20.0]);
        let exponential = Schedule {
            delta: Some(10.0),
            max_interval: Some(100.0),
            ..fixed
        };
        assert_eq!(waits(exponential, 0.5, 6), [10.0, 20.0, 40.0, 80.0, 100.0, 100.0]);
        let fast = Schedule {
            first_fast: true,
            ..linear
        };
        assert_eq!(waits(fast, 0.0, 3), [0.0, 15.0, 20.0]);
        let capped = Schedule {
            max_interval: Some(4.0),
            ..fixed
        };
        assert_eq!(waits(capped, 0.0, 2), [4.0, 4.0]);
    }

    proptest! {
        #[test]
        fn waits_never_shrink_and_never_pass_the_cap(
            interval in 0.0f64..100.0,
            delta in proptest::option::of(0.0f64..100.0),
            max in proptest::option::of(0.0f64..500.0),
            random in 0.0f64..1.0,
        ) {
            let schedule = Schedule { interval, delta, max_interval: max, first_fast: false };
            let all = waits(schedule, random, 50);
            prop_assert!(all.windows(2).all(|pair| pair[0] <= pair[1] + 1e-9));
            prop_assert!((all[0] - interval.min(max.unwrap_or(f64::MAX))).abs() < 1e-6);
            if let Some(max) = max {
                prop_assert!(all.iter().all(|it| *it <= max + 1e-9));
            }
        }
    }
}
