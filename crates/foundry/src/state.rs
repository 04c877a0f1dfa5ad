//! How accounts stand, for whoever looks at them.

use crate::account::{Deployed, Server, Show};
use crate::auth::Auth;
use crate::quota::{Level, Limits};
use clock::Moment;
use model::Fault;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountState {
    /// Resource name.
    pub name: String,
    /// Region as `x-ms-region` shows it.
    pub region: String,
    /// `OpenAI` or `AIServices`.
    pub kind: String,
    /// What opens it.
    pub auth: Auth,
    /// The script of faults, spent lines too.
    pub faults: Vec<Fault>,
    /// Its deployments.
    pub deployments: Vec<DeploymentState>,
}

/// A deployment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentState {
    /// Resource name.
    pub name: String,
    /// Model.
    pub model: String,
    /// Version of the model.
    pub version: String,
    /// Name of the SKU.
    pub sku: String,
    /// Units of the SKU.
    pub capacity: u64,
    /// How full its quota of tokens is; normalised tokens when it is provisioned.
    pub tokens: Level,
    /// How full its quota of requests is; none when it is provisioned.
    pub requests: Option<Level>,
    /// Percent, when it is provisioned.
    pub utilisation: Option<f64>,
    /// Normalised tokens per minute that leak away, when it is provisioned.
    pub tokens_per_minute: u64,
    /// Calls that were admitted.
    pub admitted: u64,
    /// Calls that a quota refused.
    pub refused: u64,
    /// Calls under way.
    pub in_flight: u64,
    /// Tokens of prompts of calls that are over.
    pub prompt_tokens: u64,
    /// Tokens of answers of calls that are over.
    pub completion_tokens: u64,
    /// Milliseconds to the first token.
    pub first_token_ms: f64,
    /// Milliseconds per further token.
    pub per_token_ms: f64,
    /// Spread around both.
    pub jitter: f64,
}

pub(crate) fn of_account(server: &Server, now: Moment) -> AccountState {
    AccountState {
        name: server.name.clone(),
        region: server.region.clone(),
        kind: server.resource.kind.clone(),
        auth: server.door().auth,
        faults: server.script(|script| script.faults()),
        deployments: server
            .deployments()
            .map(|deployed| of_deployment(deployed, now))
            .collect(),
    }
}

fn of_deployment(deployed: &Arc<Deployed>, now: Moment) -> DeploymentState {
    let (knobs, counts) = (deployed.knobs(), deployed.counts());
    let (tokens, show) = deployed.look(now);
    let (requests, utilisation) = match show {
        Show::Standard { requests, .. } => (Some(requests), None),
        Show::Provisioned { utilisation } => (None, Some(utilisation as f64 / 10.0)),
    };
    let resource = &deployed.resource;
    DeploymentState {
        name: resource.name.clone(),
        model: resource.model.name.clone(),
        version: resource.model.version.clone(),
        sku: resource.sku.name.clone(),
        capacity: resource.sku.capacity,
        tokens,
        requests,
        utilisation,
        tokens_per_minute: match knobs.limits {
            Limits::Standard(limits) => limits.tokens_per_minute,
            Limits::Provisioned(limits) => limits.rate(),
        },
        admitted: counts.admitted,
        refused: counts.refused,
        in_flight: counts.in_flight,
        prompt_tokens: counts.prompt_tokens,
        completion_tokens: counts.completion_tokens,
        first_token_ms: knobs.latency.first_token as f64 / 1_000_000.0,
        per_token_ms: knobs.latency.per_token as f64 / 1_000_000.0,
        jitter: knobs.latency.jitter,
    }
}
