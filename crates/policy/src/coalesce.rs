//! `buffer-response="true"`: chunks are passed on in blocks.

use crate::Stream;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Size of a block (documented: 8 KB or the end of the stream).
const BLOCK: usize = 8 * 1024;

/// The same body in blocks of at least 8 KB, the last one excepted. A chunk that is large enough passes without being copied.
pub fn coalesce(stream: Stream) -> Stream {
    Coalesce {
        stream,
        held: Held::Nothing,
        then: None,
    }
    .boxed_unsync()
}

struct Coalesce {
    stream: Stream,
    held: Held,
    // What came behind the bytes that are held: trailers, an error, or the end.
    then: Option<Ending>,
}

enum Held {
    Nothing,
    One(Bytes),
    Many(BytesMut),
}

enum Ending {
    Last(Result<Frame<Bytes>, Box<dyn Error + Send + Sync>>),
    End,
}

impl Held {
    fn len(&self) -> usize {
        match self {
            Held::Nothing => 0,
            Held::One(bytes) => bytes.len(),
            Held::Many(bytes) => bytes.len(),
        }
    }

    fn push(&mut self, more: Bytes) {
        *self = match std::mem::replace(self, Held::Nothing) {
            Held::Nothing => Held::One(more),
            Held::One(first) => {
                let mut all = BytesMut::with_capacity(BLOCK.max(first.len() + more.len()));
                all.extend_from_slice(&first);
                all.extend_from_slice(&more);
                Held::Many(all)
            }
            Held::Many(mut all) => {
                all.extend_from_slice(&more);
                Held::Many(all)
            }
        };
    }

    fn take(&mut self) -> Option<Bytes> {
        match std::mem::replace(self, Held::Nothing) {
            Held::Nothing => None,
            Held::One(bytes) => Some(bytes),
            Held::Many(bytes) => Some(bytes.freeze()),
        }
    }
}

impl Body for Coalesce {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        while self.then.is_none() && self.held.len() < BLOCK {
            let frame = match self.stream.is_end_stream() {
                true => None,
                false => ready!(Pin::new(&mut self.stream).poll_frame(context)),
            };
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.held.push(data),
                Some(Ok(Err(trailers))) => self.then = Some(Ending::Last(Ok(trailers))),
                Some(Err(error)) => self.then = Some(Ending::Last(Err(error))),
                None => self.then = Some(Ending::End),
            }
        }
        if let Some(block) = self.held.take() {
            return Poll::Ready(Some(Ok(Frame::data(block))));
        }
        match self.then.replace(Ending::End) {
            Some(Ending::Last(last)) => Poll::Ready(Some(last)),
            Some(Ending::End) | None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.held.len() == 0
            && match &self.then {
                Some(Ending::End) => true,
                Some(Ending::Last(_)) => false,
                None => self.stream.is_end_stream(),
            }
    }

    fn size_hint(&self) -> SizeHint {
        let held = self.held.len() as u64;
        let inner = match self.then {
            Some(_) => SizeHint::with_exact(0),
            None => self.stream.size_hint(),
        };
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + held);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + held);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use http_body_util::StreamBody;
    use proptest::prelude::*;

    fn blocks(chunks: Vec<usize>) -> Vec<usize> {
        let frames = chunks
            .into_iter()
            .map(|size| Ok(Frame::data(Bytes::from(vec![b'x'; size]))));
        let body = StreamBody::new(futures_util::stream::iter(frames)).boxed_unsync();
        let mut body = coalesce(body);
        let mut sizes = Vec::new();
        while let Some(frame) = body.frame().now_or_never().flatten() {
            sizes.push(frame.unwrap().into_data().unwrap().len());
        }
        sizes
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_only_the_last_block_is_small(chunks in proptest::collection::vec(1usize..20_000, 0..12)) {
            let total: usize = chunks.iter().sum();
            let sizes = blocks(chunks);
            prop_assert_eq!(sizes.iter().sum::<usize>(), total);
            prop_assert!(sizes.iter().rev().skip(1).all(|it| *it >= BLOCK));
        }
    }
}
