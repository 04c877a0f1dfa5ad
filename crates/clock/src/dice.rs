//! Chance, keyed: the same seed, stream and ordinal give the same draw, whatever else happened before.

use siphasher::sip::SipHasher13;
use std::hash::{Hash, Hasher};
use uuid::Uuid;

/// The seed of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dice {
    seed: u64,
}

impl Dice {
    /// Dice that repeat themselves for the same `seed`.
    pub const fn new(seed: u64) -> Dice {
        Dice { seed }
    }

    /// The seed.
    pub const fn seed(self) -> u64 {
        self.seed
    }

    /// The numbers of one stream, such as the ids of one deployment, at one ordinal, such as its n-th request.
    pub fn roll(self, stream: impl Hash, ordinal: u64) -> Rng {
        let mut hasher = SipHasher13::new_with_keys(self.seed, 0x6170_696d_6974_6521);
        stream.hash(&mut hasher);
        ordinal.hash(&mut hasher);
        Rng {
            state: hasher.finish(),
        }
    }
}

/// A short sequence of random numbers (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, `end`; 0 when `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(end)) >> 64) as u64
    }

    /// A number from 0 up to, not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A version 4 UUID.
    pub fn uuid(&mut self) -> Uuid {
        let bits = (u128::from(self.bits()) << 64) | u128::from(self.bits());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_roll_depends_on_seed_stream_and_ordinal_alone(seed: u64, n: u64, end in 1u64..1000) {
            let dice = Dice::new(seed);
            prop_assert_eq!(dice.roll("a", n).bits(), dice.roll("a", n).bits());
            prop_assert_ne!(dice.roll("a", n).bits(), dice.roll("b", n).bits());
            prop_assert!(dice.roll("a", n).below(end) < end);
            prop_assert!((0.0..1.0).contains(&dice.roll("a", n).unit()));
        }
    }
}
