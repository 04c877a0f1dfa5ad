use crate::Reply;
use clock::Moment;
use std::sync::Arc;

/// Keys by where they lie, in partitions, until a moment: semantic caches look for the nearest, and take what a
/// [`Cache`](crate::Cache) holds under that key.
///
/// Like a cache it may lose anything at any time, and one that cannot be reached has nothing: neither is an error.
pub trait Vectors: Send + Sync {
    /// Remembers in `partition` that `key` lies at `vector`, until a moment. The key moves if it was somewhere else, and the place
    /// is the new key's if another had it.
    fn add<'a>(
        &'a self,
        partition: &'a str,
        key: &'a str,
        vector: Arc<[f32]>,
        until: Moment,
        now: Moment,
    ) -> Reply<'a, ()>;

    /// The key of `partition` that lies nearest to `vector`; of two that are as near the later one. `None` when there is none.
    fn nearest<'a>(
        &'a self,
        partition: &'a str,
        vector: Arc<[f32]>,
        now: Moment,
    ) -> Reply<'a, Option<Nearest>>;
}

/// A key and how far it lies from what was looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// The key.
    pub key: Arc<str>,
    /// The [`distance`], from 0.
    pub distance: f64,
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
