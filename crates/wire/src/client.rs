use crate::identity::Identity;
use crate::route::{Proxy, Route};
use crate::tls::{self, Verification};
use crate::{BoxError, ClockTimer, HOP, Received};
use bytes::Bytes;
use clock::Clock;
use http::header::PROXY_AUTHORIZATION;
use http::{HeaderValue, Request, Response};
use http_body::Body;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

/// How a [`Client`] talks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ClientOptions {
    /// What is checked of a server's certificate.
    pub verification: Verification,
    /// HTTP version.
    pub version: Version,
    /// What a server that asks is shown.
    pub identity: Option<Identity>,
    /// Certificates of authorities in DER that are trusted besides the public ones.
    pub authorities: Arc<[Vec<u8>]>,
    /// What stands between.
    pub proxy: Option<Proxy>,
}

/// HTTP version towards a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Version {
    /// HTTP/1.1.
    #[default]
    One,
    /// HTTP/2 where TLS offers it, HTTP/1.1 otherwise.
    TwoOrOne,
    /// HTTP/2, also without TLS.
    Two,
}

/// A client with a pool of connections that are kept alive. `B` is the body that it sends.
pub struct Client<B> {
    inner: legacy::Client<HttpsConnector<Route>, B>,
    // Of a proxy that is asked itself.
    authorization: Option<HeaderValue>,
    clock: Clock,
}

impl<B> Client<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    /// A client on `clock`.
    pub fn new(clock: &Clock, options: ClientOptions) -> Client<B> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls::config(&options))
            .https_or_http();
        let authorization = options.proxy.as_ref().and_then(|it| it.authorization.clone());
        let http = Route::new(http, options.proxy);
        let connector = match options.version {
            Version::One => https.enable_http1().wrap_connector(http),
            Version::TwoOrOne => https.enable_all_versions().wrap_connector(http),
            Version::Two => https.enable_http2().wrap_connector(http),
        };
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder
            .http2_only(options.version == Version::Two)
            .pool_timer(ClockTimer::new(clock))
            .timer(ClockTimer::new(clock))
            // In manual time an idle connection must outlive any jump.
            .pool_idle_timeout((!clock.is_virtual()).then_some(Duration::from_secs(60)))
            .set_host(true);
        Client {
            inner: builder.build(connector),
            authorization,
            clock: clock.clone(),
        }
    }

    /// Sends `request`, whose URI is absolute, and waits for the head of the response. `in_process` says that the server is served by this
    /// process on this clock, so that manual time may move while it waits.
    pub async fn send(
        &self,
        mut request: Request<B>,
        in_process: bool,
    ) -> Result<Response<Received>, SendError> {
        if let Some(authorization) = &self.authorization
            && request.uri().scheme() == Some(&http::uri::Scheme::HTTP)
        {
            request
                .headers_mut()
                .insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        let near = if in_process { self.clock.hop() } else { None };
        let Some(near) = near else {
            let busy = self.clock.is_virtual().then(|| self.clock.busy());
            let response = self.inner.request(request).await.map_err(SendError::of)?;
            return Ok(response.map(|body| Received::new(body, None, busy)));
        };
        request.headers_mut().insert(HOP, HeaderValue::from(near.id()));
        let response = near
            .head(self.inner.request(request))
            .await
            .map_err(SendError::of)?;
        Ok(response.map(|body| Received::new(body, Some(near), None)))
    }
}

/// A call that brought no response.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SendError {
    /// What failed.
    pub failure: Failure,
    /// The transport's own words.
    pub message: String,
}

/// What failed of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The name could not be resolved.
    Name,
    /// No connection was made.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// The connection broke before the head of the response.
    Broken,
}

impl SendError {
    fn of(error: legacy::Error) -> SendError {
        let chain = chain(&error);
        let is_tls = has::<rustls::Error>(&error);
        let failure = match () {
            () if is_tls => Failure::Tls,
            () if error.is_connect() && chain.contains("dns error") => Failure::Name,
            () if error.is_connect() => Failure::Connect,
            () => Failure::Broken,
        };
        SendError {
            failure,
            message: chain,
        }
    }
}

fn has<T: std::error::Error + 'static>(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<T>() {
            return true;
        }
        // An I/O error hides what it was made from behind `get_ref`.
        if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(|io| io.get_ref())
            && (inner.is::<T>() || has::<T>(inner))
        {
            return true;
        }
        next = error.source();
    }
    false
}

fn chain(error: &legacy::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let words = error.to_string();
        if !text.ends_with(&words) {
            text = format!("{text}: {words}");
        }
        next = error.source();
    }
    text
}
