use crate::plane::Plane;
use crate::proxy::{Whose, connect, is_loopback, whose};
use crate::traffic::{Fate, Traffic};
use bytes::Bytes;
use clock::Clock;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::server::TlsStream;
use wire::{Authority, ClockTimer, ServerTls};

/// Where the hosts of a service really are.
#[derive(Debug, Clone, Copy)]
pub struct Hosts {
    /// The gateway, for `*.azure-api.net`.
    pub gateway: SocketAddr,
    /// The mock model servers, if there are any.
    pub foundry: Option<SocketAddr>,
}

/// The socket of the management plane. The first byte of a connection says what it is: TLS is for the plane itself, anything else
/// is a request to a proxy.
pub struct Door {
    plane: Arc<Plane>,
    tls: ServerTls,
    pem: String,
    hosts: Hosts,
    offline: bool,
    traffic: Arc<Traffic>,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Door")
    }
}

/// The largest request that is read: templates hold whole documents, escaped twice.
const BODY: usize = 64 * 1024 * 1024;
/// The largest head of a request to the proxy.
const HEAD: usize = 16 * 1024;
/// How long a connection may say nothing.
const PATIENCE: Duration = Duration::from_secs(75);

impl Door {
    /// A door to `plane`. With `offline` no connection leads out of this machine. `traffic` counts what it is asked for.
    pub fn new(
        plane: Arc<Plane>,
        authority: Arc<Authority>,
        hosts: Hosts,
        offline: bool,
        traffic: Arc<Traffic>,
    ) -> Door {
        let pem = authority.pem().to_owned();
        Door {
            plane,
            tls: ServerTls::http1(Arc::new(move |host| authority.identity(host))),
            pem,
            hosts,
            offline,
            traffic,
        }
    }

    /// Certificate of the authority, for clients.
    pub fn pem(&self) -> &str {
        &self.pem
    }
}

/// Serves until `shutdown` resolves.
pub async fn serve(door: Arc<Door>, listener: TcpListener, shutdown: impl Future<Output = ()>) {
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let door = door.clone();
                    connections.spawn(async move {
                        if let Err(error) = door.connection(stream).await {
                            tracing::debug!(%error, "connection ended");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::task::yield_now().await;
                }
            },
            Some(_) = connections.join_next() => (),
            () = &mut shutdown => break,
        }
    }
    connections.shutdown().await;
}

impl Door {
    async fn connection(self: Arc<Self>, mut stream: TcpStream) -> std::io::Result<()> {
        // Clients go by the wall clock, whatever the service's own shows.
        let clock = Clock::real();
        stream.set_nodelay(true)?;
        let mut first = [0];
        match clock.timeout(PATIENCE, stream.peek(&mut first)).await {
            Some(Ok(1)) => (),
            Some(Err(error)) => return Err(error),
            _ => return Ok(()),
        }
        // The first byte of a TLS handshake.
        if first[0] == 0x16 {
            return self.encrypted(stream, None).await;
        }
        let Some(head) = head(&clock, &mut stream).await? else {
            return say(
                &mut stream,
                400,
                "Bad Request",
                "this is no request that is understood here",
            )
            .await;
        };
        let Some((host, port)) = connect(&head) else {
            return self.unproxied(&mut stream, &head).await;
        };
        let who = if port == 443 {
            whose(&host)
        } else {
            Whose::Elsewhere
        };
        if who == Whose::Elsewhere {
            return self.elsewhere_to(stream, &host, port).await;
        }
        self.traffic.note(Fate::Answered, &host);
        stream
            .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .await?;
        self.encrypted(stream, Some(host)).await
    }

    /// A connection to somebody else.
    async fn elsewhere_to(&self, mut stream: TcpStream, host: &str, port: u16) -> std::io::Result<()> {
        if self.offline && !is_loopback(host) {
            self.traffic.note(Fate::Refused, host);
            tracing::info!(host, "refused: nothing leaves this machine");
            let message = format!(
                "{host} is no host of Azure that is served here, and nothing leaves this machine (--offline)"
            );
            return say(&mut stream, 403, "Forbidden", &message).await;
        }
        self.traffic.note(Fate::Tunnelled, host);
        match TcpStream::connect((host, port)).await {
            Ok(mut other) => {
                stream
                    .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    .await?;
                copy_bidirectional(&mut stream, &mut other).await.map(drop)
            }
            Err(error) => {
                say(
                    &mut stream,
                    502,
                    "Bad Gateway",
                    &format!("cannot connect to {host}: {error}"),
                )
                .await
            }
        }
    }

    /// What is asked without TLS and without being for somebody else.
    async fn unproxied(&self, stream: &mut TcpStream, head: &str) -> std::io::Result<()> {
        match head.split(' ').nth(1) {
            Some("/ca.pem") => say(stream, 200, "OK", &self.pem).await,
            _ => {
                say(
                    stream,
                    400,
                    "Bad Request",
                    "this is the management plane: call it with https, or use it as a proxy of https",
                )
                .await
            }
        }
    }

    async fn encrypted(self: Arc<Self>, stream: TcpStream, asked: Option<String>) -> std::io::Result<()> {
        let clock = Clock::real();
        let Some(stream) = clock.timeout(PATIENCE, self.tls.accept(stream)).await else {
            return Ok(());
        };
        let mut stream = stream?;
        let named = stream.get_ref().1.server_name().map(str::to_owned);
        let host = asked.or(named);
        let who = host.as_deref().map_or(Whose::Management, whose);
        let other = match who {
            Whose::Gateway => Some(self.hosts.gateway),
            Whose::Foundry => self.hosts.foundry,
            _ => None,
        };
        match other {
            // What is inside is passed on as it is: also what is streamed, also what is no HTTP any more.
            Some(address) => {
                let mut other = TcpStream::connect(address).await?;
                other.set_nodelay(true)?;
                copy_bidirectional(&mut stream, &mut other).await.map(drop)
            }
            None => self.requests(stream, who).await,
        }
    }

    async fn requests(self: Arc<Self>, stream: TlsStream<TcpStream>, who: Whose) -> std::io::Result<()> {
        let service = service_fn(move |request: Request<Incoming>| {
            let door = self.clone();
            async move { Ok::<_, Infallible>(door.answer(who, request).await) }
        });
        let mut builder = hyper::server::conn::http1::Builder::new();
        builder
            .timer(ClockTimer::new(&Clock::real()))
            .header_read_timeout(PATIENCE);
        let served = builder.serve_connection(TokioIo::new(stream), service).await;
        served.map_err(std::io::Error::other)
    }

    async fn answer(self: Arc<Self>, who: Whose, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = match Limited::new(body, BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => {
                let message = format!("The request content could not be read: {error}.");
                return refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestContentTooLarge", &message);
            }
        };
        let request = Request::from_parts(parts, body);
        let door = self.clone();
        let clock = Clock::real();
        let begin = clock.now();
        // Loading a service takes its time, and others want to be served meanwhile.
        let done = tokio::task::spawn_blocking(move || door.respond(who, request)).await;
        self.traffic.answered(clock.now().since(begin));
        match done {
            Ok(response) => response.map(Full::new),
            Err(error) => {
                tracing::error!(%error, "a request was not answered");
                refusal(
                    StatusCode::BAD_REQUEST,
                    "NotSupported",
                    "This request is not understood here.",
                )
            }
        }
    }

    fn respond(&self, who: Whose, request: Request<Bytes>) -> Response<Bytes> {
        match who {
            Whose::Login => self.plane.issuer.respond("https", &request),
            Whose::Graph => self.plane.respond_graph(request),
            Whose::Vault => self.plane.respond_vault(request),
            Whose::Logs => self.plane.respond_logs(request),
            Whose::Prices => self.plane.respond_prices(request),
            Whose::Nobody | Whose::Gateway | Whose::Foundry => {
                let host = request
                    .headers()
                    .get(HOST)
                    .and_then(|it| it.to_str().ok())
                    .unwrap_or_default();
                let message = format!("'{host}' is not served here.");
                refusal(StatusCode::NOT_FOUND, "NotFound", &message).map(|_| {
                    Bytes::from(json!({ "error": { "code": "NotFound", "message": message } }).to_string())
                })
            }
            // Somebody who calls this machine itself means either of the two.
            Whose::Elsewhere if is_sign_in(request.uri().path()) => {
                self.plane.issuer.respond("https", &request)
            }
            Whose::Management if is_sign_in(request.uri().path()) => {
                self.plane.issuer.respond("https", &request)
            }
            Whose::Elsewhere | Whose::Management => self.plane.respond(request),
        }
    }
}

fn is_sign_in(path: &str) -> bool {
    let mut parts = path.split('/').filter(|it| !it.is_empty()).skip(1);
    let next = parts.next();
    matches!(next, Some("oauth2" | ".well-known" | "discovery" | "userrealm"))
        || (next == Some("v2.0") && parts.next() == Some(".well-known"))
        || path == "/msi/token"
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Response<Full<Bytes>> {
    let body = json!({ "error": { "code": code, "message": message } }).to_string();
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// The head of a request to a proxy; `None` if it is too large or ends too early.
async fn head(clock: &Clock, stream: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut head = Vec::new();
    let reading = async {
        // Byte by byte: what follows belongs to whoever is behind.
        while !head.ends_with(b"\r\n\r\n") {
            if head.len() >= HEAD {
                return Ok(None);
            }
            head.push(stream.read_u8().await?);
        }
        Ok(Some(()))
    };
    match clock.timeout(PATIENCE, reading).await {
        Some(Ok(Some(()))) => Ok(Some(String::from_utf8_lossy(&head).into_owned())),
        Some(Ok(None)) | None => Ok(None),
        Some(Err(error)) => Err(error),
    }
}

async fn say(stream: &mut TcpStream, status: u16, reason: &str, text: &str) -> std::io::Result<()> {
    let answer = format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}
