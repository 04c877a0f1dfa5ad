use crate::answer::answer;
use crate::doors::{CallerCertificates, ServerTls};
use crate::portions::Portions;
use crate::{BoxError, ClockTimer};
use bytes::Bytes;
use clock::Clock;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a connection may stay without a whole request head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long requests in flight may go on after `shutdown`.
const GRACE: Duration = Duration::from_secs(10);

/// Says how the next connection speaks TLS.
pub type TlsSource = Arc<dyn Fn() -> ServerTls + Send + Sync>;

/// Serves `service` on `listener`, HTTP/1.1 and HTTP/2 without TLS, until `shutdown` resolves; then takes no new
/// connection and lets requests in flight end. An error of the service, or of the body that it answers with, breaks the
/// connection.
pub async fn serve<S, F, B, E>(
    listener: TcpListener,
    clock: Clock,
    service: S,
    shutdown: impl Future<Output = ()>,
) where
    S: Fn(SocketAddr, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<B>, E>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    E: Into<BoxError> + 'static,
{
    serve_on(&[], None, listener, clock, service, shutdown).await;
}

/// [`serve`], with connections dealt out to runtimes: whatever serves a request then runs on the thread of its connection, which
/// saves the hand-over between threads. Without `workers` everything runs here. With `tls` connections are encrypted, each as that
/// says at its time.
pub async fn serve_on<S, F, B, E>(
    workers: &[Handle],
    tls: Option<TlsSource>,
    listener: TcpListener,
    clock: Clock,
    service: S,
    shutdown: impl Future<Output = ()>,
) where
    S: Fn(SocketAddr, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<B>, E>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    E: Into<BoxError> + 'static,
{
    let here = Handle::current();
    let mut dealt = workers.iter().cycle();
    let builder = builder(&clock);
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                // Out of file descriptors or the like: this connection is lost, the listener is not.
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::task::yield_now().await;
                    continue;
                }
            },
            () = &mut shutdown => break,
        };
        let connection = Connection {
            clock: clock.clone(),
            service: service.clone(),
            peer,
            builder: builder.clone(),
            watcher: graceful.watcher(),
            tls: tls.as_ref().map(|tls| tls()),
        };
        let stream = prepared(stream);
        match dealt.next() {
            None => drop(here.spawn(connection.serve(stream))),
            Some(worker) => connection.serve_on(worker, stream),
        }
    }
    drop(listener);
    clock.timeout(GRACE, graceful.shutdown()).await;
}

/// A connection that was accepted.
struct Connection<S> {
    clock: Clock,
    service: S,
    peer: SocketAddr,
    builder: Builder<TokioExecutor>,
    watcher: Watcher,
    tls: Option<ServerTls>,
}

impl<S, F, B, E> Connection<S>
where
    S: Fn(SocketAddr, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<B>, E>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    E: Into<BoxError> + 'static,
{
    // A socket is watched by the runtime in which it was made, or made again.
    fn serve_on(self, worker: &Handle, stream: TcpStream) {
        let stream = match stream.into_std() {
            Ok(stream) => stream,
            Err(error) => return tracing::warn!(%error, "could not serve a connection"),
        };
        worker.spawn(async move {
            match TcpStream::from_std(stream) {
                Ok(stream) => self.serve(stream).await,
                Err(error) => tracing::warn!(%error, "could not serve a connection"),
            }
        });
    }

    async fn serve(mut self, stream: TcpStream) {
        let Some(tls) = self.tls.take() else {
            return self.speak(stream, None).await;
        };
        let shaking = TlsAcceptor::from(tls.config).accept(stream);
        // A handshake is no reason for manual time to move.
        let shaken = match self.clock.is_virtual() {
            true => Some(shaking.await),
            false => self.clock.timeout(HANDSHAKE, shaking).await,
        };
        match shaken {
            Some(Ok(stream)) => {
                let caller = caller(&stream);
                self.speak(stream, caller).await;
            }
            Some(Err(error)) => tracing::debug!(%error, "no TLS connection"),
            None => tracing::debug!("no TLS connection in time"),
        }
    }

    async fn speak(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        caller: Option<CallerCertificates>,
    ) {
        let (clock, service, peer) = (self.clock, self.service, self.peer);
        let each = service_fn(move |mut request: Request<Incoming>| {
            if let Some(caller) = &caller {
                request.extensions_mut().insert(caller.clone());
            }
            answer(&clock, &service, peer, request)
        });
        let connection = self
            .builder
            .serve_connection(TokioIo::new(Portions::new(stream)), each);
        if let Err(error) = self.watcher.watch(connection.into_owned()).await {
            tracing::debug!(%error, "connection ended");
        }
    }
}

// What the caller has shown.
fn caller(stream: &TlsStream<TcpStream>) -> Option<CallerCertificates> {
    let chain = stream.get_ref().1.peer_certificates()?;
    let chain: Vec<Vec<u8>> = chain.iter().map(|it| it.as_ref().to_vec()).collect();
    (!chain.is_empty()).then(|| CallerCertificates(chain.into()))
}

fn builder(clock: &Clock) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http2().timer(ClockTimer::new(clock));
    builder
        .http1()
        .timer(ClockTimer::new(clock))
        .auto_date_header(false);
    // In manual time an idle connection must outlive any jump.
    let head_timeout = (!clock.is_virtual()).then_some(HEAD_TIMEOUT);
    builder.http1().header_read_timeout(head_timeout);
    builder.http2().auto_date_header(false);
    builder
}

fn prepared(stream: TcpStream) -> TcpStream {
    // Answers are written whole; waiting to fill a packet only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    stream
}
