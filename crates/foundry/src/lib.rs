//! Mock model servers whose quotas really run out.
//!
//! A [`Foundry`] holds any number of Azure AI Foundry accounts, each with its region, keys, deployments and quotas, and answers
//! like them: chat completions, streamed or whole, with counted usage, honest 429s, and latencies on the [`clock`]. Answers
//! are chosen by the seed and the request, so the same question always gets the same words.
//!
//! It opens no socket: hand [`Foundry::answer`] or [`Foundry::router`] to a server loop. It knows nothing of the gateway; the two
//! meet over HTTP.
//!
//! # Addresses
//!
//! An account answers at `/{account}/openai/...`, and at `/openai/...` under the host names
//! `{account}.openai.azure.com`, `{account}.cognitiveservices.azure.com` and `{account}.services.ai.azure.com`:
//!
//! | request | answer |
//! |---|---|
//! | `POST /openai/deployments/{deployment}/chat/completions?api-version=...` | a chat completion |
//! | `POST /openai/v1/chat/completions` | the same; the deployment is `model` of the body |
//! | `POST /openai/responses?api-version=...`, `POST /openai/v1/responses` | text in and out, or calls of functions |
//! | `GET`, `DELETE /openai/responses/{id}`, `GET /openai/responses/{id}/input_items` | responses that were kept |
//! | `POST .../embeddings` | vectors: texts that share words and parts of words are near |
//! | `POST /models/chat/completions?api-version=...`, `POST /models/embeddings`, `GET /models/info` | Azure AI model inference |
//! | `GET /openai/models`, `GET /openai/v1/models`, `.../{model}` | the base models of the account |
//! | `/contentsafety/...?api-version=...` | Content Safety, at accounts of kind `ContentSafety` and `AIServices`: texts, prompts, blocklists |
//! | any other operation of a model | 400 `OperationNotSupported` |
//! | `GET /health` | `{"status":"ok"}`, without an account |
//!
//! # Control
//!
//! [`Foundry::control`] has these routes, all JSON, to be mounted where only the operator can reach them:
//!
//! | route | |
//! |---|---|
//! | `GET /accounts` | every account: quotas and their levels, counters, latency, faults |
//! | `GET /accounts/{account}` | one of them |
//! | `PATCH /accounts/{account}` | sets what the body names, as `[accounts.NAME]` of `apimite.toml` does: `auth`, `keys`, `faults`, `deployments`, `safety` |
//! | `PUT /accounts/{account}/faults` | a new script of faults, such as `[{"do":"status","status":503,"calls":2}]` |
//! | `POST /accounts/{account}/faults` | one more fault |
//! | `DELETE /accounts/{account}/faults` | no faults |
//! | `GET`, `PUT /accounts/{account}/keys` | its keys |
//! | `GET /accounts/{account}/deployments/{deployment}` | one deployment |
//! | `PATCH /accounts/{account}/deployments/{deployment}` | sets knobs of quota, answer and latency |
//! | `GET`, `DELETE /journal` | every call, and forgetting them |
//! | `POST /reset` | quotas empty, scripts of faults at their beginning, no journal |
//!
//! A mistake is answered with 400 and `{"mistakes":[...]}`, and changes nothing.

mod account; // an account as it runs
mod answer; // what the model says
mod ask; // what is asked of it
mod auth; // keys and tokens
mod body; // bodies that are sent bit by bit
mod catalog; // what is known of each model
mod chat; // admission, spillover and delivery of an answer
mod control; // setting and reading it all over HTTP
mod embeddings; // lists of vectors
mod errors; // bodies of errors
mod estimate; // what a call weighs
mod fault; // the script of what goes wrong
mod journal; // what every call came to
mod knobs; // settings, read
mod latency; // when tokens are due
mod mocks; // the whole of it
mod models; // the list of models
mod path; // which account and operation
mod quota; // limiters
mod reply; // headers
mod responses; // answers in the shape of responses
mod running; // a call under way
mod safety; // Content Safety
mod sampling; // parameters that choose between tokens
mod serve; // one request
mod state; // how accounts stand
mod stored; // responses that are kept
mod validate; // what is wrong with a request
mod vectors; // texts as vectors

pub use auth::Auth;
pub use journal::Entry;
pub use mocks::{Foundry, Mistakes};
pub use quota::{Level, Limiter, WindowKind};
pub use state::{AccountState, DeploymentState};

use axum::body::Body;
use http::Response;

/// The connection is to be closed without an answer: the script of faults says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection was reset on purpose")]
pub struct Reset;

impl Reset {
    fn into_response(self) -> Response<Body> {
        Response::new(Body::new(body::Never))
    }
}

#[cfg(test)]
mod tests;
