use crate::Reply;
use bytes::Bytes;
use clock::Moment;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Things by key, until a moment.
///
/// A cache may lose anything at any time, and one that cannot be reached has nothing: neither is an error.
pub trait Cache: Send + Sync {
    /// What is held under `key`.
    fn get<'a>(&'a self, key: &'a str, now: Moment) -> Reply<'a, Option<Held>>;
    /// Holds `item` until a moment.
    fn put<'a>(&'a self, key: &'a str, held: Held, now: Moment) -> Reply<'a, ()>;
    /// Forgets what is under `key`.
    fn remove<'a>(&'a self, key: &'a str) -> Reply<'a, ()>;
    /// Whether objects can be held as they are; otherwise only bytes.
    fn holds_objects(&self) -> bool;
    /// Holds `bytes` beside `vector` in a partition.
    fn put_near<'a>(
        &'a self,
        partition: &'a str,
        vector: Arc<[f32]>,
        bytes: Bytes,
        until: Moment,
        now: Moment,
    ) -> Reply<'a, ()>;
    /// What lies nearest to `vector` in a partition and at most `bound` away, with its [`distance`].
    fn nearest<'a>(
        &'a self,
        partition: &'a str,
        vector: Arc<[f32]>,
        bound: f64,
        now: Moment,
    ) -> Reply<'a, Option<(f64, Bytes)>>;
}

/// Something that is held.
#[derive(Debug, Clone)]
pub struct Held {
    /// What.
    pub item: Item,
    /// Until when.
    pub until: Moment,
}

/// What a cache holds.
#[derive(Clone)]
pub enum Item {
    /// Bytes, which any cache can hold.
    Bytes(Bytes),
    /// An object of this process, and about how many bytes it takes.
    Object(Arc<dyn Any + Send + Sync>, usize),
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Item::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Item::Object(_, size) => write!(f, "Object({size})"),
        }
    }
}

/// How far two vectors are apart: 1 minus the cosine of the angle between them, from 0 (the same direction) to 2. Vectors of
/// different lengths, or without direction, are as far apart as can be.
pub fn distance(a: &[f32], b: &[f32]) -> f64 {
    if a.len() != b.len() {
        return 2.0;
    }
    let (mut dot, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f64::from(*a), f64::from(*b));
        dot += a * b;
        aa += a * a;
        bb += b * b;
    }
    match aa > 0.0 && bb > 0.0 {
        // Rounding must not make equal vectors differ.
        true => (1.0 - dot / (aa.sqrt() * bb.sqrt())).clamp(0.0, 2.0),
        false => 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_angles() {
        assert!(distance(&[1.0, 2.0], &[2.0, 4.0]) < 1e-9);
        assert!((distance(&[1.0, 0.0], &[0.0, 3.0]) - 1.0).abs() < 1e-9);
        assert!((distance(&[1.0], &[-1.0]) - 2.0).abs() < 1e-9);
        assert!((distance(&[1.0], &[1.0, 0.0]) - 2.0).abs() < 1e-9);
        assert!((distance(&[0.0], &[0.0]) - 2.0).abs() < 1e-9);
    }
}
