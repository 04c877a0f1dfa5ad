//! Bodies on their way out: a request's to a backend, a response's to the caller.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use policy::Stream;
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

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
            Outgoing::Stream(_) => None,
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
            return Pin::new(stream).poll_frame(context);
        }
        match std::mem::take(this) {
            Outgoing::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            _ => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Outgoing::Empty => true,
            Outgoing::Full(_) => false,
            Outgoing::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Outgoing::Empty => SizeHint::with_exact(0),
            Outgoing::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Outgoing::Stream(stream) => stream.size_hint(),
        }
    }
}
