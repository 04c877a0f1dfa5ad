//! One request, from its head to its answer: the order of checks of foundry.md 1.5.

use crate::account::{Deployed, Server};
use crate::ask::Ask;
use crate::chat::{self, Chat};
use crate::errors::{self, Failure};
use crate::fault::{self, Trouble};
use crate::journal::Entry;
use crate::mocks::Shared;
use crate::path::{self, Asked, Operation, Surface, Target};
use crate::quota::{Limiter, Refused};
use crate::reply::{self, Ids};
use crate::{Reset, catalog, models, safety, stored, validate};
use axum::body::Body;
use bytes::Bytes;
use clock::Moment;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use indexmap::IndexMap;
use model::FaultAction;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of a body that is read.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// A call to an account.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) shared: Arc<Shared>,
    pub(crate) server: Arc<Server>,
    pub(crate) parts: Parts,
    pub(crate) asked: Asked,
    pub(crate) ids: Ids,
    /// Its number at the account, from 0.
    pub(crate) ordinal: u64,
    /// Its number in the journal.
    pub(crate) number: u64,
}

/// Answers one request.
pub(crate) async fn answer<B>(shared: &Arc<Shared>, request: Request<B>) -> Result<Response<Body>, Reset>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let (parts, body) = request.into_parts();
    if path::is_health(&parts) {
        return Ok(unstamped(
            shared.clock.now(),
            reply::json(200, r#"{"status":"ok"}"#.into()),
        ));
    }
    let asked = Asked::read(&parts);
    let server = asked.as_ref().and_then(|asked| shared.server(&asked.account));
    let (Some(asked), Some(server)) = (asked, server) else {
        return Ok(unstamped(
            shared.clock.now(),
            reply::failure(&errors::not_found()),
        ));
    };
    let ordinal = server.next_call();
    let ids = Ids::draw(shared.dice, &server.name, ordinal, &parts.headers);
    let number = shared
        .journal
        .lock()
        .begin(entry(&server, &parts, shared.clock.now()));
    let call = Call {
        shared: shared.clone(),
        server,
        parts,
        asked,
        ids,
        ordinal,
        number,
    };
    let mut open = Open {
        call: &call,
        answered: false,
    };
    let body = read(body).await;
    let response = call.answer(body).await;
    open.answered = true;
    match &response {
        Ok(response) => call.note(|entry| entry.status = Some(response.status().as_u16())),
        Err(Reset) => call.note(|entry| entry.ended = Some(call.now().nanos())),
    }
    response
}

/// Marks a call whose caller left before there was any answer.
struct Open<'a> {
    call: &'a Call,
    answered: bool,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if !self.answered {
            let now = self.call.now().nanos();
            self.call.note(|entry| {
                entry.cancelled_at.get_or_insert(0);
                entry.ended.get_or_insert(now);
            });
        }
    }
}

fn unstamped(now: Moment, mut response: Response<Body>) -> Response<Body> {
    reply::date(response.headers_mut(), now);
    response
}

fn entry(server: &Server, parts: &Parts, now: Moment) -> Entry {
    let retries = parts
        .headers
        .get("x-stainless-retry-count")
        .and_then(|it| it.to_str().ok()?.parse().ok());
    Entry {
        at: now.nanos(),
        account: server.name.clone(),
        region: server.region.clone(),
        request: format!("{} {}", parts.method, parts.uri.path()),
        retry_count: retries,
        ..Entry::default()
    }
}

async fn read<B>(body: B) -> Result<Bytes, Failure>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(validate::too_large(BODY_LIMIT)),
        Err(_) => Err(errors::plain(
            400,
            "BadRequest",
            "The request body could not be read.",
        )),
    }
}

impl Call {
    pub(crate) fn now(&self) -> Moment {
        self.shared.clock.now()
    }

    pub(crate) fn note(&self, change: impl FnOnce(&mut Entry)) {
        self.shared.journal.lock().note(self.number, change);
    }

    /// The answer is made to take so long, besides what it takes anyway.
    pub(crate) fn simulate(&self, wait: Duration) {
        let nanos = u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX);
        self.note(|entry| entry.simulated = entry.simulated.saturating_add(nanos));
    }

    async fn answer(&self, body: Result<Bytes, Failure>) -> Result<Response<Body>, Reset> {
        let body = match body {
            Ok(body) => body,
            Err(failure) => return Ok(self.fail(&failure)),
        };
        let deployment = self.deployment(&body);
        self.note(|entry| entry.deployment.clone_from(&deployment));
        let trouble = self.trouble(deployment.as_deref().unwrap_or(""));
        if !trouble.delay.is_zero() {
            self.shared.clock.sleep(trouble.delay).await;
        }
        let cut = match trouble.action {
            Some(FaultAction::Reset) => return Err(Reset),
            Some(FaultAction::Status {
                status,
                retry_after,
                body: text,
                headers,
            }) => {
                let response = self.scripted(status, retry_after, text, &headers);
                return Ok(self.perhaps_spilled(deployment, &body, response).await);
            }
            Some(FaultAction::Cut { tokens }) => Some(tokens),
            Some(FaultAction::Delay { .. }) | None => None,
        };
        match self.usual(deployment, &body) {
            Ok(Answer::Ready(response)) => Ok(response),
            Ok(Answer::Chat(chat)) => Ok(chat::deliver(self, *chat, cut).await),
            Err(failure) => Ok(self.fail(&failure)),
        }
    }

    fn trouble(&self, deployment: &str) -> Trouble {
        let now = self.now();
        let trouble = self.server.script(|script| script.next(deployment, now));
        let mut words = Vec::new();
        if !trouble.delay.is_zero() {
            words.push(format!("delay {} ms", trouble.delay.as_millis()));
        }
        words.extend(trouble.action.as_ref().map(fault::describe));
        if !words.is_empty() {
            self.note(|entry| entry.fault = Some(words.join(", ")));
        }
        self.simulate(trouble.delay);
        trouble
    }

    // On the path, or `model` of the body (1.1).
    fn deployment(&self, body: &[u8]) -> Option<String> {
        match &self.asked.target {
            Target::Model {
                deployment: Some(name),
                ..
            }
            | Target::Unsupported {
                deployment: Some(name),
                ..
            } => Some(name.clone()),
            Target::Model { deployment: None, .. } | Target::Unsupported { deployment: None, .. } => {
                let body: Value = serde_json::from_slice(body).ok()?;
                body.get("model")?.as_str().map(str::to_owned)
            }
            Target::Info { deployment } => deployment.clone(),
            Target::Models { .. } | Target::Safety(_) | Target::Stored { .. } | Target::Unknown => None,
        }
    }

    fn usual(&self, deployment: Option<String>, body: &[u8]) -> Result<Answer, Failure> {
        if self.asked.target == Target::Unknown {
            return Err(errors::not_found());
        }
        self.server
            .door()
            .check(&self.parts.headers, self.asked.surface, self.now())
            .map_err(errors::denied)?;
        self.version()?;
        match &self.asked.target {
            Target::Models { id } => models::answer(self, id.as_deref()).map(Answer::Ready),
            Target::Info { .. } => {
                let deployed = self.deployed(deployment.as_deref())?;
                Ok(Answer::Ready(models::info(self, deployed)))
            }
            Target::Stored { id, items } => stored::answer(self, id, *items).map(Answer::Ready),
            Target::Safety(route) => safety::answer(self, route, body).map(Answer::Ready),
            Target::Unsupported { operation, .. } => {
                let deployed = self.deployed(deployment.as_deref())?;
                Err(errors::not_supported(operation, &deployed.resource.model.name))
            }
            Target::Model { operation, .. } => {
                let (deployed, ask) = self.ask(*operation, deployment.as_deref(), body)?;
                self.note(|entry| entry.streamed = ask.streams());
                Ok(chat::start(self, deployed, &ask))
            }
            Target::Unknown => Err(errors::not_found()),
        }
    }

    // What the surface knows of `api-version`.
    fn version(&self) -> Result<(), Failure> {
        let (surface, version) = (self.asked.surface, self.asked.api_version.as_deref());
        let is_responses = matches!(
            self.asked.target,
            Target::Stored { .. }
                | Target::Model {
                    operation: Operation::Responses,
                    ..
                }
        );
        match (path::accepts(surface, version), surface, version) {
            // Dates sort as texts do.
            (true, Surface::Classic, Some(version)) if is_responses && version < "2025-03-01" => {
                Err(errors::responses_version(true))
            }
            (true, ..) => Ok(()),
            (false, Surface::Classic, Some(_)) if is_responses => Err(errors::responses_version(false)),
            (false, ..) => Err(errors::version(surface)),
        }
    }

    fn deployed(&self, deployment: Option<&str>) -> Result<&Arc<Deployed>, Failure> {
        self.server
            .deployment(deployment.unwrap_or(""))
            .ok_or_else(errors::no_deployment)
    }

    // Where the deployment is in the body, a body that is no JSON is told first.
    fn ask(
        &self,
        operation: Operation,
        deployment: Option<&str>,
        body: &[u8],
    ) -> Result<(&Arc<Deployed>, Ask), Failure> {
        let find = || {
            let found = self.deployed(deployment).map_err(|failure| match operation {
                Operation::Responses => errors::no_model(deployment.unwrap_or("")),
                _ => failure,
            })?;
            let model = &found.resource.model.name;
            match catalog::of_model(model).embeds() == (operation == Operation::Embeddings) {
                true => Ok(found),
                false => Err(errors::not_supported(operation.name(), model)),
            }
        };
        if deployment.is_some() {
            find()?;
        }
        let ask = Ask::read(operation, body, &self.server.stored)?;
        Ok((find()?, ask))
    }

    // A provisioned deployment passes on what it fails at, a scripted failure too.
    async fn perhaps_spilled(
        &self,
        deployment: Option<String>,
        body: &[u8],
        response: Response<Body>,
    ) -> Response<Body> {
        let Target::Model { operation, .. } = self.asked.target else {
            return response;
        };
        if !matches!(response.status().as_u16(), 429 | 500 | 503) {
            return response;
        }
        let Ok((deployed, ask)) = self.ask(operation, deployment.as_deref(), body) else {
            return response;
        };
        match chat::spill(self, deployed, &ask, response) {
            Answer::Ready(response) => response,
            Answer::Chat(chat) => chat::deliver(self, *chat, None).await,
        }
    }

    /// An error, with the headers of this account.
    pub(crate) fn fail(&self, failure: &Failure) -> Response<Body> {
        let now = self.now();
        self.note(|entry| {
            entry.error = Some(failure.code.clone());
            entry.ended = Some(now.nanos());
        });
        self.stamped(reply::failure(failure))
    }

    pub(crate) fn stamped(&self, mut response: Response<Body>) -> Response<Body> {
        reply::stamp(response.headers_mut(), &self.server, &self.ids, self.now());
        response
    }

    // What the script of faults says, word for word where it has words.
    fn scripted(
        &self,
        status: u16,
        retry_after: Option<u64>,
        body: Option<String>,
        headers: &IndexMap<String, String>,
    ) -> Response<Body> {
        let mut failure = errors::of_status(if (200..=999).contains(&status) {
            status
        } else {
            500
        });
        if let Some(body) = body {
            failure.body = body;
        }
        let mut response = self.fail(&failure);
        if let Some(seconds) = retry_after {
            let wait = Duration::from_secs(seconds);
            reply::set(response.headers_mut(), "retry-after", &seconds.to_string());
            reply::set(
                response.headers_mut(),
                "retry-after-ms",
                &wait.as_millis().to_string(),
            );
            self.note(|entry| entry.retry_after_ms = Some(seconds.saturating_mul(1_000)));
        }
        for (name, value) in headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    /// A quota's refusal, in the words of the deployment.
    pub(crate) fn refuse(&self, failure: &Failure, refused: Refused) -> Response<Body> {
        let mut response = self.fail(failure);
        reply::retry(response.headers_mut(), refused);
        let limiter: Limiter = refused.limiter;
        self.note(|entry| {
            entry.refused_by = Some(limiter);
            entry.retry_after_ms = Some(refused.millis());
        });
        response
    }
}

/// An answer that is there, or one that takes its time.
pub(crate) enum Answer {
    Ready(Response<Body>),
    Chat(Box<Chat>),
}
