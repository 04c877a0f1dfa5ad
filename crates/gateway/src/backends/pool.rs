//! Which member of a pool gets the next call: priority groups, smooth weighted round robin inside one (gateway.md 3.5).
//!
//! Pure: it is told which breakers are open. What it remembers is only whose turn it was.

use super::breaker::Open;
use std::sync::Arc;
use trace::{Skip, SkipReason};

/// A member of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// Place of the backend in the service.
    pub(crate) backend: usize,
    /// Its name.
    pub(crate) name: Arc<str>,
    /// Its group: the lower the number, the more preferred.
    pub(crate) priority: u64,
    /// Its share inside the group.
    pub(crate) weight: u64,
}

impl Member {
    /// A member of a pool document. Null priority is 0, the most preferred; missing weight is 1 (inferred).
    pub(crate) fn new(backend: usize, name: Arc<str>, member: &model::PoolMember) -> Member {
        Member {
            backend,
            name,
            priority: member.priority.unwrap_or(0),
            weight: member.weight.unwrap_or(1),
        }
    }
}

/// Whose turn it is, per member.
#[derive(Debug, Default)]
pub(crate) struct Rotation {
    turns: Vec<Turn>,
    // Members between which the present cycle goes on; a change begins a new one.
    cycle: Vec<usize>,
    picks: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Turn {
    current: i128,
    last: u64,
}

/// What came of asking a pool.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pick {
    /// Place in the list of members; `None` when every breaker is open.
    pub(crate) member: Option<usize>,
    /// The others, and why not they.
    pub(crate) skipped: Vec<Skip>,
}

impl Rotation {
    /// Picks a member. `open` has an entry per member; `bound` is the member that a session is bound to.
    pub(crate) fn pick(&mut self, members: &[Member], open: &[Option<Open>], bound: Option<usize>) -> Pick {
        let is_open = |at: usize| open.get(at).copied().flatten().is_some();
        let bound = bound.filter(|at| *at < members.len() && !is_open(*at));
        let group = (0..members.len())
            .filter(|at| !is_open(*at))
            .map(|at| members[at].priority)
            .min();
        let in_group = |at: usize| !is_open(at) && Some(members[at].priority) == group;
        let weighted = (0..members.len()).any(|at| in_group(at) && members[at].weight > 0);
        let is_candidate = |at: usize| in_group(at) && (members[at].weight > 0 || !weighted);

        let picked = match bound {
            Some(at) => Some(at),
            None => self.next(members, is_candidate),
        };
        let skipped = (0..members.len())
            .filter(|at| Some(*at) != picked)
            .map(|at| Skip {
                backend: members[at].name.clone(),
                reason: match open.get(at).copied().flatten() {
                    Some(open) => SkipReason::Open {
                        until: open.until,
                        source: open.source,
                    },
                    None if bound.is_some() => SkipReason::Affinity,
                    None if !in_group(at) => SkipReason::LowerPriority {
                        priority: members[at].priority,
                    },
                    None if !is_candidate(at) => SkipReason::NoWeight,
                    None => SkipReason::NotItsTurn,
                },
            });
        Pick {
            member: picked,
            skipped: skipped.collect(),
        }
    }

    // Smooth weighted round robin: every candidate gains its weight, the richest is picked and pays the sum. From all
    // zeros each member is picked exactly its weight's times per cycle, evenly spread. Among equals the one that waited
    // longest goes first, so that rotation goes on when a member leaves or comes back.
    fn next(&mut self, members: &[Member], is_candidate: impl Fn(usize) -> bool) -> Option<usize> {
        self.turns.resize(members.len(), Turn::default());
        let candidates = || (0..members.len()).filter(|at| is_candidate(*at));
        if !candidates().eq(self.cycle.iter().copied()) {
            self.cycle.clear();
            self.cycle.extend(candidates());
            self.turns.iter_mut().for_each(|turn| turn.current = 0);
        }
        let mut sum = 0;
        let mut best: Option<usize> = None;
        for &at in &self.cycle {
            // Weights of 0 are among themselves here.
            let weight = i128::from(members[at].weight.max(1));
            sum += weight;
            self.turns[at].current += weight;
            let key = |at: usize| (self.turns[at].current, u64::MAX - self.turns[at].last);
            if best.is_none_or(|best| key(at) > key(best)) {
                best = Some(at);
            }
        }
        let picked = best?;
        self.picks += 1;
        self.turns[picked].current -= sum;
        self.turns[picked].last = self.picks;
        Some(picked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::Moment;
    use proptest::prelude::*;
    use trace::TripSource;

    const OPEN: Option<Open> = Some(Open {
        until: Moment::EPOCH,
        source: TripSource::TripDuration,
        rule: 0,
    });

    fn members(of: &[(u64, u64)]) -> Vec<Member> {
        let member = |(at, &(priority, weight)): (usize, &(u64, u64))| Member {
            backend: at,
            name: format!("m{at}").into(),
            priority,
            weight,
        };
        of.iter().enumerate().map(member).collect()
    }

    fn picks(rotation: &mut Rotation, members: &[Member], open: &[Option<Open>], n: usize) -> Vec<usize> {
        (0..n)
            .filter_map(|_| rotation.pick(members, open, None).member)
            .collect()
    }

    #[test]
    fn equal_members_alternate_and_go_on_alternating_when_one_leaves() {
        let three = members(&[(1, 1), (1, 1), (1, 1)]);
        let mut rotation = Rotation::default();
        assert_eq!(picks(&mut rotation, &three, &[None; 3], 5), [0, 1, 2, 0, 1]);
        assert_eq!(picks(&mut rotation, &three, &[None, OPEN, None], 4), [2, 0, 2, 0]);
        assert_eq!(
            picks(&mut rotation, &three, &[None; 3], 4),
            [1, 2, 0, 1],
            "who comes back has waited longest"
        );
    }

    #[test]
    fn the_reasons_of_the_others_are_told() {
        let all = members(&[(1, 1), (2, 50), (2, 50), (2, 0), (3, 1)]);
        let pick = Rotation::default().pick(&all, &[OPEN, None, None, None, None], None);
        let reasons: Vec<_> = pick.skipped.into_iter().map(|skip| skip.reason).collect();
        assert_eq!(pick.member, Some(1));
        assert_eq!(
            reasons,
            [
                SkipReason::Open {
                    until: Moment::EPOCH,
                    source: TripSource::TripDuration
                },
                SkipReason::NotItsTurn,
                SkipReason::NoWeight,
                SkipReason::LowerPriority { priority: 3 },
            ]
        );
    }

    #[test]
    fn a_session_stays_where_it_is_bound_unless_that_is_open() {
        let pair = members(&[(1, 1), (1, 1)]);
        let mut rotation = Rotation::default();
        assert_eq!(rotation.pick(&pair, &[None; 2], Some(1)).member, Some(1));
        assert_eq!(rotation.pick(&pair, &[None, OPEN], Some(1)).member, Some(0));
    }

    prop_compose! {
        fn pool()(of in prop::collection::vec((0u64..3, 0u64..8), 1..8)) -> Vec<Member> {
            members(&of)
        }
    }

    proptest! {
        #[test]
        fn weights_track_exactly_over_a_cycle(weights in prop::collection::vec(1u64..=100, 1..10), cycles in 1usize..4) {
            let all = members(&weights.iter().map(|weight| (1, *weight)).collect::<Vec<_>>());
            let sum = weights.iter().sum::<u64>() as usize;
            let mut rotation = Rotation::default();
            for _ in 0..cycles {
                let picked = picks(&mut rotation, &all, &vec![None; all.len()], sum);
                for (at, weight) in weights.iter().enumerate() {
                    prop_assert_eq!(picked.iter().filter(|it| **it == at).count() as u64, *weight);
                }
            }
        }

        #[test]
        fn the_laws_of_a_pool_hold_whatever_opens_and_closes(
            all in pool(),
            steps in prop::collection::vec(prop::collection::vec(prop::bool::ANY, 8), 1..40),
        ) {
            let mut rotation = Rotation::default();
            for step in steps {
                let open: Vec<_> = step.iter().take(all.len()).map(|open| if *open { OPEN } else { None }).collect();
                let pick = rotation.pick(&all, &open, None);
                let closed = || all.iter().zip(&open).filter(|(_, open)| open.is_none()).map(|(member, _)| member);
                let Some(at) = pick.member else {
                    prop_assert_eq!(closed().count(), 0, "somebody was available");
                    continue;
                };
                prop_assert!(open[at].is_none(), "an open member was picked");
                prop_assert!(closed().all(|other| other.priority >= all[at].priority), "a higher group was available");
                let peer = |other: &&Member| other.priority == all[at].priority && other.weight > 0;
                prop_assert!(all[at].weight > 0 || !closed().any(|other| peer(&other)), "weight 0 before another");
                prop_assert_eq!(pick.skipped.len(), all.len() - 1);
            }
        }
    }
}
