//! What passes by of a body, kept for the logs. Nobody waits for it, and nothing changes for whoever reads the body.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use parking_lot::Mutex;
use policy::Stream;
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// Bytes of a body that are kept: the most that the logs hold of a message (documented).
const MOST: usize = 2 * 1024 * 1024;

/// What was heard so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    /// All of it; none of a body that nobody read, or that is too long.
    pub(crate) fn take(&self) -> Option<Bytes> {
        let bytes = std::mem::take(&mut *self.0.lock());
        (1..=MOST).contains(&bytes.len()).then(|| bytes.into())
    }
}

/// The same body, listened to.
pub(crate) fn listen(body: policy::Body, heard: &Heard) -> policy::Body {
    match body {
        policy::Body::Stream(inner) => {
            let heard = heard.clone();
            policy::Body::Stream(Listened { inner, heard }.boxed_unsync())
        }
        other => other,
    }
}

struct Listened {
    inner: Stream,
    heard: Heard,
}

impl Body for Listened {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.inner).poll_frame(context));
        if let Some(Ok(part)) = &frame
            && let Some(data) = part.data_ref()
        {
            let mut bytes = this.heard.0.lock();
            if bytes.len() <= MOST {
                bytes.extend_from_slice(data);
            }
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
