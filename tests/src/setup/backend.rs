//! Backends, and the model servers behind them.

use indexmap::IndexMap;
use model::{BackendKind, CircuitBreaker, IsoDuration};
use serde::Deserialize;
use std::time::Duration;
use testkit::{Backend, Breaker, Pool};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct BackendSetup {
    url: Option<String>,
    breaker: Option<BreakerSetup>,
    /// `NAME [priority N] [weight N]`.
    pool: Option<Vec<String>>,
    affinity: Option<String>,
    /// Whole `properties` as ARM has them, for what this language has no word for.
    contract: Option<model::Backend>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct BreakerSetup {
    count: Option<u64>,
    percentage: Option<u64>,
    /// Statuses: `429`, `500-599`, separated by commas.
    on: String,
    reasons: Vec<String>,
    interval: Option<IsoDuration>,
    trip: Option<IsoDuration>,
    retry_after: bool,
    answer: Option<u16>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct AccountSetup {
    location: String,
    /// `OpenAI` unless it says otherwise.
    kind: Option<String>,
    /// Texts by the blocklist's name.
    blocklists: IndexMap<String, Vec<String>>,
    /// `NAME: MODEL SKU CAPACITY`.
    deployments: IndexMap<String, String>,
}

impl BackendSetup {
    pub(super) fn build(&self, name: &str) -> Result<model::Backend, String> {
        if let Some(contract) = &self.contract {
            return Ok(model::Backend {
                name: name.to_owned(),
                ..contract.clone()
            });
        }
        if let Some(members) = &self.pool {
            let mut pool = Pool::new(name);
            if let Some(cookie) = &self.affinity {
                pool = pool.affinity(cookie);
            }
            for member in members {
                pool = add_member(pool, member)?;
            }
            return Ok(pool.0);
        }
        let url = self.url.as_deref().unwrap_or_default();
        let mut backend = Backend::new(name, url).0;
        backend.kind = BackendKind::Single;
        if let Some(breaker) = &self.breaker {
            backend.circuit_breaker = Some(CircuitBreaker {
                rules: vec![breaker.build()?],
            });
        }
        Ok(backend)
    }
}

fn add_member(pool: Pool, text: &str) -> Result<Pool, String> {
    let number = |text: &str| text.parse::<u64>().map_err(|_| format!("`{text}` is no number"));
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        [name] => Ok(pool.member(name)),
        [name, "priority", priority] => Ok(pool.prioritised(name, number(priority)?)),
        [name, "weight", weight] => Ok(pool.weighted(name, 1, number(weight)?)),
        [name, "priority", priority, "weight", weight] => {
            Ok(pool.weighted(name, number(priority)?, number(weight)?))
        }
        _ => Err(format!("`{text}` is no `NAME [priority N] [weight N]`")),
    }
}

impl BreakerSetup {
    pub(super) fn build(&self) -> Result<model::BreakerRule, String> {
        let minute = IsoDuration(Duration::from_secs(60));
        let mut rule = Breaker::on([]).0;
        rule.failure_condition.count = match self.percentage {
            Some(_) => self.count,
            None => self.count.or(Some(1)),
        };
        rule.failure_condition.percentage = self.percentage;
        rule.failure_condition.interval = Some(self.interval.unwrap_or(minute));
        rule.failure_condition.error_reasons.clone_from(&self.reasons);
        for range in self
            .on
            .split(',')
            .map(str::trim)
            .filter(|range| !range.is_empty())
        {
            let (min, max) = range.split_once('-').unwrap_or((range, range));
            let status = |text: &str| {
                text.parse()
                    .map_err(|_| format!("`{range}` is no range of statuses"))
            };
            rule.failure_condition
                .status_code_ranges
                .push(model::StatusRange {
                    min: status(min)?,
                    max: status(max)?,
                });
        }
        rule.trip_duration = self.trip.unwrap_or(minute);
        rule.accept_retry_after = self.retry_after;
        rule.failure_response = self
            .answer
            .map(|status_code| model::FailureResponse { status_code });
        Ok(rule)
    }
}

impl AccountSetup {
    pub(super) fn build(&self, name: &str) -> Result<model::Account, String> {
        let mut account = testkit::Account::new(name, &self.location);
        for (deployment, text) in &self.deployments {
            let words: Vec<&str> = text.split_whitespace().collect();
            let [model, sku, capacity] = words[..] else {
                return Err(format!("`{text}` is no `MODEL SKU CAPACITY`"));
            };
            let capacity = capacity
                .parse()
                .map_err(|_| format!("`{capacity}` is no number"))?;
            account = account.deployment(deployment, model, sku, capacity);
        }
        if let Some(kind) = &self.kind {
            account.0.kind.clone_from(kind);
        }
        for (list, texts) in &self.blocklists {
            let items = texts.iter().enumerate().map(|(at, text)| model::BlocklistItem {
                name: format!("item{at}"),
                pattern: text.clone(),
                is_regex: false,
            });
            account.0.blocklists.push(model::Blocklist {
                name: list.clone(),
                description: String::new(),
                items: items.collect(),
            });
        }
        Ok(account.0)
    }
}
