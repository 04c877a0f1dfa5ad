//! A body that somebody looks at while it passes by.

use crate::Stream;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Empty};
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Somebody who looks on.
pub trait Watch: Send {
    /// A part passes by.
    fn data(&mut self, data: &Bytes);
    /// Nothing more comes: the body has ended, has broken off, or nobody wants the rest.
    fn end(&mut self) {}
}

/// The same body, looked at. What it says about its size stays true.
pub fn watched(inner: Stream, watch: impl Watch + 'static) -> Stream {
    Watched {
        inner,
        watch: Some(Box::new(watch)),
    }
    .boxed_unsync()
}

/// A body without anything.
pub fn nothing() -> Stream {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

struct Watched {
    inner: Stream,
    watch: Option<Box<dyn Watch>>,
}

impl Watched {
    fn end(&mut self) {
        if let Some(mut watch) = self.watch.take() {
            watch.end();
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.end();
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.inner).poll_frame(context));
        match &frame {
            Some(Ok(part)) => {
                if let (Some(data), Some(watch)) = (part.data_ref(), &mut this.watch) {
                    watch.data(data);
                }
            }
            Some(Err(_)) | None => this.end(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
