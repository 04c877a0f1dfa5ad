//! `System.Random`: the subtractive generator that a seed selects.

use super::error::{DotnetError, Result};

const BIG: i32 = i32::MAX;
const SEED: i32 = 161_803_398;

/// The state of one generator.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    table: [i32; 56],
    next: usize,
    behind: usize,
}

impl Random {
    /// `new Random(seed)`.
    pub(crate) fn new(seed: i32) -> Random {
        let mut table = [0i32; 56];
        let size = if seed == i32::MIN { i32::MAX } else { seed.abs() };
        let mut last = SEED.wrapping_sub(size);
        table[55] = last;
        let mut step = 1i32;
        for it in 1..55 {
            let at = 21 * it % 55;
            table[at] = step;
            step = last.wrapping_sub(step);
            if step < 0 {
                step = step.wrapping_add(BIG);
            }
            last = table[at];
        }
        for _ in 1..5 {
            for at in 1..56 {
                table[at] = table[at].wrapping_sub(table[1 + (at + 30) % 55]);
                if table[at] < 0 {
                    table[at] = table[at].wrapping_add(BIG);
                }
            }
        }
        Random {
            table,
            next: 0,
            behind: 21,
        }
    }

    fn sample(&mut self) -> i32 {
        self.next = if self.next >= 55 { 1 } else { self.next + 1 };
        self.behind = if self.behind >= 55 { 1 } else { self.behind + 1 };
        let mut value = self.table[self.next].wrapping_sub(self.table[self.behind]);
        if value == BIG {
            value -= 1;
        }
        if value < 0 {
            value = value.wrapping_add(BIG);
        }
        self.table[self.next] = value;
        value
    }

    /// `Next()`.
    pub(crate) fn next(&mut self) -> i32 {
        self.sample()
    }

    /// `NextDouble()`.
    pub(crate) fn next_double(&mut self) -> f64 {
        f64::from(self.sample()) * (1.0 / f64::from(BIG))
    }

    /// `Next(max)`.
    pub(crate) fn next_below(&mut self, max: i32) -> Result<i32> {
        if max < 0 {
            return Err(DotnetError::out_of_range(
                "'maxValue' must be greater than zero.",
                "maxValue",
            ));
        }
        Ok((self.next_double() * f64::from(max)) as i32)
    }

    /// `Next(min, max)`.
    pub(crate) fn next_between(&mut self, min: i32, max: i32) -> Result<i32> {
        if min > max {
            return Err(DotnetError::out_of_range(
                "'minValue' cannot be greater than maxValue.",
                "minValue",
            ));
        }
        let range = i64::from(max) - i64::from(min);
        let fraction = if range <= i64::from(i32::MAX) {
            self.next_double()
        } else {
            self.large()
        };
        Ok(((fraction * range as f64) as i64 + i64::from(min)) as i32)
    }

    // A range wider than an int takes two samples: the second decides the sign.
    fn large(&mut self) -> f64 {
        let value = self.sample();
        let value = if self.sample() % 2 == 0 { -value } else { value };
        (f64::from(value) + f64::from(i32::MAX - 1)) / (2.0 * f64::from(i32::MAX) - 1.0)
    }

    /// `NextBytes`.
    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|it| *it = (self.sample() % 256) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_classic_sequence() {
        assert_eq!(Random::new(42).next(), 1_434_747_710);
        let mut zero = Random::new(0);
        assert_eq!(
            (zero.next(), zero.next(), zero.next()),
            (1_559_595_546, 1_755_192_844, 1_649_316_166)
        );
        assert_eq!(Random::new(i32::MIN).next(), Random::new(i32::MAX).next());
    }

    #[test]
    fn bounds() {
        let mut random = Random::new(7);
        assert_eq!(random.next_below(0), Ok(0));
        assert!(random.next_below(-1).is_err());
        assert!(random.next_between(2, 1).is_err());
        for _ in 0..1000 {
            assert!((3..9).contains(&random.next_between(3, 9).unwrap()));
            random.next_between(i32::MIN, i32::MAX).unwrap();
        }
    }
}
