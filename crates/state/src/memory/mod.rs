//! Counters and caches inside one process.

mod bucket; // a bucket that fills evenly
mod cache; // things by key
mod counters; // cells by key, in shards
mod near; // things by vector
mod sliding; // the last so many seconds

pub use cache::MemoryCache;
pub use counters::MemoryCounters;
