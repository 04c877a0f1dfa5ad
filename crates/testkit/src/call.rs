//! The caller's side: requests to the gateway, and what came back.

use bytes::Bytes;
use clock::{Clock, Moment};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use wire::{Received, SendError};

pub(crate) type Client = wire::Client<Full<Bytes>>;

/// A request to the gateway that is being put together. Made by [`Apimite::call`](crate::Apimite::call).
#[must_use = "a call does nothing until it is sent"]
pub struct Call {
    pub(crate) client: Arc<Client>,
    pub(crate) clock: Clock,
    pub(crate) base: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Call {
    /// With one more header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Call {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With a subscription key in the default header.
    pub fn key(self, key: impl Into<String>) -> Call {
        self.header("Ocp-Apim-Subscription-Key", key)
    }

    /// With a body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Call {
        self.body = body.into();
        self
    }

    /// With a JSON body.
    pub fn json(self, value: &serde_json::Value) -> Call {
        self.header("content-type", "application/json")
            .body(value.to_string())
    }

    /// Sends the request and reads the whole answer.
    ///
    /// # Panics
    /// When no answer came. Use [`Call::try_send`] where that is expected.
    pub async fn send(self) -> Response {
        let what = format!("{} {}", self.method, self.path);
        match self.try_send().await {
            Ok(response) => response,
            Err(error) => panic!("{what} brought no answer: {error}"),
        }
    }

    /// Sends the request and reads the whole answer; a connection that broke before its head is an error.
    pub async fn try_send(self) -> Result<Response, SendError> {
        let clock = self.clock.clone();
        clock.serve(self.exchange()).await
    }

    /// Sends the request, but leaves without reading the answer once `patience` has passed on the clock. `None` says
    /// that the caller left.
    pub async fn send_for(self, patience: Duration) -> Option<Result<Response, SendError>> {
        let clock = self.clock.clone();
        let inner = clock.clone();
        clock
            .serve(async move { inner.timeout(patience, self.exchange()).await })
            .await
    }

    /// Sends the request in the background, for tests that move manual time meanwhile.
    pub fn start(self) -> Started {
        let clock = self.clock.clone();
        Started {
            task: tokio::spawn(clock.serve(self.exchange())),
        }
    }

    /// Sends the request, at once, and hands the answer out piece by piece.
    pub fn stream(self) -> impl Future<Output = Result<Streaming, SendError>> + Send {
        let clock = self.clock.clone();
        let (sender, pieces) = mpsc::unbounded_channel();
        let (head_sender, head) = oneshot::channel();
        let inner = clock.clone();
        let task = tokio::spawn(clock.serve(async move {
            let mut body = match self.head().await {
                Ok(response) => {
                    let (parts, body) = response.into_parts();
                    // Whoever asked may have gone: then nobody wants the rest either.
                    if head_sender.send(Ok(parts)).is_err() {
                        return;
                    }
                    body
                }
                Err(error) => return drop(head_sender.send(Err(error))),
            };
            while let Some(frame) = body.frame().await {
                let data = frame
                    .map(|frame| frame.into_data().unwrap_or_default())
                    .map_err(|error| error.to_string());
                if sender
                    .send(Piece {
                        at: inner.now(),
                        data,
                    })
                    .is_err()
                {
                    return;
                }
            }
        }));
        async move {
            match head.await {
                Ok(Ok(parts)) => Ok(Streaming {
                    status: parts.status.as_u16(),
                    headers: parts.headers,
                    pieces,
                    task,
                }),
                Ok(Err(error)) => Err(error),
                Err(_) => panic!("the call ended before its head was here"),
            }
        }
    }

    async fn exchange(self) -> Result<Response, SendError> {
        let clock = self.clock.clone();
        let began = clock.now();
        let (parts, mut body) = self.head().await?.into_parts();
        let mut data = Vec::new();
        let mut whole = true;
        while let Some(frame) = body.frame().await {
            match frame.map(http_body::Frame::into_data) {
                Ok(Ok(piece)) => data.extend_from_slice(&piece),
                Ok(Err(_trailers)) => (),
                Err(_) => whole = false,
            }
        }
        let reason = parts.extensions.get::<hyper::ext::ReasonPhrase>();
        Ok(Response {
            status: parts.status.as_u16(),
            reason: reason.map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned()),
            headers: parts.headers,
            body: data.into(),
            whole,
            took: clock.now().since(began),
        })
    }

    async fn head(self) -> Result<http::Response<Received>, SendError> {
        let uri = format!("{}{}", self.base, self.path);
        let method = Method::from_bytes(self.method.as_bytes())
            .unwrap_or_else(|_| panic!("`{}` is no method", self.method));
        let request = Request::builder()
            .method(method)
            .uri(&uri)
            .body(Full::new(self.body));
        let mut request = request.unwrap_or_else(|error| panic!("`{uri}`: {error}"));
        for (name, value) in &self.headers {
            let name =
                HeaderName::try_from(name.as_str()).unwrap_or_else(|_| panic!("`{name}` is no header name"));
            let value = HeaderValue::from_bytes(value.as_bytes())
                .unwrap_or_else(|_| panic!("`{value}` is no header value"));
            request.headers_mut().append(name, value);
        }
        self.client.send(request, true).await
    }
}

/// A request that runs in the background.
#[derive(Debug)]
pub struct Started {
    task: JoinHandle<Result<Response, SendError>>,
}

impl Started {
    /// Whether the answer is here.
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// Waits for the answer. In manual time somebody else must move it.
    ///
    /// # Panics
    /// When no answer came.
    pub async fn answer(self) -> Response {
        match self.task.await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => panic!("no answer: {error}"),
            Err(error) => panic!("the call ended early: {error}"),
        }
    }

    /// Leaves: the connection is closed without reading an answer.
    pub async fn abandon(self) {
        self.task.abort();
        // An error is what an aborted task gives.
        let _ = self.task.await;
    }
}

/// The whole answer to a call.
#[derive(Debug, Clone)]
pub struct Response {
    status: u16,
    reason: Option<String>,
    headers: HeaderMap,
    body: Bytes,
    whole: bool,
    took: Duration,
}

impl Response {
    /// Status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Reason phrase, if it is not the standard one.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The first line of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether the body came to its end; `false` when the connection was cut.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// How much time of the clock passed.
    pub fn took(&self) -> Duration {
        self.took
    }
}

/// An answer that is read piece by piece as it arrives. Dropping it closes the connection.
#[derive(Debug)]
pub struct Streaming {
    status: u16,
    headers: HeaderMap,
    pieces: mpsc::UnboundedReceiver<Piece>,
    task: JoinHandle<()>,
}

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// When it came.
    pub at: Moment,
    /// The bytes as they came off the wire, or how the connection broke.
    pub data: Result<Bytes, String>,
}

impl Piece {
    /// The bytes as text; empty if the connection broke.
    pub fn text(&self) -> String {
        self.data
            .as_ref()
            .map(|data| String::from_utf8_lossy(data).into_owned())
            .unwrap_or_default()
    }
}

impl Streaming {
    /// Status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The first line of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The next piece; `None` at the end. In manual time somebody else must move it.
    pub async fn frame(&mut self) -> Option<Piece> {
        self.pieces.recv().await
    }

    /// Every piece that is here and has not been looked at. See [`Apimite::settle`](crate::Apimite::settle).
    pub fn arrived(&mut self) -> Vec<Piece> {
        std::iter::from_fn(|| self.pieces.try_recv().ok()).collect()
    }

    /// Leaves in the middle: the connection is closed.
    pub async fn leave(mut self) {
        self.task.abort();
        // An error is what an aborted task gives.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Streaming {
    fn drop(&mut self) {
        self.task.abort();
    }
}
