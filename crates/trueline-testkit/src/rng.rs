//! A small random generator whose values for a row depend only on the seed and the row, so that any row or its fault can be
//! generated without the rows before it.
//!
//! **Source**: the output function of `SplitMix64` (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The random values of one row.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    /// Creates the values of `row` for `seed`; `salt` separates different uses.
    pub(crate) fn new(seed: u64, row: u64, salt: u64) -> Self {
        Self(mix(mix(seed ^ salt.wrapping_mul(STEP)).wrapping_add(row.wrapping_mul(STEP))))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// Returns a value below `bound`, or 0 if that is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// Returns one of `items`.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        let index = usize::try_from(self.below(items.len() as u64)).unwrap_or(0);
        items[index]
    }

    /// Returns true with this probability.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        share > 0.0 && ((self.next() >> 11) as f64) < share * (1_u64 << 53) as f64
    }
}

/// Spreads a value over all 64 bits. Different values have different results.
pub(crate) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Returns the fault of a row, one of `kinds` that each occur at `rate`.
pub(crate) fn fault(seed: u64, row: u64, rate: f64, kinds: usize) -> Option<usize> {
    const SALT: u64 = 0xfa17;
    if rate <= 0.0 {
        return None;
    }
    let mut rng = Rng::new(seed, row, SALT);
    let rate = rate.min(1.0 / kinds as f64);
    rng.chance(rate * kinds as f64).then(|| usize::try_from(rng.below(kinds as u64)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spread_and_repeatable() {
        let draw = |seed, salt| (0..4000).map(|row| Rng::new(seed, row, salt).below(10)).collect::<Vec<_>>();
        assert_eq!(draw(1, 1), draw(1, 1));
        assert_ne!(draw(1, 1), draw(2, 1));
        assert_ne!(draw(1, 1), draw(1, 2));
        for digit in 0..10 {
            let count = draw(7, 3).iter().filter(|value| **value == digit).count();
            assert!((300..500).contains(&count), "{digit}: {count}");
        }
    }

    #[test]
    fn faults_come_at_their_rate() {
        let count = |rate| (0..100_000).filter(|row| fault(3, *row, rate, 10).is_some()).count();
        assert_eq!(count(0.0), 0);
        assert!((900..1100).contains(&count(0.001)), "{}", count(0.001));
        assert_eq!(count(0.1), 100_000);
        assert_eq!(count(5.0), 100_000);
    }
}
