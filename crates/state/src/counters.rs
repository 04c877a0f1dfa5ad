use crate::Reply;
use clock::Moment;
use smallvec::SmallVec;
use std::time::Duration;

/// Counters by key. A key belongs to one rule; whoever makes keys puts the rule's kind and period into them.
pub trait Counters: Send + Sync {
    /// Adds to every counter, if every one has room; to none otherwise.
    fn take<'a>(&'a self, takes: &'a [Take<'a>], now: Moment) -> Reply<'a, Taken>;
    /// Adds without asking, or takes back. Gives what is left of each limit afterwards, below zero when it is passed.
    fn add<'a>(&'a self, adds: &'a [Add<'a>], now: Moment) -> Reply<'a, SmallVec<[i64; 2]>>;
}

/// How a counter forgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// What was added counts for a period, then no longer: the last `period` never holds more than the limit.
    Sliding {
        /// How long.
        period: Duration,
    },
    /// A bucket of as many tokens as the limit, refilled evenly in a period. It can owe.
    Bucket {
        /// How long it takes to fill it.
        period: Duration,
    },
    /// Everything is forgotten at once.
    Fixed {
        /// When; never if absent.
        until: Option<Moment>,
    },
}

/// A wish to add to a counter.
#[derive(Debug, Clone, Copy)]
pub struct Take<'a> {
    /// Whose.
    pub key: &'a str,
    /// How it forgets.
    pub rule: Rule,
    /// Most that it may hold.
    pub limit: u64,
    /// How much must be free.
    pub need: u64,
    /// How much is added.
    pub amount: u64,
}

/// What came of a wish.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// What is left of each limit, below zero when it is passed.
    pub left: SmallVec<[i64; 2]>,
    /// Why nothing was added.
    pub refused: Option<Refusal>,
}

/// A counter had no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Which wish, the first of them.
    pub which: usize,
    /// How long until there will be room if nobody else adds; `None` when there never will be.
    pub wait: Option<Duration>,
}

/// An addition that is not asked about.
#[derive(Debug, Clone, Copy)]
pub struct Add<'a> {
    /// Whose.
    pub key: &'a str,
    /// How it forgets.
    pub rule: Rule,
    /// Most that it may hold.
    pub limit: u64,
    /// How much; below zero takes back what was added `at`.
    pub amount: i64,
    /// When it was used.
    pub at: Moment,
}
