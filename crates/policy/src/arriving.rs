//! A body that comes in while something else is waited for.

use crate::{Body, Stream};
use bytes::Bytes;
use futures_util::future::{Either, select};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use std::collections::VecDeque;
use std::error::Error;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// Waits, and takes in what comes of a body meanwhile, up to `limit` bytes. Nothing of it is lost: it goes on where it is when the
/// wait is over, and one that broke off is found to be broken by who reads it.
pub(crate) async fn take_in(body: &mut Body, wait: impl Future<Output = ()>, limit: usize) {
    if !matches!(body, Body::Stream(_)) {
        return wait.await;
    }
    let Body::Stream(rest) = std::mem::replace(body, Body::Taken) else {
        return;
    };
    let mut arriving = Arriving {
        here: VecDeque::new(),
        rest: Some(rest),
    };
    let mut wait = pin!(wait);
    let is_over = matches!(
        select(wait.as_mut(), pin!(arriving.fill(limit))).await,
        Either::Left(_)
    );
    *body = arriving.into_body();
    if !is_over {
        wait.await;
    }
}

/// The part that is here, and the part that is not.
struct Arriving {
    here: VecDeque<Result<Frame<Bytes>, Broken>>,
    rest: Option<Stream>,
}

type Broken = Box<dyn Error + Send + Sync>;

impl Arriving {
    // Until it has ended, or is longer than `limit`.
    async fn fill(&mut self, limit: usize) {
        let mut length = 0;
        while let Some(rest) = &mut self.rest
            && length <= limit
        {
            let frame = rest.frame().await;
            let goes_on = matches!(frame, Some(Ok(_)));
            if let Some(Ok(part)) = &frame {
                length += part.data_ref().map_or(0, Bytes::len);
            }
            self.here.extend(frame);
            if !goes_on {
                self.rest = None;
            }
        }
    }

    fn into_body(self) -> Body {
        let data = |it: &Result<Frame<Bytes>, Broken>| it.as_ref().ok()?.data_ref().cloned();
        let whole: Option<Vec<Bytes>> = self.here.iter().map(data).collect();
        match whole.filter(|_| self.rest.is_none()) {
            Some(parts) => Body::Full(parts.concat().into()),
            None => Body::Stream(self.boxed_unsync()),
        }
    }
}

impl http_body::Body for Arriving {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let this = self.get_mut();
        match (this.here.pop_front(), &mut this.rest) {
            (Some(frame), _) => Poll::Ready(Some(frame)),
            (None, Some(rest)) => Pin::new(rest).poll_frame(context),
            (None, None) => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.here.is_empty() && self.rest.as_ref().is_none_or(|it| it.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let here: usize = self
            .here
            .iter()
            .filter_map(|it| it.as_ref().ok()?.data_ref())
            .map(Bytes::len)
            .sum();
        let here = u64::try_from(here).unwrap_or(u64::MAX);
        let rest = self.rest.as_ref().map(|it| it.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(here.saturating_add(rest.as_ref().map_or(0, SizeHint::lower)));
        let upper = rest.map_or(Some(0), |it| it.upper());
        if let Some(upper) = upper.and_then(|it| it.checked_add(here)) {
            hint.set_upper(upper);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::{Clock, Moment};
    use http_body_util::StreamBody;
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    fn body(frames: impl futures_util::Stream<Item = Result<Frame<Bytes>, Broken>> + Send + 'static) -> Body {
        Body::Stream(StreamBody::new(frames).boxed_unsync())
    }

    fn part(text: &'static str) -> Result<Frame<Bytes>, Broken> {
        Ok(Frame::data(Bytes::from_static(text.as_bytes())))
    }

    async fn wait(body: &mut Body, limit: usize) -> Duration {
        let clock = Clock::auto(Moment::from_seconds(0));
        let waited = async {
            take_in(body, clock.sleep(SECOND), limit).await;
            clock.now().since(Moment::from_seconds(0))
        };
        clock.serve(waited).await
    }

    async fn text(body: &mut Body) -> Option<String> {
        body.buffer(1024).await.ok()?;
        match body {
            Body::Full(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    #[tokio::test]
    async fn the_wait_is_as_long_as_it_is_whatever_the_body_does() {
        let two = || futures_util::stream::iter([part("ab"), part("cd")]);
        let mut ended = body(two());
        assert_eq!(wait(&mut ended, 100).await, SECOND);
        assert!(matches!(ended, Body::Full(_)));
        assert_eq!(text(&mut ended).await.as_deref(), Some("abcd"));
        let mut long = body(two());
        assert_eq!(wait(&mut long, 1).await, SECOND);
        assert!(matches!(long, Body::Stream(_)));
        assert_eq!(text(&mut long).await.as_deref(), Some("abcd"));
        let mut endless = body(futures_util::stream::repeat_with(|| part("ab")));
        assert_eq!(wait(&mut endless, 100).await, SECOND);
        assert!(endless.buffer(1024).await.is_err());
        let mut here = Body::Full(Bytes::from_static(b"ab"));
        assert_eq!(wait(&mut here, 1).await, SECOND);
        assert_eq!(text(&mut here).await.as_deref(), Some("ab"));
    }

    #[tokio::test]
    async fn what_never_comes_does_not_hold_the_wait_and_what_breaks_off_is_broken() {
        use futures_util::StreamExt;
        let silent = futures_util::stream::iter([part("ab")]).chain(futures_util::stream::pending());
        let mut silent = body(silent);
        assert_eq!(wait(&mut silent, 100).await, SECOND);
        assert!(matches!(silent, Body::Stream(_)));
        let broken = futures_util::stream::iter([part("ab"), Err("gone".into())]);
        let mut broken = body(broken);
        assert_eq!(wait(&mut broken, 100).await, SECOND);
        assert_eq!(text(&mut broken).await, None);
    }
}
