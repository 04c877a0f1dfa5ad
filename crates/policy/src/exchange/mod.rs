//! What one request carries with it while it walks.

mod fork; // the parallel children of `wait`
mod host; // what an expression sees
mod message; // bodies and what was read of them
mod request; // method, URL, headers, target
mod variables; // `context.Variables`

pub(crate) use fork::Merge;
pub(crate) use message::{MessageBody, buffer_fault};
pub(crate) use request::{Request, end_to_end};
pub(crate) use variables::Variables;

use crate::caching::Remembered;
use crate::late::Late;
use crate::meter::Meter;
use crate::{BackendHandle, Body, CallerCertificate, Contract, GivenUp, TokenTally, World};
use clock::{Clock, Moment, Rng};
use expression::{Facts, LastError, ParsedBodies, Symbol, Symbols, Url};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use std::fmt;
use std::sync::Arc;
use trace::{Event, Section, Step};
use uuid::Uuid;

/// Everything the gateway knows about a request when it has arrived and been matched.
#[derive(Debug)]
pub struct Start {
    /// `context.RequestId`.
    pub request_id: Uuid,
    /// `context.Timestamp`.
    pub received: Moment,
    /// Method as received.
    pub method: Method,
    /// `context.Request.OriginalUrl`.
    pub original_url: Url,
    /// Headers as received.
    pub headers: HeaderMap,
    /// Body as received.
    pub body: Body,
    /// Address of the caller.
    pub ip_address: Arc<str>,
    /// Certificate of the caller.
    pub certificate: Option<CallerCertificate>,
    /// Base URL of the API's backend.
    pub service_url: Option<Url>,
    /// Path behind the API's path, version and revision, with its leading `/`.
    pub remainder: String,
    /// Query with its leading `?`, or empty.
    pub query: String,
    /// Values of the template's parameters, decoded.
    pub matched: Vec<(Arc<str>, Arc<str>)>,
    /// The matched operation.
    pub template: Option<Arc<OperationTemplate>>,
    /// What `context` says about the matched configuration.
    pub facts: Facts,
    /// Variable names of the service.
    pub symbols: Symbols,
    /// How much is recorded.
    pub tracing: Detail,
    /// Ordinal of the request, for the dice.
    pub dice_ordinal: u64,
}

/// What `rewrite-uri`, `mock-response` and the `validate-*` policies know of an operation.
#[derive(Debug, Clone, Default)]
pub struct OperationTemplate {
    /// HTTP method.
    pub method: String,
    /// URL template.
    pub url_template: String,
    /// Names of the parameters in its path.
    pub path_parameters: Vec<String>,
    /// Names of the query parameters that it asks for: `a` in `?a={b}`.
    pub query_parameters: Vec<String>,
    /// Documented responses.
    pub responses: Vec<MockResponse>,
    /// What a specification declares of its messages; none without one.
    pub contract: Option<Arc<Contract>>,
}

/// A documented response of an operation.
#[derive(Debug, Clone, Default)]
pub struct MockResponse {
    /// HTTP status.
    pub status: u16,
    /// Media types with the bodies of their examples.
    pub representations: Vec<(String, Vec<String>)>,
}

/// How much of a walk is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Detail {
    /// Decisions, attempts, waits, messages, faults.
    #[default]
    Brief,
    /// Expression values and every policy as well.
    Full,
}

/// A response, complete.
#[derive(Debug, Default)]
pub struct ResponseParts {
    /// Status.
    pub status: StatusCode,
    /// Reason phrase; the standard one when absent.
    pub reason: Option<String>,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Body,
}

/// `context.Response`.
#[derive(Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) reason: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: MessageBody,
}

/// What one request carries with it.
pub struct Exchange {
    pub(crate) request: Request,
    pub(crate) response: Option<Response>,
    pub(crate) variables: Variables,
    pub(crate) template: Option<Arc<OperationTemplate>>,
    pub(crate) backend: Option<BackendHandle>,
    pub(crate) last_error: Option<LastError>,
    /// Headers that `cors` puts on whatever is answered in the end.
    pub(crate) late_headers: Vec<(HeaderName, HeaderValue)>,
    /// What policies have still to do when there is a response.
    pub(crate) late: Vec<Box<dyn Late>>,
    /// What it uses of a model.
    pub(crate) meter: Meter,
    /// Where the tokens count that it uses.
    pub(crate) tokens: Option<Arc<TokenTally>>,
    /// What it asked of caches.
    pub(crate) remembered: Remembered,
    /// Quotas that this request has counted in, by key: once is enough (documented).
    pub(crate) quotas: Vec<String>,
    pub(crate) body_limit: usize,
    parsed: ParsedBodies,
    facts: Facts,
    symbols: Symbols,
    request_id: Uuid,
    received: Moment,
    detail: Detail,
    dice_ordinal: u64,
    clock: Option<Clock>,
    chance: Option<Rng>,
    secrets: Arc<[Arc<str>]>,
    events: Vec<Event>,
    /// The attempt that is under way when the walk is dropped.
    pub(crate) given_up: GivenUp,
    place: Place,
    changed: fork::Changed,
}

/// Where the walk is: a policy's name and place, made when the document was loaded.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) section: Section,
    pub(crate) source: Arc<str>,
    pub(crate) place: Arc<str>,
}

impl Exchange {
    /// A request at the door.
    pub fn new(start: Start) -> Exchange {
        Exchange {
            request: Request::new(
                start.method,
                start.original_url,
                start.headers,
                start.body,
                start.ip_address,
                start.certificate,
                start.service_url,
                start.remainder,
                start.query,
                start.matched,
            ),
            response: None,
            variables: Variables::default(),
            template: start.template,
            backend: None,
            last_error: None,
            late_headers: Vec::new(),
            late: Vec::new(),
            meter: Meter::default(),
            tokens: None,
            remembered: Remembered::default(),
            quotas: Vec::new(),
            body_limit: usize::MAX,
            parsed: ParsedBodies::default(),
            facts: start.facts,
            symbols: start.symbols,
            request_id: start.request_id,
            received: start.received,
            detail: start.tracing,
            dice_ordinal: start.dice_ordinal,
            clock: None,
            chance: None,
            secrets: Arc::default(),
            events: Vec::new(),
            given_up: GivenUp::default(),
            place: Place {
                section: Section::Inbound,
                source: "".into(),
                place: "".into(),
            },
            changed: fork::Changed::default(),
        }
    }

    /// Says where the tokens count that it uses, as far as a policy wants to know them.
    pub fn count_tokens(&mut self, tally: &Arc<TokenTally>) {
        self.tokens = Some(tally.clone());
    }

    /// What `context` says about the matched configuration.
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// `context.RequestId`.
    pub fn request_id(&self) -> Uuid {
        self.request_id
    }

    /// `context.LastError`, once the walk has failed.
    pub fn last_error(&self) -> Option<&LastError> {
        self.last_error.as_ref()
    }

    /// Method, as `set-method` left it.
    pub fn method(&self) -> &Method {
        &self.request.method
    }

    /// The present backend URL.
    pub fn url(&self) -> &Url {
        &self.request.url
    }

    /// Present request headers.
    pub fn request_headers(&self) -> &HeaderMap {
        &self.request.headers
    }

    /// Body of the request, as far as a policy brought it here.
    pub fn request_body(&self) -> Option<bytes::Bytes> {
        self.request.body.bytes().cloned()
    }

    /// The backend that a policy selected.
    pub fn backend(&self) -> Option<&BackendHandle> {
        self.backend.as_ref()
    }

    /// What the caller gets: after the walk. An empty 200 when nothing made a response.
    pub fn take_response(&mut self) -> ResponseParts {
        let mut parts = self.response.take().unwrap_or_default().into_parts();
        for (name, value) in self.late_headers.drain(..) {
            match name == http::header::VARY {
                true => drop(parts.headers.append(name, value)),
                false => drop(parts.headers.insert(name, value)),
            }
        }
        parts
    }

    /// What was recorded so far, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// What was recorded, in order, for keeps.
    pub fn take_events(&mut self) -> Vec<Event> {
        if let Some(attempt) = self.given_up.take() {
            self.note(Step::Attempt(Box::new(attempt)));
        }
        let mut events = std::mem::take(&mut self.events);
        events.shrink_to_fit();
        events
    }

    /// Records a built-in step.
    pub fn record(&mut self, section: Section, source: &Arc<str>, step: Step) {
        let at = self.time();
        self.events.push(Event {
            at,
            section,
            source: source.clone(),
            place: "".into(),
            step,
        });
    }

    /// Takes clock, dice and limits from the world, and the secrets that traces mask from the walk.
    pub(crate) fn enter(&mut self, world: &dyn World, secrets: &Arc<[Arc<str>]>) {
        if self.clock.is_none() {
            self.clock = Some(world.clock().clone());
            self.chance = Some(world.dice().roll("policy", self.dice_ordinal));
            self.body_limit = world.body_limit();
        }
        self.secrets = secrets.clone();
    }

    /// Waits. What is on its way of the response comes in meanwhile: nobody else reads it, and virtual time stands still while bytes
    /// are under way.
    pub(crate) async fn wait(&mut self, wait: impl Future<Output = ()>) {
        match &mut self.response {
            Some(response) => response.body.take_in(wait, self.body_limit).await,
            None => wait.await,
        }
    }

    /// Where the walk is from now on.
    pub(crate) fn stand(&mut self, place: &Place) {
        self.place.clone_from(place);
    }

    /// The walk is at a step that has no place of its own.
    pub(crate) fn stand_in(&mut self, section: Section, source: &str) {
        if self.place.section != section || *self.place.source != *source {
            self.place = Place {
                section,
                source: source.into(),
                place: "".into(),
            };
        }
    }

    pub(crate) fn time(&self) -> Moment {
        self.clock.as_ref().map_or(self.received, Clock::now)
    }

    /// Whether everything is recorded.
    pub(crate) fn is_full(&self) -> bool {
        self.detail == Detail::Full
    }

    /// Records what the policy at the present place did.
    pub(crate) fn note(&mut self, step: Step) {
        let (at, place) = (self.time(), &self.place);
        let (section, source) = (place.section, place.source.clone());
        self.events.push(Event {
            at,
            section,
            source,
            place: place.place.clone(),
            step,
        });
    }

    /// Records a message that only a full record holds.
    pub(crate) fn did(&mut self, message: impl FnOnce() -> String) {
        if self.is_full() {
            let message = self.masked(message());
            self.note(Step::Did { message });
        }
    }

    /// The text with every secret named value masked.
    pub(crate) fn masked(&self, mut text: String) -> String {
        for secret in self.secrets.iter().filter(|it| !it.is_empty()) {
            if text.contains(&**secret) {
                text = text.replace(&**secret, "***");
            }
        }
        text
    }

    /// `context.Response`, an empty 200 if there is none yet.
    pub(crate) fn response_mut(&mut self) -> &mut Response {
        self.changed.response = true;
        self.response.get_or_insert_default()
    }

    /// `context.Request`, to change it.
    pub(crate) fn request_mut(&mut self) -> &mut Request {
        self.changed.request = true;
        &mut self.request
    }

    /// Headers of the message that the present section is about: the request up to the backend, then the response.
    pub(crate) fn headers_mut(&mut self) -> &mut HeaderMap {
        match self.is_about_request() {
            true => &mut self.request_mut().headers,
            false => &mut self.response_mut().headers,
        }
    }

    /// Whether the present section is about the request.
    pub(crate) fn is_about_request(&self) -> bool {
        matches!(self.place.section, Section::Inbound | Section::Backend)
    }

    /// Replaces `context.Response`.
    pub(crate) fn set_response(&mut self, parts: Option<ResponseParts>) {
        self.changed.response = true;
        self.response = parts.map(Response::from);
    }

    /// The number of a variable's name.
    pub(crate) fn symbol(&self, name: &str) -> Symbol {
        self.symbols.intern(name)
    }

    /// The name of a variable.
    pub(crate) fn variable_name(&self, symbol: Symbol) -> String {
        self.symbols.name(symbol).to_string()
    }

    pub(crate) fn chance(&mut self) -> Option<&mut Rng> {
        self.chance.as_mut()
    }
}

impl Response {
    fn into_parts(self) -> ResponseParts {
        ResponseParts {
            status: self.status,
            reason: self.reason,
            headers: self.headers,
            body: self.body.into_body(),
        }
    }

    pub(crate) fn reason(&self) -> &str {
        self.reason
            .as_deref()
            .or(self.status.canonical_reason())
            .unwrap_or_default()
    }

    /// Puts another body in place of the present one. `Content-Type` stays (documented).
    pub(crate) fn replace_body(&mut self, body: Body) {
        self.body.replace(body, &mut self.headers);
    }
}

impl From<ResponseParts> for Response {
    fn from(parts: ResponseParts) -> Response {
        let ResponseParts {
            status,
            reason,
            headers,
            body,
        } = parts;
        // An empty body of a response is a body: `As<string>()` gives "" (inferred).
        let body = if body.is_present() {
            body
        } else {
            Body::Full(bytes::Bytes::new())
        };
        Response {
            status,
            reason,
            headers,
            body: body.into(),
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("request_id", &self.request_id)
            .field("method", &self.request.method)
            .field("url", &self.request.url)
            .field("response", &self.response.as_ref().map(|it| it.status))
            .finish_non_exhaustive()
    }
}
