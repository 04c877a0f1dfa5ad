//! Counters and caches inside one process.

mod bucket; // a bucket that fills evenly
mod cache; // things by key
mod counters; // cells by key, in shards
mod sliding; // the last so many seconds
mod vectors; // keys by where they lie

pub use cache::MemoryCache;
pub use counters::MemoryCounters;
pub use vectors::MemoryVectors;
