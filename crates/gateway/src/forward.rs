//! One call to the outside: pool, breaker, URL, credentials, wire, and what came of it (gateway.md 2 and 3).

use crate::backends::{CallResult, Choice, Refusal};
use crate::body::Outgoing;
use crate::headers;
use crate::live::Live;
use crate::redirect;
use crate::tally::BackendTally;
use crate::target::{Target, show};
use crate::transport::{self, Way};
use clock::{Clock, Moment};
use expression::Url;
use http::header::{CONTENT_LENGTH, HOST, RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};
use http_body_util::{BodyExt, Limited};
use hyper::ext::ReasonPhrase;
use policy::{Answer, Body, Call, CallError, Destination, GivenUp, HttpVersion, World};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use trace::{Attempt, Outcome};
use wire::{Failure, SendError};

/// `LastError.Reason` of a call that failed below HTTP.
const CONNECTION_FAILURE: &str = "BackendConnectionFailure";
/// `LastError.Reason` of a call whose head did not come in time.
const TIMEOUT: &str = "Timeout";
/// `LastError.Reason` of a call that nobody waits for any more.
const CLIENT_FAILURE: &str = "ClientConnectionFailure";

/// Bytes of a form that is sent to the local issuer.
const ISSUER_BODY: usize = 256 * 1024;

/// A call on its way. Dropped before it has landed, its caller has left: the attempt is left behind and counts nowhere.
struct Flight<'a> {
    clock: &'a Clock,
    started: Moment,
    choice: Option<Choice<'a>>,
    tally: &'a BackendTally,
    url: Option<Url>,
    given_up: Option<GivenUp>,
}

/// Where a request is sent, and how.
struct Leg<'a> {
    target: Cow<'a, Target>,
    way: Arc<Way>,
    version: HttpVersion,
}

/// A transport failure: `LastError.Reason` and text.
type Failed = (&'static str, String);

impl Live {
    /// Sends a call.
    pub(crate) async fn forward(&self, mut call: Call) -> Result<Answer, CallError> {
        let started = self.clock().now();
        let choice = match self.choose(&call, started) {
            Ok(choice) => choice,
            Err(refusal) => {
                if let Destination::Backend(handle) = &call.to
                    && let Some(tally) = self.backend_tallies.get(handle.index)
                {
                    tally.unavailable.add(1);
                }
                return Err(unavailable(*refusal, started));
            }
        };
        let armed = choice.as_ref().map_or(Ok(()), |choice| {
            let credentials = &choice.single.credentials;
            credentials.apply(&mut call.headers, &mut call.query, &self.issuer)
        });
        let leg = armed.and_then(|()| self.leg(&call, choice.as_ref()));
        let given_up = Some(call.given_up.clone());
        let mut flight = Flight {
            clock: self.clock(),
            started,
            tally: choice
                .as_ref()
                .and_then(|it| self.backend_tallies.get(it.index))
                .unwrap_or(&self.no_backend),
            choice,
            url: None,
            given_up,
        };
        let sent = match leg {
            Ok(leg) => {
                let timeout = call.timeout;
                let sent = self
                    .clock()
                    .timeout(timeout, self.travel(leg, call, &mut flight.url))
                    .await;
                sent.unwrap_or_else(|| Err((TIMEOUT, timeout_text(timeout))))
            }
            Err(message) => Err((CONNECTION_FAILURE, message)),
        };
        let now = self.clock().now();
        match sent {
            Ok(response) => Ok(flight.answered(response, now)),
            Err((reason, message)) => Err(flight.failed(reason, message, now)),
        }
    }

    // The backend that gets the call; none for a plain URL.
    fn choose(&self, call: &Call, now: Moment) -> Result<Option<Choice<'_>>, Box<Refusal>> {
        match &call.to {
            Destination::Backend(handle) => {
                self.backends.choose(handle.index, &call.headers, now).transpose()
            }
            Destination::Url(_) => Ok(None),
        }
    }

    fn leg<'a>(&'a self, call: &Call, choice: Option<&Choice<'a>>) -> Result<Leg<'a>, String> {
        let (target, way) = match (&call.to, choice) {
            (_, Some(choice)) => (
                Cow::Borrowed(choice.single.target.as_ref().map_err(String::clone)?),
                choice.single.way.clone()?,
            ),
            (Destination::Url(url), None) => (Cow::Owned(self.directory.target(url)?), self.way.clone()),
            (Destination::Backend(handle), None) => {
                return Err(format!("the service has no backend `{}`", handle.name));
            }
        };
        let way = match &call.certificate {
            None => way,
            Some(certificate) => {
                let identity = transport::identity(certificate)?;
                self.shared.transport.way(way.showing(identity))
            }
        };
        Ok(Leg {
            target,
            way: self.through(way, call)?,
            version: call.version,
        })
    }

    // The way, through the proxy that a policy names.
    fn through(&self, way: Arc<Way>, call: &Call) -> Result<Arc<Way>, String> {
        let Some(proxy) = &call.proxy else { return Ok(way) };
        // Offline, a proxy elsewhere is refused like any other host.
        self.directory.target(&proxy.url)?;
        Ok(self.shared.transport.way(way.through(proxy)?))
    }

    async fn travel(
        &self,
        leg: Leg<'_>,
        mut call: Call,
        seen: &mut Option<Url>,
    ) -> Result<Response<Body>, Failed> {
        if let Some(address) = &call.forwarded_for {
            headers::forward(&mut call.headers, address);
        }
        let (url, uri) = leg
            .target
            .join(&call.path, &call.query)
            .map_err(|message| (CONNECTION_FAILURE, message))?;
        if call.follow_redirects {
            // Boxed, since it is rare and would make every call as large as itself.
            return Box::pin(self.follow(leg, call, url, uri, seen)).await;
        }
        *seen = Some(url);
        let request = request(
            &leg.target,
            call.method,
            uri,
            call.headers,
            Outgoing::new(call.body),
        );
        self.cross(&leg, request).await
    }

    // Sends the request, and again as far as redirects lead.
    async fn follow<'a>(
        &'a self,
        mut leg: Leg<'a>,
        call: Call,
        mut url: Url,
        mut uri: Uri,
        seen: &mut Option<Url>,
    ) -> Result<Response<Body>, Failed> {
        let elsewhere = self
            .through(self.way.clone(), &call)
            .map_err(|message| (CONNECTION_FAILURE, message))?;
        let Call {
            mut method,
            mut headers,
            body,
            ..
        } = call;
        let mut body = Outgoing::new(body);
        let mut followed = 0;
        loop {
            *seen = Some(url.clone());
            let replay = body.replay();
            let request = request(&leg.target, method.clone(), uri, headers.clone(), body);
            let response = self.cross(&leg, request).await?;
            let next = redirect::next(response.status(), response.headers(), &url, &method, replay);
            let Some(next) = next.filter(|_| followed < redirect::MOST) else {
                return Ok(response);
            };
            followed += 1;
            redirect::clean(&mut headers, &url, &next);
            let target = self
                .directory
                .target(&next.url)
                .map_err(|message| (CONNECTION_FAILURE, message))?;
            (url, uri) = target
                .join("", &next.url.query)
                .map_err(|message| (CONNECTION_FAILURE, message))?;
            // What one server is shown is no other's business.
            if target.host != leg.target.host {
                leg.way = elsewhere.clone();
            }
            leg.target = Cow::Owned(target);
            (method, body) = (next.method, next.body);
        }
    }

    async fn cross(&self, leg: &Leg<'_>, request: Request<Outgoing>) -> Result<Response<Body>, Failed> {
        if leg.target.is_issuer {
            return Box::pin(self.ask_issuer(request)).await;
        }
        let sent = self
            .shared
            .transport
            .send(&leg.target, &leg.way, leg.version, request)
            .await;
        sent.map_err(|error| (CONNECTION_FAILURE, transport_text(&error, &leg.target)))
    }
}

impl Live {
    // The issuer is here, not behind a connection.
    async fn ask_issuer(&self, request: Request<Outgoing>) -> Result<Response<Body>, Failed> {
        let (parts, body) = request.into_parts();
        let body = Limited::new(body, ISSUER_BODY).collect().await;
        let body = body.map_err(|error| (CONNECTION_FAILURE, error.to_string()))?;
        let request = Request::from_parts(parts, body.to_bytes());
        Ok(self.issuer.respond("https", &request).map(Body::Full))
    }
}

impl Flight<'_> {
    fn answered(mut self, response: Response<Body>, now: Moment) -> Answer {
        let (mut parts, body) = response.into_parts();
        let retry_after = parts
            .headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let status = parts.status.as_u16();
        self.tally.answered.add(status);
        let result = CallResult::Status {
            status,
            retry_after: retry_after.as_deref(),
        };
        let attempt = self.attempt(result, Outcome::Answered { status }, retry_after.clone(), now);
        headers::drop_hop_by_hop(&mut parts.headers);
        if let Some(cookie) = self.choice.as_mut().and_then(|choice| choice.cookie.take()) {
            parts.headers.append(SET_COOKIE, cookie);
        }
        let reason = parts.extensions.get::<ReasonPhrase>();
        let reason = reason.map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned());
        let url = self.url.take().unwrap_or_default();
        Answer {
            status: parts.status,
            reason,
            headers: parts.headers,
            body,
            url,
            attempt,
        }
    }

    fn failed(mut self, reason: &'static str, message: String, now: Moment) -> CallError {
        match reason {
            TIMEOUT => self.tally.late.add(1),
            _ => self.tally.broken.add(1),
        }
        let outcome = Outcome::Failed {
            reason: reason.to_owned(),
            message: message.clone(),
        };
        let attempt = self.attempt(CallResult::Failed { reason }, outcome, None, now);
        CallError::Failed {
            reason,
            message,
            url: self.url.take(),
            attempt,
        }
    }

    // What was decided; counts on the breaker.
    fn attempt(
        &mut self,
        result: CallResult<'_>,
        outcome: Outcome,
        retry_after: Option<String>,
        ended: Moment,
    ) -> Attempt {
        self.given_up = None;
        let tripped = self
            .choice
            .as_ref()
            .and_then(|choice| choice.single.record(ended, result));
        Attempt {
            tripped,
            ..self.untold(outcome, retry_after, ended)
        }
    }

    // What was decided, without a word to the breaker.
    fn untold(&mut self, outcome: Outcome, retry_after: Option<String>, ended: Moment) -> Attempt {
        Attempt {
            pool: self.choice.as_ref().and_then(|choice| choice.pool.cloned()),
            backend: self.choice.as_ref().map(|choice| choice.name.clone()),
            url: self.url.as_ref().map(show),
            skipped: self
                .choice
                .as_mut()
                .map(|choice| std::mem::take(&mut choice.skipped))
                .unwrap_or_default(),
            outcome,
            tripped: None,
            retry_after,
            started: self.started,
            ended,
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if let Some(given_up) = self.given_up.take() {
            self.tally.given_up.add(1);
            let message = "The operation was canceled.".to_owned();
            let outcome = Outcome::Failed {
                reason: CLIENT_FAILURE.to_owned(),
                message,
            };
            given_up.leave(self.untold(outcome, None, self.clock.now()));
        }
    }
}

fn unavailable(refusal: Refusal, now: Moment) -> CallError {
    let Refusal {
        status,
        retry_after,
        pool,
        backend,
        skipped,
    } = refusal;
    let attempt = Attempt {
        pool,
        backend,
        url: None,
        skipped,
        outcome: Outcome::Unavailable {
            status: status.as_u16(),
            retry_after,
        },
        tripped: None,
        retry_after: None,
        started: now,
        ended: now,
    };
    let reason = status
        .canonical_reason()
        .unwrap_or("Service Unavailable")
        .to_owned();
    CallError::Unavailable {
        status,
        reason,
        retry_after,
        attempt,
    }
}

fn request(
    target: &Target,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Outgoing,
) -> Request<Outgoing> {
    // A policy that sets `Host` has the last word.
    headers.entry(HOST).or_insert_with(|| target.host.clone());
    if matches!(body, Outgoing::Empty) && matches!(method, Method::POST | Method::PUT | Method::PATCH) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    request
}

fn timeout_text(timeout: Duration) -> String {
    format!(
        "No response headers from the backend within {} ms.",
        timeout.as_millis()
    )
}

// The first words are those that Azure was seen to use where it was seen at all (gateway.md 1.7).
fn transport_text(error: &SendError, target: &Target) -> String {
    let host = target.authority();
    match error.failure {
        Failure::Name => format!("Name does not resolve: {host}"),
        Failure::Connect => format!("Connection to {host} failed: {}", last_words(&error.message)),
        Failure::Tls => format!("TLS connection to {host} failed: {}", last_words(&error.message)),
        Failure::Broken => "Underlying transport connection was unexpectedly closed.".to_owned(),
    }
}

fn last_words(chain: &str) -> &str {
    chain.rsplit(": ").next().unwrap_or(chain)
}
