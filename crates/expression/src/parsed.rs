use crate::dotnet::json::Frozen;
use bytes::Bytes;

// More bodies than one request mostly has.
const KEPT: usize = 4;

/// JSON bodies of a request that were read already, by the buffers that hold them. With it the next `As<JObject>()` of the
/// same body needs no parsing; each still gives a tree of its own.
#[derive(Debug, Clone, Default)]
pub struct ParsedBodies(Vec<(Bytes, Frozen)>);

impl ParsedBodies {
    /// What was read from this very buffer. The buffers are held, so that no other can come to lie at their place.
    pub(crate) fn find(&self, body: &Bytes) -> Option<Frozen> {
        let same = |it: &&(Bytes, Frozen)| it.0.as_ptr() == body.as_ptr() && it.0.len() == body.len();
        self.0.iter().find(same).map(|it| it.1.clone())
    }

    pub(crate) fn keep(&mut self, body: Bytes, read: Frozen) {
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        self.0.push((body, read));
    }
}
