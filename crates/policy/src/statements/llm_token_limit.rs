//! `<llm-token-limit>`: so many tokens of models per minute, or per period of the calendar, for a key.
//!
//! ```xml
//! <llm-token-limit counter-key="@(context.Subscription.Id)" tokens-per-minute="5000" estimate-prompt-tokens="true"
//!                  token-quota="1000000" token-quota-period="Monthly" remaining-tokens-header-name="x-left" />
//! ```
//! What a request will use is known only afterwards: a limit may be passed by the requests that are under way (documented).

use super::limits::{self, COUNT, ComeBack, RETRY_AFTER_HEADER, RETRY_AFTER_VARIABLE, Report};
use super::{Action, Flow, Statement, Wait};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::late::{Late, detach};
use crate::meter::{self, Listener, Measured};
use crate::shape::{Attribute, Content, Shape, optional, required};
use crate::template::{Parsed, Setting, Template};
use crate::world::World;
use clock::Moment;
use futures_util::future::BoxFuture;
use http::StatusCode;
use llm::Tokens;
use smallvec::SmallVec;
use source::Diagnostic;
use state::{Add, Calendar, Refusal, Rule, Take};
use std::sync::Arc;
use std::time::Duration;

pub(super) static SHAPE: Shape = Shape {
    name: "llm-token-limit",
    attributes: &ATTRIBUTES,
    content: Content::Empty,
};
pub(super) const ATTRIBUTES: [Attribute; 14] = [
    required("counter-key"),
    // An expression is refused when the policy is saved (observed); the page says nothing of it, unlike of the quota.
    optional("tokens-per-minute").literal().int(),
    optional("token-quota").int(),
    optional("token-quota-period").one_of(&["Hourly", "Daily", "Weekly", "Monthly", "Yearly"]),
    optional("estimate-prompt-tokens").or("false").bool(),
    optional("estimate-prompt-token").bool(),
    RETRY_AFTER_HEADER,
    RETRY_AFTER_VARIABLE,
    optional("remaining-quota-tokens-header-name").literal(),
    optional("remaining-quota-tokens-variable-name").literal(),
    optional("remaining-tokens-header-name").literal(),
    optional("remaining-tokens-variable-name").literal(),
    optional("tokens-consumed-header-name").literal(),
    optional("tokens-consumed-variable-name").literal(),
];

impl Parsed for Calendar {
    const WHAT: &'static str = "`Hourly` or `Daily` or `Weekly` or `Monthly` or `Yearly`";

    fn parse(text: &str) -> Option<Calendar> {
        let found = PERIODS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text.trim()));
        found.map(|(_, calendar)| *calendar)
    }
}

const PERIODS: [(&str, Calendar); 9] = [
    ("Hourly", Calendar::Hour),
    ("Daily", Calendar::Day),
    ("Weekly", Calendar::Week),
    ("Monthly", Calendar::Month),
    ("Yearly", Calendar::Year),
    // The spellings of the policy toolkit.
    ("hour", Calendar::Hour),
    ("day", Calendar::Day),
    ("week", Calendar::Week),
    ("month", Calendar::Month),
];
const MINUTE: Duration = Duration::from_secs(60);

struct LlmTokenLimit {
    key: Template,
    per_minute: Option<u64>,
    quota: Option<(Setting<i64>, Setting<Calendar>)>,
    estimate: Setting<bool>,
    come_back: ComeBack,
    reports: Arc<Reports>,
}

/// Where the numbers go.
struct Reports {
    left: Report,
    quota_left: Report,
    consumed: Report,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    // Whether it streams stands in the body.
    element.build.needs.request = true;
    let estimate = estimate(element);
    Action::wait(LlmTokenLimit {
        key: limits::counter_key(element),
        per_minute: limits::whole_literal(element, "tokens-per-minute", 1..=i64::MAX),
        quota: quota(element),
        estimate,
        come_back: ComeBack::parse(element),
        reports: Arc::new(Reports {
            left: Report::parse(
                element,
                "remaining-tokens-header-name",
                "remaining-tokens-variable-name",
            ),
            quota_left: Report::parse(
                element,
                "remaining-quota-tokens-header-name",
                "remaining-quota-tokens-variable-name",
            ),
            consumed: Report::parse(
                element,
                "tokens-consumed-header-name",
                "tokens-consumed-variable-name",
            ),
        }),
    })
}

// The name of the policy toolkit lacks an `s`.
fn estimate(element: &mut Element<'_, '_, '_>) -> Setting<bool> {
    if let Some(toolkit) = element.setting("estimate-prompt-token") {
        let message = "the attribute is called `estimate-prompt-tokens`";
        let span = element.attribute_span("estimate-prompt-token");
        element.report(Diagnostic::warning("other-spelling", message, span));
        return toolkit;
    }
    element.setting_or("estimate-prompt-tokens", false)
}

fn quota(element: &mut Element<'_, '_, '_>) -> Option<(Setting<i64>, Setting<Calendar>)> {
    let says = |name: &str| element.node.attributes.iter().any(|it| it.name == name);
    let (tokens, period) = (says("token-quota"), says("token-quota-period"));
    if tokens != period || !tokens && !says("tokens-per-minute") {
        let message = format!(
            "`{}` needs `tokens-per-minute`, or `token-quota` with `token-quota-period`, or all three",
            element.shape.name
        );
        element.report(Diagnostic::error(
            "missing-attribute",
            message,
            element.name_span(),
        ));
    }
    let tokens = limits::whole(element, "token-quota", COUNT);
    let period = element.setting("token-quota-period");
    Some((tokens?, period?))
}

impl Wait for LlmTokenLimit {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.take(exchange, world))
    }
}

impl LlmTokenLimit {
    async fn take(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let now = exchange.time();
        let streams = meter::prompt(exchange).is_some_and(|it| it.streams);
        // A stream is always estimated (documented).
        let estimates = self.estimate.get(exchange)? || streams;
        let estimate = match estimates {
            true => meter::prompt_tokens(exchange),
            false => 0,
        };
        let counters = self.counters(exchange, world, now)?;
        let takes: SmallVec<[Take<'_>; 2]> = counters
            .iter()
            .map(|counter| Take {
                key: &counter.key,
                rule: counter.rule,
                limit: counter.limit,
                // Without an estimate a minute must have something left; a quota must be passed, not reached (observed).
                need: match counter.is_quota {
                    true => estimate,
                    false => estimate.max(1),
                },
                amount: estimate,
            })
            .collect();
        let taken = world.counters().take(&takes, now).get().await;
        drop(takes);
        self.reports.remaining(exchange, &counters, &taken.left);
        if let Some(refusal) = taken.refused {
            let is_quota = counters.get(refusal.which).is_some_and(|it| it.is_quota);
            return Err(self.refuse(exchange, refusal, is_quota));
        }
        self.reports
            .consumed
            .set(exchange, i64::try_from(estimate).unwrap_or(i64::MAX));
        exchange.late.push(Box::new(Settling {
            reports: self.reports.clone(),
            counters,
            reserved: estimate,
            at: now,
            is_settled: false,
        }));
        Ok(Flow::Next)
    }

    fn counters(
        &self,
        exchange: &mut Exchange,
        world: &dyn World,
        now: Moment,
    ) -> Result<SmallVec<[Counter; 2]>, Fault> {
        let key = self.key.text(exchange)?.into_owned();
        let mut counters = SmallVec::new();
        if let Some(limit) = self.per_minute {
            let (rule, kind) = limits::rate(world, MINUTE);
            counters.push(Counter {
                key: format!("tokens {kind}60 {key}"),
                rule,
                limit,
                is_quota: false,
            });
        }
        if let Some((tokens, calendar)) = &self.quota {
            let calendar = calendar.get(exchange)?;
            let period = calendar.around(now);
            counters.push(Counter {
                key: format!("token-quota {calendar:?} {} {key}", period.start.seconds()),
                rule: Rule::Fixed {
                    until: Some(period.end),
                },
                limit: limits::within("token-quota", tokens.get(exchange)?, &COUNT)?,
                is_quota: true,
            });
        }
        Ok(counters)
    }

    fn refuse(&self, exchange: &mut Exchange, refusal: Refusal, is_quota: bool) -> Fault {
        let seconds = refusal.wait.map(limits::seconds);
        let (status, reason, what) = match is_quota {
            true => (StatusCode::FORBIDDEN, "OpenAITokenQuotaExceeded", "quota"),
            false => (StatusCode::TOO_MANY_REQUESTS, "OpenAITokenLimitExceeded", "limit"),
        };
        let text = match seconds {
            None => format!("Token {what} is exceeded."),
            Some(seconds) if is_quota => {
                format!("Token {what} is exceeded. Try again in {}.", words(seconds))
            }
            Some(seconds) => format!("Token {what} is exceeded. Try again in {seconds} seconds."),
        };
        let fault = Fault::refusal(status, reason, text.clone(), text);
        self.come_back.write(exchange, fault, seconds)
    }
}

impl Reports {
    fn remaining(&self, exchange: &mut Exchange, counters: &[Counter], left: &[i64]) {
        for (counter, left) in counters.iter().zip(left) {
            match counter.is_quota {
                true => self.quota_left.write(exchange, *left),
                false => self.left.write(exchange, *left),
            }
        }
    }
}

/// A counter of one key.
#[derive(Debug, Clone)]
struct Counter {
    key: String,
    rule: Rule,
    limit: u64,
    is_quota: bool,
}

/// Puts what was really used in place of what was reserved.
struct Settling {
    reports: Arc<Reports>,
    counters: SmallVec<[Counter; 2]>,
    reserved: u64,
    at: Moment,
    is_settled: bool,
}

impl Settling {
    // The reservation goes, `used` comes.
    async fn replace(&self, world: &dyn World, used: u64, now: Moment) -> SmallVec<[i64; 2]> {
        let mut adds: SmallVec<[Add<'_>; 4]> = SmallVec::new();
        for counter in &self.counters {
            let add = |amount, at| Add {
                key: &counter.key,
                rule: counter.rule,
                limit: counter.limit,
                amount,
                at,
            };
            adds.push(add(-signed(self.reserved), self.at));
            adds.push(add(signed(used), now));
        }
        let left = world.counters().add(&adds, now).get().await;
        left.into_iter().skip(1).step_by(2).collect()
    }
}

impl Late for Settling {
    fn answered<'a>(
        &'a mut self,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let measured = meter::measure(exchange).await?;
            let failed = exchange
                .response
                .as_ref()
                .is_none_or(|it| it.status.as_u16() >= 400);
            let (reports, now) = (self.reports.clone(), exchange.time());
            self.is_settled = true;
            let consumed = match measured {
                Measured::Known(used) => {
                    let left = self.replace(world, used.total, now).await;
                    reports.remaining(exchange, &self.counters, &left);
                    used.total
                }
                // A failed call used nothing (inferred).
                Measured::Nothing if failed => {
                    let left = self.replace(world, 0, now).await;
                    reports.remaining(exchange, &self.counters, &left);
                    0
                }
                Measured::Nothing => self.reserved,
                Measured::Passing(passing) => {
                    passing.tell(Streaming {
                        counters: self.counters.clone(),
                        world: world.shared(),
                        pending: 0,
                    });
                    self.reserved
                }
            };
            reports.consumed.write(exchange, signed(consumed));
            Ok(())
        })
    }

    fn done<'a>(self: Box<Self>, exchange: &'a mut Exchange, world: &'a dyn World) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if self.is_settled {
                return;
            }
            // No backend was asked, or none answered: nothing was used.
            let left = self.replace(world, 0, exchange.time()).await;
            self.reports.remaining(exchange, &self.counters, &left);
            if exchange.remembered.is_hit {
                self.reports.consumed.write(exchange, 0);
            }
        })
    }
}

/// Tokens of a stream between two updates of the counters.
const BATCH: u64 = 16;

/// Counts a stream while it passes.
struct Streaming {
    counters: SmallVec<[Counter; 2]>,
    world: Arc<dyn World>,
    pending: u64,
}

impl Streaming {
    fn flush(&mut self) {
        let tokens = std::mem::take(&mut self.pending);
        if tokens == 0 {
            return;
        }
        let (world, counters) = (self.world.clone(), self.counters.clone());
        detach(
            &self.world,
            Box::pin(async move {
                let now = world.clock().now();
                let adds: SmallVec<[Add<'_>; 2]> = counters
                    .iter()
                    .map(|counter| Add {
                        key: &counter.key,
                        rule: counter.rule,
                        limit: counter.limit,
                        amount: signed(tokens),
                        at: now,
                    })
                    .collect();
                world.counters().add(&adds, now).get().await;
            }),
        );
    }
}

impl Listener for Streaming {
    fn more(&mut self, tokens: u64) {
        self.pending += tokens;
        if self.pending >= BATCH {
            self.flush();
        }
    }

    fn end(&mut self, _: Tokens) {
        self.flush();
    }
}

fn signed(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

// `21 minutes and 33 seconds`: the two largest units that say something (observed for minutes; the others are inferred).
fn words(seconds: u64) -> String {
    let units = [
        (seconds / 86_400, "day"),
        (seconds / 3_600 % 24, "hour"),
        (seconds / 60 % 60, "minute"),
        (seconds % 60, "second"),
    ];
    let said: Vec<String> = units
        .iter()
        .skip_while(|(count, _)| *count == 0)
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    said.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_spelled_out() {
        assert_eq!(words(21 * 60 + 33), "21 minutes and 33 seconds");
        assert_eq!(words(3_600), "1 hour");
        assert_eq!(words(1), "1 second");
        assert_eq!(words(2 * 86_400 + 3_600 + 5), "2 days and 1 hour");
    }
}
