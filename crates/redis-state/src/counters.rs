use crate::link::{Effect, Link};
use clock::Moment;
use redis::Script;
use smallvec::SmallVec;
use state::{Add, Counters, MemoryCounters, Refusal, Reply, Rule, Take, Taken};
use std::sync::Arc;
use std::time::Duration;

/// Counters that gateways share. While the server is away, those of this gateway alone.
#[derive(Debug)]
pub struct RedisCounters {
    link: Arc<Link>,
    prefix: Arc<str>,
    script: Script,
    alone: MemoryCounters,
}

/// What the script is told of a wish.
struct Wish<'a> {
    key: &'a str,
    rule: Rule,
    limit: u64,
    need: u64,
    amount: i64,
    now: Moment,
    at: Moment,
}

// Whole numbers of the script's language are exact up to here.
const LARGEST: i64 = (1 << 53) - 1;

impl RedisCounters {
    pub(crate) fn new(link: Arc<Link>, prefix: Arc<str>) -> RedisCounters {
        RedisCounters {
            link,
            prefix,
            script: Script::new(include_str!("counters.lua")),
            alone: MemoryCounters::default(),
        }
    }

    async fn ask<'a>(&self, verb: &str, wishes: impl Iterator<Item = Wish<'a>>) -> Option<Vec<i64>> {
        let mut call = self.script.prepare_invoke();
        let (stretch, margin) = self.link.spare();
        call.arg(verb).arg(stretch).arg(margin);
        for wish in wishes {
            wish.tell(&self.prefix, &mut call);
        }
        self.link.run(Effect::Writes, &call).await
    }
}

impl Counters for RedisCounters {
    fn take<'a>(&'a self, takes: &'a [Take<'a>], now: Moment) -> Reply<'a, Taken> {
        if takes.is_empty() || !self.link.is_up() {
            return self.alone.take(takes, now);
        }
        Reply::Later(Box::pin(async move {
            let wishes = takes.iter().map(|take| Wish {
                key: take.key,
                rule: take.rule,
                limit: take.limit,
                need: take.need,
                amount: i64::try_from(take.amount).unwrap_or(i64::MAX),
                now,
                at: now,
            });
            let answer = self.ask("take", wishes).await;
            match answer.and_then(|answer| taken(takes, &answer, now)) {
                Some(taken) => taken,
                None => self.alone.take(takes, now).get().await,
            }
        }))
    }

    fn add<'a>(&'a self, adds: &'a [Add<'a>], now: Moment) -> Reply<'a, SmallVec<[i64; 2]>> {
        if adds.is_empty() || !self.link.is_up() {
            return self.alone.add(adds, now);
        }
        Reply::Later(Box::pin(async move {
            let wishes = adds.iter().map(|add| Wish {
                key: add.key,
                rule: add.rule,
                limit: add.limit,
                need: 0,
                amount: add.amount,
                now,
                at: add.at,
            });
            match self.ask("add", wishes).await {
                Some(held) => adds
                    .iter()
                    .zip(held)
                    .map(|(add, held)| left(add.rule, add.limit, held))
                    .collect(),
                None => self.alone.add(adds, now).get().await,
            }
        }))
    }
}

impl Wish<'_> {
    fn tell(&self, prefix: &str, call: &mut redis::ScriptInvocation<'_>) {
        let (letter, period, until) = match self.rule {
            Rule::Sliding { period } => ('s', whole(period.as_millis()), None),
            Rule::Bucket { period } => ('b', micros(period), None),
            Rule::Fixed { until } => ('f', 0, until),
        };
        let (now, at) = match self.rule {
            Rule::Bucket { .. } => (self.now.nanos().div_euclid(1_000), 0),
            _ => (self.now.millis(), up(self.at)),
        };
        let key = format!("{prefix}{letter}:{}", self.key);
        let order = format!("{key}:order");
        call.key(key).key(order);
        call.arg(letter.to_string())
            .arg(period)
            .arg(self.limit.min(LARGEST.unsigned_abs()))
            .arg(self.need.min(LARGEST.unsigned_abs()))
            .arg(self.amount.clamp(-LARGEST, LARGEST))
            .arg(now)
            .arg(at)
            .arg(until.map(|it| up(it).to_string()).unwrap_or_default());
    }
}

// `None` for an answer that is none: then the counters of this gateway decide.
fn taken(takes: &[Take<'_>], answer: &[i64], now: Moment) -> Option<Taken> {
    let [which, wait, held @ ..] = answer else {
        return None;
    };
    if held.len() != takes.len() {
        return None;
    }
    let pairs = || takes.iter().zip(held);
    let refused = usize::try_from(*which).ok()?.checked_sub(1);
    let refused = match refused {
        None => None,
        Some(which) => {
            let (take, held) = pairs().nth(which)?;
            let wait = wait_of(take, *held, *wait, now);
            Some(Refusal { which, wait })
        }
    };
    Some(Taken {
        left: pairs()
            .map(|(take, held)| left(take.rule, take.limit, *held))
            .collect(),
        refused,
    })
}

fn left(rule: Rule, limit: u64, held: i64) -> i64 {
    let (limit, held) = (i128::from(limit), i128::from(held));
    let left = match rule {
        Rule::Bucket { period } => {
            let period = i128::from(micros(period));
            (limit * period - held).div_euclid(period)
        }
        Rule::Sliding { .. } | Rule::Fixed { .. } => limit - held,
    };
    i64::try_from(left).unwrap_or(if left < 0 { i64::MIN } else { i64::MAX })
}

fn wait_of(take: &Take<'_>, held: i64, wait: i64, now: Moment) -> Option<Duration> {
    match take.rule {
        Rule::Sliding { .. } => u64::try_from(wait).ok().map(Duration::from_millis),
        Rule::Fixed { until } => until.map(|it| it.since(now)),
        Rule::Bucket { period } => {
            let (limit, need) = (i128::from(take.limit), i128::from(take.need));
            if need > limit || limit == 0 {
                return None;
            }
            let over = i128::from(held) + (need - limit) * i128::from(micros(period));
            let micros = (over.max(0) + limit - 1) / limit;
            Some(Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX)))
        }
    }
}

fn whole(number: u128) -> i64 {
    i64::try_from(number).unwrap_or(LARGEST).clamp(1, LARGEST)
}

fn micros(period: Duration) -> i64 {
    whole(period.as_micros())
}

// Milliseconds, up.
fn up(at: Moment) -> i64 {
    at.nanos().saturating_add(999_999).div_euclid(1_000_000)
}
