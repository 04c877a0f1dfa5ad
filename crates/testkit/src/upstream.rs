//! Scripted servers behind the gateway.

use bytes::Bytes;
use clock::{Clock, Moment, Sleep};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use wire::{BoxError, Incoming};

/// So long that nobody waits for it.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 86_400);

/// A server behind the gateway that does what a test says.
///
/// Policies, backends and service URLs reach it under `http://NAME.test`, where `NAME` is the name that it was given
/// to [`Builder::upstream`](crate::Builder::upstream).
#[derive(Clone)]
pub struct Upstream(pub(crate) Kind);

/// What stands behind the name of an upstream.
#[derive(Clone)]
pub(crate) enum Kind {
    Serving(Answer),
    Refused,
    Unresolved,
    NoTls,
}

pub(crate) type Answer = Arc<dyn Fn(usize, &Seen) -> Reply + Send + Sync>;

impl Upstream {
    /// Answers with these replies in order; the last one again and again.
    pub fn script(replies: impl IntoIterator<Item = Reply>) -> Upstream {
        let replies: Vec<Reply> = replies.into_iter().collect();
        Upstream::new(move |call, _| replies.get(call).or(replies.last()).cloned().unwrap_or_default())
    }

    /// Answers every call alike.
    pub fn always(reply: Reply) -> Upstream {
        Upstream::script([reply])
    }

    /// Answers with what `answer` makes of the call; the first argument counts the calls from 0.
    pub fn new(answer: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Upstream {
        Upstream(Kind::Serving(Arc::new(answer)))
    }

    /// Nobody listens: the connection is refused.
    pub fn refused() -> Upstream {
        Upstream(Kind::Refused)
    }

    /// Its name cannot be resolved.
    pub fn unresolved() -> Upstream {
        Upstream(Kind::Unresolved)
    }

    /// Is called with TLS and has none: the handshake fails.
    pub fn no_tls() -> Upstream {
        Upstream(Kind::NoTls)
    }

    /// Answers 200 with the body that it was sent.
    pub fn echo() -> Upstream {
        Upstream::new(|_, seen| {
            let reply = Reply::status(200).body(seen.body.clone());
            match seen
                .headers
                .get(http::header::CONTENT_TYPE)
                .and_then(|value| value.to_str().ok())
            {
                Some(value) => reply.header("content-type", value),
                None => reply,
            }
        })
    }
}

impl Default for Upstream {
    /// Answers every call with an empty 200.
    fn default() -> Upstream {
        Upstream::always(Reply::status(200))
    }
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Upstream")
    }
}

/// One answer of an [`Upstream`].
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    reason: Option<String>,
    headers: Vec<(String, String)>,
    before: Duration,
    pieces: Vec<Piece>,
    reset: bool,
}

#[derive(Debug, Clone)]
enum Piece {
    Data(Bytes),
    Wait(Duration),
    Cut,
}

impl Default for Reply {
    fn default() -> Reply {
        Reply::status(200)
    }
}

impl Reply {
    // Changes the texts of headers and body in which a name may stand.
    pub(crate) fn settled(mut self, settle: impl Fn(&str) -> String) -> Reply {
        let named = |text: &str| text.contains(".test");
        for (_, value) in self.headers.iter_mut().filter(|(_, value)| named(value)) {
            *value = settle(value);
        }
        for piece in &mut self.pieces {
            if let Piece::Data(data) = piece
                && let Ok(text) = std::str::from_utf8(data)
                && named(text)
            {
                *data = settle(text).into();
            }
        }
        self
    }

    /// An empty answer with this status.
    pub fn status(status: u16) -> Reply {
        Reply {
            status,
            reason: None,
            headers: Vec::new(),
            before: Duration::ZERO,
            pieces: Vec::new(),
            reset: false,
        }
    }

    /// Closes the connection instead of answering.
    pub fn reset() -> Reply {
        Reply {
            reset: true,
            ..Reply::default()
        }
    }

    /// Never answers.
    pub fn never() -> Reply {
        Reply::default().delay(FOR_EVER)
    }

    /// With another reason phrase than the standard one.
    pub fn reason(mut self, reason: impl Into<String>) -> Reply {
        self.reason = Some(reason.into());
        self
    }

    /// With one more header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Reply {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Waits on the clock before it answers, or before it closes the connection.
    pub fn delay(mut self, wait: Duration) -> Reply {
        self.before = wait;
        self
    }

    /// Sends these bytes next, as one chunk.
    pub fn body(mut self, data: impl Into<Bytes>) -> Reply {
        self.pieces.push(Piece::Data(data.into()));
        self
    }

    /// Sends a JSON body.
    pub fn json(self, value: &serde_json::Value) -> Reply {
        self.header("content-type", "application/json")
            .body(value.to_string())
    }

    /// Waits on the clock before the next chunk.
    pub fn wait(mut self, wait: Duration) -> Reply {
        self.pieces.push(Piece::Wait(wait));
        self
    }

    /// Breaks the connection here, in the middle of the body.
    pub fn cut(mut self) -> Reply {
        self.pieces.push(Piece::Cut);
        self
    }

    /// The same reply `n` times, for a script.
    pub fn times(self, n: usize) -> Vec<Reply> {
        vec![self; n]
    }

    fn head(&self) -> Result<Response<()>, BoxError> {
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::from_u16(self.status)?;
        if let Some(reason) = &self.reason {
            response
                .extensions_mut()
                .insert(hyper::ext::ReasonPhrase::try_from(reason.as_bytes())?);
        }
        for (name, value) in &self.headers {
            response.headers_mut().append(
                HeaderName::try_from(name.as_str())?,
                HeaderValue::from_str(value)?,
            );
        }
        Ok(response)
    }
}

/// A call that an upstream received.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Method.
    pub method: String,
    /// Path and query as received.
    pub target: String,
    /// Headers as received.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
    /// When it arrived.
    pub at: Moment,
    /// Chunks of the answer that went out so far.
    pub sent: usize,
    /// Whether the whole answer went out.
    pub finished: bool,
}

/// What an upstream has received so far, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<Seen>>>);

impl Journal {
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.lock().clone()
    }

    fn add(&self, seen: Seen) -> usize {
        let mut all = self.0.lock();
        all.push(seen);
        all.len() - 1
    }

    fn change(&self, at: usize, change: impl FnOnce(&mut Seen)) {
        if let Some(seen) = self.0.lock().get_mut(at) {
            change(seen);
        }
    }
}

/// Serves what `answer` says until `shutdown` resolves.
pub(crate) fn serve(
    upstream: Answer,
    listener: tokio::net::TcpListener,
    clock: Clock,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Journal {
    let journal = Journal::default();
    let (kept, inner) = (journal.clone(), clock.clone());
    let service = move |_peer: SocketAddr, request: Request<Incoming>| {
        answer(upstream.clone(), journal.clone(), inner.clone(), request)
    };
    tokio::spawn(wire::serve(listener, clock, service, shutdown));
    kept
}

async fn answer(
    upstream: Answer,
    journal: Journal,
    clock: Clock,
    request: Request<Incoming>,
) -> Result<Response<Playing>, BoxError> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let target = parts
        .uri
        .path_and_query()
        .map_or_else(String::new, |target| target.to_string());
    let seen = Seen {
        method: parts.method.to_string(),
        target,
        headers: parts.headers,
        body,
        at: clock.now(),
        sent: 0,
        finished: false,
    };
    let call = journal.add(seen.clone());
    let reply = upstream(call, &seen);
    if !reply.before.is_zero() {
        clock.sleep(reply.before).await;
    }
    if reply.reset {
        return Err("the script closes the connection".into());
    }
    let pieces: VecDeque<Piece> = reply.pieces.iter().cloned().collect();
    if pieces.is_empty() {
        journal.change(call, |seen| seen.finished = true);
    }
    Ok(reply.head()?.map(|()| Playing {
        pieces,
        clock,
        sleep: None,
        flushed: false,
        journal,
        call,
    }))
}

/// The body of a reply, played on the clock.
struct Playing {
    pieces: VecDeque<Piece>,
    clock: Clock,
    sleep: Option<Sleep>,
    flushed: bool,
    journal: Journal,
    call: usize,
}

impl Body for Playing {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            if let Some(sleep) = &mut self.sleep {
                ready!(Pin::new(sleep).poll(context));
                self.sleep = None;
            }
            match self.pieces.pop_front() {
                None => {
                    self.journal.change(self.call, |seen| seen.finished = true);
                    return Poll::Ready(None);
                }
                Some(Piece::Data(data)) => {
                    self.journal.change(self.call, |seen| seen.sent += 1);
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
                Some(Piece::Wait(wait)) => self.sleep = Some(self.clock.sleep(wait)),
                // What was sent before goes onto the wire while this is pending once.
                Some(Piece::Cut) if !self.flushed => {
                    self.flushed = true;
                    self.pieces.push_front(Piece::Cut);
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(Piece::Cut) => return Poll::Ready(Some(Err("the script cuts the answer".into()))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && self.sleep.is_none()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        // A reply of one chunk has a length; one that waits or breaks, or has several chunks, does not.
        match self.pieces.iter().collect::<Vec<_>>()[..] {
            [] => http_body::SizeHint::with_exact(0),
            [Piece::Data(data)] => http_body::SizeHint::with_exact(data.len() as u64),
            _ => http_body::SizeHint::default(),
        }
    }
}
