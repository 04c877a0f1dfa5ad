//! One request, until the head of its response is there.

use crate::{BoxError, HOP, Served};
use bytes::Bytes;
use clock::hop::Far;
use clock::{Clock, Serve};
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// What a service makes of a request. Written out, because an async block would hold `handling` twice, as what it has captured and
    /// as what it waits for: most of what a request costs in memory.
    pub(crate) struct Answer<F> {
        #[pin]
        handling: F,
        clock: Clock,
        far: Option<Far>,
        is_taken: bool,
    }
}

/// Hands `request` to `service`. The busy token is taken here, before the request is off the wire, and passes to the body of the
/// response before the future ends.
pub(crate) fn answer<S, F, B, E>(
    clock: &Clock,
    service: &S,
    peer: SocketAddr,
    mut request: Request<Incoming>,
) -> Serve<Answer<F>>
where
    S: Fn(SocketAddr, Request<Incoming>) -> F,
    F: Future<Output = Result<Response<B>, E>>,
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let far = arrive(clock, &mut request);
    clock.serve(Answer {
        handling: service(peer, request),
        clock: clock.clone(),
        far,
        is_taken: false,
    })
}

impl<F, B, E> Future for Answer<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<Served<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let (Some(far), false) = (&this.far, *this.is_taken) {
            far.taken();
        }
        *this.is_taken = true;
        let response = ready!(this.handling.poll(context));
        let far = this.far.take();
        let response = response?;
        if let Some(far) = &far {
            far.responds();
        }
        Poll::Ready(Ok(response.map(|body| Served::new(body, this.clock, far))))
    }
}

fn arrive(clock: &Clock, request: &mut Request<Incoming>) -> Option<Far> {
    if !clock.is_virtual() {
        return None;
    }
    let id = request.headers_mut().remove(HOP)?;
    clock.arrive(id.to_str().ok()?.parse().ok()?)
}
