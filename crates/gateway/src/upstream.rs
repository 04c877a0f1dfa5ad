//! Connections of plain HTTP/1.1 to backends, each driven by the request that uses it.
//!
//! The usual client gives every connection a task of its own, so that a call is three hand-overs between tasks. Here the
//! request drives its connection itself, and puts it aside for the next one when the answer has been read. That is
//! half of what a gateway does per request.

use crate::body::Outgoing;
use bytes::Bytes;
use clock::hop::{BodyWait, Near};
use clock::{Busy, Clock, Moment};
use http::{HeaderValue, Request, Response, Uri};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::net::TcpStream;
use wire::{BoxError, Failure, HOP, Portions, SendError};

/// Connections that wait for their next request.
pub(crate) struct Upstream {
    clock: Clock,
    // A connection stays with the thread whose runtime watches its socket.
    shards: [Mutex<Shard>; SHARDS],
}

const SHARDS: usize = 16;
/// How long a connection waits for its next request.
const IDLE: Duration = Duration::from_secs(60);

/// By host and port, the latest last.
type Shard = BTreeMap<Arc<str>, Vec<Idle>>;

struct Idle {
    line: Line,
    since: Moment,
}

/// A connection.
struct Line {
    to: Arc<str>,
    sender: SendRequest<Outgoing>,
    driver: Pin<Box<Connection<TokioIo<Portions<TcpStream>>, Outgoing>>>,
}

/// The body of an answer. Read to its end, it gives its connection back; dropped before, it closes it.
pub(crate) struct Answered {
    body: Incoming,
    line: Option<Line>,
    hop: Option<(Near, BodyWait)>,
    // The far side is none of ours: time stands until its body has been read.
    busy: Option<Busy>,
    // What was read before anybody asked for it.
    held: Option<Result<Frame<Bytes>, hyper::Error>>,
    home: Arc<Upstream>,
}

/// Bodies up to this size are looked for behind the head at once: an answer that came in one piece need not be streamed.
const SMALL: u64 = 16 * 1024;

impl Upstream {
    /// No connections yet.
    pub(crate) fn new(clock: &Clock) -> Upstream {
        Upstream {
            clock: clock.clone(),
            shards: Default::default(),
        }
    }

    /// Sends `request`, whose URI is absolute, and waits for the head of the answer. `in_process` as in [`wire::Client::send`].
    pub(crate) async fn send(
        self: &Arc<Self>,
        mut request: Request<Outgoing>,
        in_process: bool,
    ) -> Result<Response<policy::Body>, SendError> {
        let near = if in_process { self.clock.hop() } else { None };
        let busy = (near.is_none() && self.clock.is_virtual()).then(|| self.clock.busy());
        let exchanged = match &near {
            None => self.exchange(request).await,
            Some(near) => {
                request.headers_mut().insert(HOP, HeaderValue::from(near.id()));
                near.head(self.exchange(request)).await
            }
        };
        let (response, line) = exchanged?;
        Ok(response.map(|body| {
            let hop = near.map(|near| (near, BodyWait::default()));
            Answered {
                body,
                line,
                hop,
                busy,
                held: None,
                home: self.clone(),
            }
            .into_body()
        }))
    }

    async fn exchange(
        &self,
        mut request: Request<Outgoing>,
    ) -> Result<(Response<Incoming>, Option<Line>), SendError> {
        let uri = std::mem::take(request.uri_mut());
        *request.uri_mut() = origin_form(&uri);
        let authority = uri.authority().map_or("", |it| it.as_str());
        loop {
            let (line, is_fresh) = match self.take(authority) {
                Some(line) => (line, false),
                None => (Box::pin(connect(&uri, authority)).await?, true),
            };
            match line.exchange(request).await {
                Ok(done) => return Ok(done),
                // The other side closed it before it took the request: as if it had never been there.
                Err((_, Some(unsent))) if !is_fresh => request = unsent,
                Err((error, _)) => return Err(error),
            }
        }
    }

    fn take(&self, authority: &str) -> Option<Line> {
        let mut shard = self.shard().lock();
        let idle = shard.get_mut(authority)?;
        while let Some(Idle { mut line, .. }) = idle.pop() {
            if line.is_ready() {
                return Some(line);
            }
        }
        None
    }

    fn put(&self, mut line: Line) {
        if !line.is_ready() {
            return;
        }
        let now = self.clock.now();
        let mut shard = self.shard().lock();
        let to = line.to.clone();
        let idle = shard.entry(to).or_default();
        // In manual time an idle connection outlives any jump.
        if !self.clock.is_virtual() && idle.first().is_some_and(|oldest| now.since(oldest.since) >= IDLE) {
            idle.retain(|idle| now.since(idle.since) < IDLE);
        }
        idle.push(Idle { line, since: now });
    }

    fn shard(&self) -> &Mutex<Shard> {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
        }
        &self.shards[THREAD.with(|thread| *thread) % SHARDS]
    }
}

impl Line {
    // Sends a request and reads the head of its answer; the request comes back if nothing of it was sent.
    async fn exchange(
        self,
        request: Request<Outgoing>,
    ) -> Result<(Response<Incoming>, Option<Line>), (SendError, Option<Request<Outgoing>>)> {
        let Line {
            to,
            mut sender,
            driver,
        } = self;
        let mut driver = Some(driver);
        let mut answer = pin!(sender.try_send_request(request));
        let answered = poll_fn(|context| {
            if let Some(it) = &mut driver
                && it.as_mut().poll(context).is_ready()
            {
                // Gone; that makes the answer an error unless it is here already.
                driver = None;
            }
            // Nobody but the driver can bring the answer, so nobody need wake us for it.
            answer.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        });
        match answered.await {
            // An answer can be the last of its connection.
            Ok(response) => Ok((response, driver.map(|driver| Line { to, sender, driver }))),
            Err(mut error) => {
                let unsent = error.take_message();
                Err((broken(error.into_error()), unsent))
            }
        }
    }

    // Whether it can take a request. Looks for a close that nobody has noticed.
    fn is_ready(&mut self) -> bool {
        let mut nobody = Context::from_waker(Waker::noop());
        self.driver.as_mut().poll(&mut nobody).is_pending() && self.sender.is_ready()
    }
}

impl Answered {
    // An empty body of an answer is a body all the same. In manual time nothing may depend on how bytes come in pieces.
    fn into_body(mut self) -> policy::Body {
        if self.body.is_end_stream() {
            self.end();
            return policy::Body::Full(Bytes::new());
        }
        let is_small = self.body.size_hint().exact().is_some_and(|size| size <= SMALL);
        if is_small
            && !self.home.clock.is_virtual()
            && let Poll::Ready(Some(frame)) = self.poll_line(&mut Context::from_waker(Waker::noop()))
        {
            match frame.map(Frame::into_data) {
                Ok(Ok(data)) if self.body.is_end_stream() => {
                    self.end();
                    return policy::Body::Full(data);
                }
                Ok(Ok(data)) => self.held = Some(Ok(Frame::data(data))),
                Ok(Err(trailers)) => self.held = Some(Ok(trailers)),
                Err(error) => self.held = Some(Err(error)),
            }
        }
        policy::Body::Stream(policy::Stream::new(self))
    }

    fn end(&mut self) {
        if let Some(line) = self.line.take() {
            self.home.put(line);
        }
        self.hop = None;
        self.busy = None;
    }

    fn poll_line(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if let Some(held) = self.held.take() {
            return Poll::Ready(Some(held));
        }
        let mut nobody = Context::from_waker(Waker::noop());
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(&mut nobody) {
            return Poll::Ready(frame);
        }
        if let Some(line) = &mut self.line
            && line.driver.as_mut().poll(context).is_ready()
        {
            self.line = None;
        }
        Pin::new(&mut self.body).poll_frame(&mut nobody)
    }
}

impl Body for Answered {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        let polled = match this.hop.take() {
            Some((near, mut wait)) => {
                let polled = near.poll_body(&mut wait, || this.poll_line(context));
                this.hop = Some((near, wait));
                polled
            }
            None => this.poll_line(context),
        };
        let Poll::Ready(frame) = polled else {
            return Poll::Pending;
        };
        match &frame {
            Some(Ok(frame)) => {
                if let (Some((near, _)), Some(data)) = (&this.hop, frame.data_ref()) {
                    near.received(data.len());
                }
                // The end of a body of known length needs no further look.
                if this.is_end_stream() {
                    this.end();
                }
            }
            Some(Err(_)) => {
                this.line = None;
                this.end();
            }
            None => this.end(),
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        if let Some(Ok(data)) = self
            .held
            .as_ref()
            .map(|held| held.as_ref().map(|it| it.data_ref().map_or(0, Bytes::len)))
            && let Some(rest) = hint.exact()
        {
            hint = SizeHint::with_exact(rest + data as u64);
        }
        hint
    }
}

async fn connect(uri: &Uri, authority: &str) -> Result<Line, SendError> {
    let failed = |failure, error: &dyn std::fmt::Display| SendError {
        failure,
        message: error.to_string(),
    };
    let host = uri
        .host()
        .unwrap_or_default()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let addresses = tokio::net::lookup_host((host, uri.port_u16().unwrap_or(80))).await;
    let addresses = addresses.map_err(|error| failed(Failure::Name, &error))?;
    let mut last = failed(Failure::Name, &"no address");
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // Requests are written whole; waiting to fill a packet only delays them.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "no TCP_NODELAY");
                }
                let shaken = http1::Builder::new()
                    .handshake(TokioIo::new(Portions::new(stream)))
                    .await;
                let (sender, driver) = shaken.map_err(|error| failed(Failure::Broken, &error))?;
                return Ok(Line {
                    to: authority.into(),
                    sender,
                    driver: Box::pin(driver),
                });
            }
            Err(error) => last = failed(Failure::Connect, &error),
        }
    }
    Err(last)
}

fn origin_form(uri: &Uri) -> Uri {
    let mut parts = http::uri::Parts::default();
    parts.path_and_query = uri.path_and_query().cloned();
    Uri::from_parts(parts).unwrap_or_default()
}

fn broken(error: impl std::fmt::Display) -> SendError {
    SendError {
        failure: Failure::Broken,
        message: error.to_string(),
    }
}
