//! How fast we may send: per number and per customer, so that Meta does not have to refuse.

use std::collections::HashMap;

use chrono::Duration;
use shared::{
    Instant,
    ids::{ChannelId, ContactId},
};

use crate::domain::outbox::Wish;

/// Messages to one customer: one every six seconds, of which some may be borrowed. Source: pair rate
/// limit, which allows 45 at once; a person's answers never need more than these.
const PAIR_RATE: f64 = 1.0 / 6.0;
const PAIR_BURST: f64 = 20.0;
/// Customers remembered before full buckets are forgotten.
const REMEMBERED: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

/// Token buckets of one tenant.
#[derive(Default)]
pub(super) struct Pace {
    /// With how many tokens each gets a second.
    numbers: HashMap<ChannelId, (Bucket, f64)>,
    pairs: HashMap<(ChannelId, ContactId), Bucket>,
}

impl Pace {
    /// Takes one token of each bucket, or says when both will have one.
    pub(super) fn admit(&mut self, wish: Wish, now: Instant) -> Result<(), Instant> {
        let Wish { channel, contact, rate } = wish;
        let rate = f64::from(rate.max(1));
        if self.pairs.len() > REMEMBERED {
            self.pairs.retain(|_, bucket| refilled(*bucket, PAIR_RATE, PAIR_BURST, now).tokens < PAIR_BURST);
        }
        let full = |burst| Bucket { tokens: burst, at: now };
        let (number, known) = self.numbers.entry(channel).or_insert_with(|| (full(rate), rate));
        *known = rate;
        let pair = self.pairs.entry((channel, contact)).or_insert_with(|| full(PAIR_BURST));
        *number = refilled(*number, rate, rate, now);
        *pair = refilled(*pair, PAIR_RATE, PAIR_BURST, now);
        let wait = ((1.0 - number.tokens) / rate).max((1.0 - pair.tokens) / PAIR_RATE);
        if wait > 0.0 {
            return Err(now + in_seconds(wait));
        }
        number.tokens -= 1.0;
        pair.tokens -= 1.0;
        Ok(())
    }

    /// Numbers that have sent as much as they may for now, with when they may go on.
    pub(super) fn exhausted(&self, now: Instant) -> HashMap<ChannelId, Instant> {
        let until = |(channel, (bucket, rate)): (&ChannelId, &(Bucket, f64))| {
            let missing = 1.0 - refilled(*bucket, *rate, *rate, now).tokens;
            (missing > 0.0).then(|| (*channel, now + in_seconds(missing / rate)))
        };
        self.numbers.iter().filter_map(until).collect()
    }
}

fn in_seconds(seconds: f64) -> Duration {
    Duration::microseconds((seconds * 1e6).ceil() as i64)
}

fn refilled(bucket: Bucket, rate: f64, burst: f64, now: Instant) -> Bucket {
    let passed = (now - bucket.at).num_microseconds().unwrap_or(0).max(0) as f64 / 1e6;
    Bucket { tokens: (bucket.tokens + passed * rate).min(burst), at: now.max(bucket.at) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::from_micros;

    #[test]
    fn a_customer_gets_a_burst_and_then_one_every_six_seconds() {
        let mut pace = Pace::default();
        let wish = Wish { channel: ChannelId::new(), contact: ContactId::new(), rate: 80 };
        let start = from_micros(0);
        let at_once = (0..100).take_while(|_| pace.admit(wish, start).is_ok()).count();
        assert_eq!(at_once, 20);
        let next = pace.admit(wish, start).unwrap_err();
        assert_eq!((next - start).num_seconds(), 6);
        assert!(pace.admit(wish, next).is_ok());
        let other = Wish { contact: ContactId::new(), ..wish };
        assert!(pace.admit(other, start).is_ok(), "another customer does not wait");
    }

    #[test]
    fn a_number_sends_as_fast_as_whatsapp_lets_it() {
        for rate in [20, 80, 1_000] {
            let mut pace = Pace::default();
            let (channel, start) = (ChannelId::new(), from_micros(0));
            let mut at = |now| {
                let wish = Wish { channel, contact: ContactId::new(), rate };
                pace.admit(wish, now).is_ok()
            };
            let at_once = (0..2_000).take_while(|_| at(start)).count();
            assert_eq!(at_once, rate as usize);
            let until = pace.exhausted(start)[&channel];
            assert!(until > start && pace.exhausted(until).is_empty());
            let mut at = |now| {
                let wish = Wish { channel, contact: ContactId::new(), rate };
                pace.admit(wish, now).is_ok()
            };
            let second = start + Duration::seconds(1);
            assert_eq!((0..2_000).take_while(|_| at(second)).count(), rate as usize);
        }
    }
}
