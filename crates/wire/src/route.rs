//! How a connection is made: straight to the server, or through a proxy.

use crate::BoxError;
use crate::portions::Portions;
use http::{HeaderValue, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use pin_project_lite::pin_project;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::Service;

/// A proxy on the way to a server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Proxy {
    /// Where it is: `http`, host and port.
    pub url: Uri,
    /// `Proxy-Authorization`.
    pub authorization: Option<HeaderValue>,
}

/// Makes connections.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    connector: HttpConnector,
    proxy: Option<Proxy>,
}

/// Bytes of a proxy's answer to `CONNECT`.
const HEAD: usize = 16 * 1024;

impl Route {
    pub(crate) fn new(connector: HttpConnector, proxy: Option<Proxy>) -> Route {
        Route { connector, proxy }
    }
}

impl Service<Uri> for Route {
    type Response = Line;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Line, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let Some(proxy) = self.proxy.clone() else {
            let connecting = self.connector.call(to);
            return Box::pin(async move { Ok(Line::new(connecting.await?.into_inner(), false)) });
        };
        let connecting = self.connector.call(proxy.url.clone());
        Box::pin(async move {
            let stream = connecting.await?.into_inner();
            // What is not encrypted is asked of the proxy itself.
            if to.scheme() != Some(&http::uri::Scheme::HTTPS) {
                return Ok(Line::new(stream, true));
            }
            let stream = tunnel(stream, &to, &proxy).await?;
            Ok(Line::new(stream, false))
        })
    }
}

async fn tunnel(mut stream: TcpStream, to: &Uri, proxy: &Proxy) -> Result<TcpStream, BoxError> {
    let place = format!(
        "{}:{}",
        to.host().unwrap_or_default(),
        to.port_u16().unwrap_or(443)
    );
    let mut request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n").into_bytes();
    if let Some(authorization) = &proxy.authorization {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(authorization.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await?;
    // Byte by byte up to the end of the head: what follows belongs to the server behind.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= HEAD {
            return Err("the proxy's answer has no end".into());
        }
        head.push(stream.read_u8().await?);
    }
    let line = String::from_utf8_lossy(&head);
    let line = line.lines().next().unwrap_or_default();
    match line.split(' ').nth(1) {
        Some(status) if status.starts_with('2') => Ok(stream),
        _ => Err(format!("the proxy refused the connection: {line}").into()),
    }
}

pin_project! {
    /// A connection.
    pub(crate) struct Line {
        #[pin]
        stream: TokioIo<Portions<TcpStream>>,
        is_proxied: bool,
    }
}

impl Line {
    fn new(stream: TcpStream, is_proxied: bool) -> Line {
        let stream = TokioIo::new(Portions::new(stream));
        Line { stream, is_proxied }
    }
}

impl Connection for Line {
    fn connected(&self) -> Connected {
        self.stream.inner().inner().connected().proxy(self.is_proxied)
    }
}

impl Read for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        self.project().stream.poll_read(context, buffer)
    }
}

impl Write for Line {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.project().stream.poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().stream.poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().stream.poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().stream.poll_write_vectored(context, slices)
    }
}
