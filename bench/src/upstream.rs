use crate::load::{LARGE, Payload};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

type Body = http_body_util::combinators::UnsyncBoxBody<Bytes, Infallible>;

/// Frames of a streamed answer.
pub(crate) const FRAMES: usize = 20;

const ANSWER: &str = r#"{"choices":[{"finish_reason":"stop","index":0,"message":{"content":"A fixed answer that is about as long as a short reply of a chat model, so that headers and body weigh as they do in use.","role":"assistant"}}],"created":1767225600,"id":"chatcmpl-0","model":"gpt-4o-mini-2024-07-18","object":"chat.completion","usage":{"completion_tokens":27,"prompt_tokens":31,"total_tokens":58}}"#;

/// Starts the fixed server in threads of its own, so that it shares nothing with the load but the machine.
pub(crate) async fn start() -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let listener = listener.into_std()?;
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(runtime) = runtime {
            runtime.block_on(accept(listener));
        }
    });
    Ok(address)
}

async fn accept(listener: std::net::TcpListener) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).ok();
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(answer)),
        );
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let payload = Payload::of(request.uri().path());
    request.into_body().collect().await.ok();
    let response = Response::builder()
        .header("content-type", payload.media_type())
        .header("x-ms-region", "East US");
    let body: Body = match payload {
        Payload::Plain => Full::new(Bytes::from_static(ANSWER.as_bytes())).boxed_unsync(),
        Payload::Large => Full::new(Bytes::from(vec![b'x'; LARGE])).boxed_unsync(),
        Payload::Stream => StreamBody::new(Frames(0)).boxed_unsync(),
        Payload::Held => {
            let pace = tokio::time::interval(Duration::from_millis(500));
            StreamBody::new(Held(pace)).boxed_unsync()
        }
    };
    Ok(response.body(body).unwrap_or_default())
}

const FRAME: &[u8] = b"data: {\"choices\":[{\"delta\":{\"content\":\"word \"},\"index\":0}]}\n\n";

/// Two frames a second, the first at once, for as long as anybody reads.
struct Held(tokio::time::Interval);

impl futures_core::Stream for Held {
    type Item = Result<Frame<Bytes>, Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let frame = Ok(Frame::data(Bytes::from_static(FRAME)));
        self.0.poll_tick(context).map(|_| Some(frame))
    }
}

/// Twenty frames, each its own write.
struct Frames(usize);

impl futures_core::Stream for Frames {
    type Item = Result<Frame<Bytes>, Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        // Every second poll is pending, so that hyper flushes each frame by itself.
        self.0 += 1;
        match (self.0 > FRAMES * 2, self.0 % 2) {
            (true, _) => std::task::Poll::Ready(None),
            (false, 1) => {
                context.waker().wake_by_ref();
                std::task::Poll::Pending
            }
            (false, _) => std::task::Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(FRAME))))),
        }
    }
}
