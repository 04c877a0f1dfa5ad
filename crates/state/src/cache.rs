use crate::{Reply, Vectors};
use bytes::Bytes;
use clock::Moment;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Things by key, until a moment; and keys by where they lie.
///
/// A cache may lose anything at any time, and one that cannot be reached has nothing: neither is an error.
pub trait Cache: Vectors {
    /// What is held under `key`.
    fn get<'a>(&'a self, key: &'a str, now: Moment) -> Reply<'a, Option<Held>>;
    /// Holds `item` until a moment.
    fn put<'a>(&'a self, key: &'a str, held: Held, now: Moment) -> Reply<'a, ()>;
    /// Forgets what is under `key`.
    fn remove<'a>(&'a self, key: &'a str) -> Reply<'a, ()>;
    /// Whether objects can be held as they are; otherwise only bytes.
    fn holds_objects(&self) -> bool;
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
