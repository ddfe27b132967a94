//! A small seeded generator (xorshift64*): repeatable, and good enough to play people.

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        // Zero is the one state xorshift never leaves.
        Self { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1 }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number in `0..limit`, or 0 where there is nothing to choose from.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from((self.next() >> 16) % limit).unwrap_or(0)
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = usize::try_from(high.saturating_sub(low).saturating_add(1)).unwrap_or(1);
        low.saturating_add(i64::try_from(self.below(span)).unwrap_or(0))
    }

    /// True in `percent` of 100 cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of the given things.
    pub(crate) fn pick<'a, T>(&mut self, things: &'a [T]) -> Option<&'a T> {
        things.get(self.below(things.len()))
    }

    /// A waiting time of a Poisson process with this mean.
    pub(crate) fn exponential_ms(&mut self, mean_ms: u64) -> u64 {
        // 53 bits fill a double; the shift keeps the value below 2^53, so nothing is lost.
        let uniform = ((self.next() >> 11) as f64 + 1.0) / 9_007_199_254_740_993.0;
        (-uniform.ln() * mean_ms as f64) as u64
    }

    pub(crate) fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            let other = self.below(last + 1);
            things.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_same_seed_gives_the_same_stream() {
        let (mut one, mut two) = (Random::new(7), Random::new(7));
        assert_eq!(
            (0..9).map(|_| one.next()).collect::<Vec<_>>(),
            (0..9).map(|_| two.next()).collect::<Vec<_>>()
        );
    }

    #[test]
    fn waiting_times_have_the_asked_mean() {
        let mut random = Random::new(3);
        let total: u64 = (0..10_000).map(|_| random.exponential_ms(1000)).sum();
        assert!((900..1100).contains(&(total / 10_000)), "{total}");
    }
}
