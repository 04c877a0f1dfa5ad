use super::bucket::{Bucket, Size};
use super::sliding::Sliding;
use crate::{Add, Counters, Refusal, Reply, Rule, Take, Taken};
use clock::Moment;
use parking_lot::{Mutex, MutexGuard};
use siphasher::sip::SipHasher13;
use smallvec::SmallVec;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::time::Duration;

/// Counters of one process. Locks are held for a few instructions and never across a wait.
#[derive(Debug)]
pub struct MemoryCounters {
    shards: Box<[Mutex<Shard>]>,
    hasher: Hasher,
}

type Hasher = BuildHasherDefault<SipHasher13>;

const SHARDS: usize = 64;
/// Cells of a shard before idle ones are looked for.
const SWEEP_FROM: usize = 64;

#[derive(Debug, Default)]
struct Shard {
    cells: HashMap<Box<str>, Cell, Hasher>,
    sweep_at: usize,
}

#[derive(Debug)]
enum Cell {
    Sliding(Sliding, Duration),
    Bucket(Bucket, Size),
    Fixed(u64, Option<Moment>),
}

impl Default for MemoryCounters {
    fn default() -> MemoryCounters {
        MemoryCounters {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: Hasher::default(),
        }
    }
}

impl Counters for MemoryCounters {
    fn take<'a>(&'a self, takes: &'a [Take<'a>], now: Moment) -> Reply<'a, Taken> {
        Reply::Now(match takes {
            [take] => {
                let mut shard = self.shards[self.shard(take.key)].lock();
                let cell = shard.cell(take.key, take.rule, take.limit, now);
                match cell.refusal(take, 0, now) {
                    None => {
                        cell.add(i64::try_from(take.amount).unwrap_or(i64::MAX), now);
                        Taken {
                            left: SmallVec::from_iter([cell.left(take.limit, now)]),
                            refused: None,
                        }
                    }
                    refused => Taken {
                        left: SmallVec::from_iter([cell.left(take.limit, now)]),
                        refused,
                    },
                }
            }
            several => self.take_all(several, now),
        })
    }

    fn add<'a>(&'a self, adds: &'a [Add<'a>], now: Moment) -> Reply<'a, SmallVec<[i64; 2]>> {
        let add = |add: &Add<'_>| {
            let mut shard = self.shards[self.shard(add.key)].lock();
            let cell = shard.cell(add.key, add.rule, add.limit, now);
            cell.add(add.amount, add.at);
            cell.left(add.limit, now)
        };
        Reply::Now(adds.iter().map(add).collect())
    }
}

impl MemoryCounters {
    fn shard(&self, key: &str) -> usize {
        // A power of two, so that the remainder is the last bits.
        (self.hasher.hash_one(key) % SHARDS as u64) as usize
    }

    // Every shard that is touched is locked, in order, so that two such calls cannot wait for each other.
    fn take_all(&self, takes: &[Take<'_>], now: Moment) -> Taken {
        let mut order: SmallVec<[usize; 4]> = takes.iter().map(|take| self.shard(take.key)).collect();
        order.sort_unstable();
        order.dedup();
        let mut shards: SmallVec<[MutexGuard<'_, Shard>; 4]> =
            order.iter().map(|at| self.shards[*at].lock()).collect();
        let mut taken = Taken::default();
        for (which, take) in takes.iter().enumerate() {
            let shard = order.partition_point(|at| *at < self.shard(take.key));
            let cell = shards[shard].cell(take.key, take.rule, take.limit, now);
            if let Some(refused) = cell.refusal(take, which, now) {
                taken.refused.get_or_insert(refused);
            }
            taken.left.push(cell.left(take.limit, now));
        }
        if taken.refused.is_none() {
            for (left, take) in taken.left.iter_mut().zip(takes) {
                let shard = order.partition_point(|at| *at < self.shard(take.key));
                let cell = shards[shard].cell(take.key, take.rule, take.limit, now);
                cell.add(i64::try_from(take.amount).unwrap_or(i64::MAX), now);
                *left = cell.left(take.limit, now);
            }
        }
        taken
    }
}

impl Shard {
    fn cell(&mut self, key: &str, rule: Rule, limit: u64, now: Moment) -> &mut Cell {
        // Asked twice, since a key is copied only when it is new.
        if !self.cells.contains_key(key) {
            self.sweep(now);
            self.cells.insert(key.into(), Cell::new(rule, limit, now));
        }
        let cell = self
            .cells
            .get_mut(key)
            .expect("it was there or has just been put there");
        cell.turn(rule, limit, now);
        cell
    }

    // Amortised: as often as the shard has doubled since the last time.
    fn sweep(&mut self, now: Moment) {
        if self.cells.len() < self.sweep_at.max(SWEEP_FROM) {
            return;
        }
        self.cells.retain(|_, cell| !cell.is_idle(now));
        self.sweep_at = 2 * self.cells.len();
    }
}

impl Cell {
    fn new(rule: Rule, limit: u64, now: Moment) -> Cell {
        match rule {
            Rule::Sliding { period } => Cell::Sliding(Sliding::default(), period),
            Rule::Bucket { period } => Cell::Bucket(Bucket::new(now), Size::new(limit, period)),
            Rule::Fixed { until } => Cell::Fixed(0, until),
        }
    }

    // Brings it up to `now` and to its rule: a limit may have been computed anew.
    fn turn(&mut self, rule: Rule, limit: u64, now: Moment) {
        match (&mut *self, rule) {
            (Cell::Sliding(window, held), Rule::Sliding { period }) => {
                *held = period;
                window.used(period, now);
            }
            (Cell::Bucket(bucket, size), Rule::Bucket { period }) => {
                *size = Size::new(limit, period);
                bucket.fill(*size, now);
            }
            (Cell::Fixed(used, held), Rule::Fixed { until }) => {
                if held.is_some_and(|it| it <= now) {
                    *used = 0;
                }
                *held = until;
            }
            (cell, rule) => *cell = Cell::new(rule, limit, now),
        }
    }

    fn refusal(&mut self, take: &Take<'_>, which: usize, now: Moment) -> Option<Refusal> {
        let fits = i64::try_from(take.need).is_ok_and(|need| need <= self.left(take.limit, now));
        if fits {
            return None;
        }
        let wait = match self {
            Cell::Sliding(window, period) => window.wait(*period, take.limit, take.need, now),
            Cell::Bucket(bucket, size) => bucket.wait(*size, take.need),
            Cell::Fixed(_, until) => until.map(|it| it.since(now)),
        };
        Some(Refusal { which, wait })
    }

    fn add(&mut self, amount: i64, at: Moment) {
        match self {
            Cell::Sliding(window, _) => window.add(amount, at),
            Cell::Bucket(bucket, size) => bucket.add(*size, amount),
            Cell::Fixed(used, _) => *used = used.saturating_add_signed(amount),
        }
    }

    fn left(&mut self, limit: u64, now: Moment) -> i64 {
        let below = |used: u64| {
            let left = i128::from(limit) - i128::from(used);
            i64::try_from(left).unwrap_or(if left < 0 { i64::MIN } else { i64::MAX })
        };
        match self {
            Cell::Sliding(window, period) => below(window.used(*period, now)),
            Cell::Bucket(bucket, size) => bucket.left(*size),
            Cell::Fixed(used, _) => below(*used),
        }
    }

    fn is_idle(&mut self, now: Moment) -> bool {
        match self {
            Cell::Sliding(window, period) => window.is_idle(*period, now),
            Cell::Bucket(bucket, size) => bucket.is_full(*size, now),
            Cell::Fixed(_, until) => until.is_some_and(|it| it <= now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn now() -> Moment {
        Moment::from_seconds(1_700_000_000)
    }

    fn one(key: &str, limit: u64) -> Take<'_> {
        Take {
            key,
            rule: Rule::Sliding { period: SECOND },
            limit,
            need: 1,
            amount: 1,
        }
    }

    fn take(counters: &MemoryCounters, takes: &[Take<'_>], now: Moment) -> Taken {
        match counters.take(takes, now) {
            Reply::Now(taken) => taken,
            Reply::Later(_) => unreachable!("memory answers at once"),
        }
    }

    #[test]
    fn several_counters_are_added_to_together_or_not_at_all() {
        let counters = MemoryCounters::default();
        let both = [one("wide", 3), one("narrow", 1), one("wide2", 3)];
        assert_eq!(take(&counters, &both, now()).left.as_slice(), [2, 0, 2]);
        let refused = take(&counters, &both, now());
        assert_eq!(
            refused.refused,
            Some(Refusal {
                which: 1,
                wait: Some(SECOND)
            })
        );
        assert_eq!(refused.left.as_slice(), [2, 0, 2], "a refusal adds to none");
        assert_eq!(take(&counters, &both, now() + SECOND).refused, None);
    }

    #[test]
    fn idle_cells_make_room() {
        let counters = MemoryCounters::default();
        let held = |counters: &MemoryCounters| -> usize {
            counters.shards.iter().map(|it| it.lock().cells.len()).sum()
        };
        for second in 0..50 {
            for caller in 0..1_000 {
                let key = format!("{second}/{caller}");
                take(&counters, &[one(&key, 1)], now() + SECOND * second);
            }
        }
        assert!(held(&counters) < 15_000, "{} of 50,000 are held", held(&counters));
    }

    #[test]
    fn a_fixed_window_ends_at_once() {
        let counters = MemoryCounters::default();
        let quota = |need, amount, until| Take {
            key: "q",
            rule: Rule::Fixed { until },
            limit: 10,
            need,
            amount,
        };
        let until = Some(now() + SECOND);
        assert_eq!(
            take(&counters, &[quota(1, 12, until)], now()).left.as_slice(),
            [-2]
        );
        let refused = take(&counters, &[quota(0, 0, until)], now()).refused;
        assert_eq!(
            refused,
            Some(Refusal {
                which: 0,
                wait: Some(SECOND)
            })
        );
        let next = Some(now() + SECOND * 2);
        assert_eq!(
            take(&counters, &[quota(1, 1, next)], now() + SECOND)
                .left
                .as_slice(),
            [9]
        );
    }
}
