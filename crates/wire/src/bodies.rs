use crate::BoxError;
use bytes::Bytes;
use clock::hop::{BodyWait, Far, Near};
use clock::{Busy, Clock, Turn};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// A response's body on its way out. Holds a busy token while it can be produced.
    pub struct Served<B> {
        #[pin]
        body: B,
        // Dropped before the turn: the end of the body is on the wire before the token goes.
        far: Option<Far>,
        turn: Option<Turn>,
        sent: bool,
        broken: Option<BoxError>,
    }
}

impl<B> Served<B> {
    pub(crate) fn new(body: B, clock: &Clock, far: Option<Far>) -> Served<B> {
        let turn = clock.is_virtual().then(|| Turn::new(clock));
        Served {
            body,
            far,
            turn,
            sent: false,
            broken: None,
        }
    }
}

impl<B: Body<Data = Bytes>> Body for Served<B>
where
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.project();
        if let Some(error) = this.broken.take() {
            *this.far = None;
            *this.turn = None;
            return Poll::Ready(Some(Err(error)));
        }
        let body = this.body;
        let polled = match this.turn {
            Some(turn) => turn.poll(|| body.poll_frame(context)),
            None => body.poll_frame(context),
        };
        let frame = ready!(polled);
        match frame {
            Some(Ok(frame)) => {
                if let (Some(far), Some(data)) = (&*this.far, frame.data_ref()) {
                    far.sends(data.len());
                }
                *this.sent = true;
                Poll::Ready(Some(Ok(frame)))
            }
            // hyper drops what it has not written yet when a body fails: what went before goes out while this is pending once.
            Some(Err(error)) if *this.sent => {
                *this.broken = Some(error.into());
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Err(error)) => {
                *this.far = None;
                *this.turn = None;
                Poll::Ready(Some(Err(error.into())))
            }
            None => {
                *this.far = None;
                *this.turn = None;
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.broken.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A response's body on its way in.
pub struct Received {
    body: Incoming,
    hop: Option<(Near, BodyWait)>,
    // The far side is none of ours: time stands until its body has been read.
    _busy: Option<Busy>,
}

impl Received {
    pub(crate) fn new(body: Incoming, near: Option<Near>, busy: Option<Busy>) -> Received {
        Received {
            body,
            hop: near.map(|near| (near, BodyWait::default())),
            _busy: busy,
        }
    }
}

impl Body for Received {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let body = Pin::new(&mut this.body);
        let polled = match &mut this.hop {
            Some((near, wait)) => near.poll_body(wait, || body.poll_frame(context)),
            None => body.poll_frame(context),
        };
        let frame = ready!(polled);
        match &frame {
            Some(Ok(frame)) => {
                if let (Some((near, _)), Some(data)) = (&this.hop, frame.data_ref()) {
                    near.received(data.len());
                }
            }
            Some(Err(_)) | None => {
                this.hop = None;
                this._busy = None;
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
