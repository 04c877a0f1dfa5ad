//! What passes by of a body, kept for the logs. Nobody waits for it, and nothing changes for whoever reads the body.

use bytes::Bytes;
use parking_lot::Mutex;
use policy::{Body, Watch, watched};
use std::sync::Arc;

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
pub(crate) fn listen(body: Body, heard: &Heard) -> Body {
    match body {
        Body::Stream(inner) => Body::Stream(watched(inner, heard.clone())),
        other => other,
    }
}

impl Watch for Heard {
    fn data(&mut self, data: &Bytes) {
        let mut bytes = self.0.lock();
        if bytes.len() <= MOST {
            bytes.extend_from_slice(data);
        }
    }
}
