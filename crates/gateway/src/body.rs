//! Bodies on their way out: a request's to a backend, a response's to the caller.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use policy::Stream;
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// A body that is written.
#[derive(Debug, Default)]
pub enum Outgoing {
    /// Nothing is left.
    #[default]
    Empty,
    /// All of it, at once.
    Full(Bytes),
    /// It passes by.
    Stream(Stream),
    /// It broke off, which the other side has yet to learn.
    Broken(Box<dyn Error + Send + Sync>),
}

impl Outgoing {
    /// What a policy left.
    pub(crate) fn new(body: policy::Body) -> Outgoing {
        match body {
            policy::Body::Absent | policy::Body::Taken => Outgoing::Empty,
            policy::Body::Full(bytes) if bytes.is_empty() => Outgoing::Empty,
            policy::Body::Full(bytes) => Outgoing::Full(bytes),
            policy::Body::Stream(stream) => Outgoing::Stream(stream),
        }
    }

    /// A second copy, if it does not pass by.
    pub(crate) fn replay(&self) -> Option<Outgoing> {
        match self {
            Outgoing::Empty => Some(Outgoing::Empty),
            Outgoing::Full(bytes) => Some(Outgoing::Full(bytes.clone())),
            Outgoing::Stream(_) | Outgoing::Broken(_) => None,
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if let Outgoing::Stream(stream) = this {
            match ready!(Pin::new(stream).poll_frame(context)) {
                // Whoever writes closes the connection on an error, and what it has not written yet is lost: head and first
                // bytes go out before it learns of the break.
                Some(Err(error)) => {
                    *this = Outgoing::Broken(error);
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                frame => return Poll::Ready(frame),
            }
        }
        match std::mem::take(this) {
            Outgoing::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Outgoing::Broken(error) => Poll::Ready(Some(Err(error))),
            _ => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Outgoing::Empty => true,
            Outgoing::Full(_) | Outgoing::Broken(_) => false,
            Outgoing::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Outgoing::Empty => SizeHint::with_exact(0),
            Outgoing::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Outgoing::Stream(stream) => stream.size_hint(),
            Outgoing::Broken(_) => SizeHint::default(),
        }
    }
}
