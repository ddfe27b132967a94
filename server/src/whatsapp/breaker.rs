//! Holding messages back while WhatsApp takes none from a number: what is not sent cannot become uncertain.

use std::collections::HashMap;

use chrono::Duration;
use shared::{Instant, ids::ChannelId};

/// Troubles in a row after which a number pauses. Ours: one or two are ordinary.
const PATIENCE: u32 = 5;
/// Each pause is twice as long as the one before, up to this many times the first. With the usual first one the
/// longest stays well below the ten minutes after which an agent may decide.
const LONGEST: i32 = 16;
/// How long a message that finds out may take, with its file.
const PROBE: Duration = Duration::minutes(5);

/// What is known of each number.
pub(super) struct Breakers {
    numbers: HashMap<ChannelId, Breaker>,
    /// The first pause.
    pause: Duration,
}

#[derive(Default)]
struct Breaker {
    /// Troubles in a row.
    troubles: u32,
    /// Pauses in a row.
    pauses: u32,
    open_until: Option<Instant>,
    /// Until when a message is on its way that finds out whether it is over; one that is never heard of again
    /// does not stop the number for ever.
    probing_until: Option<Instant>,
}

/// What an answer has taught.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Learnt {
    /// Nothing that changes anything.
    Nothing,
    /// The number pauses until this time.
    Opened(Instant),
    /// The pause is over.
    Closed,
}

impl Breakers {
    /// No number has had trouble yet.
    pub(super) fn new(pause: Duration) -> Self {
        Self { numbers: HashMap::new(), pause }
    }

    /// Whether a message may leave, or when to ask again. After a pause one message finds out for all.
    pub(super) fn closed(&self, channel: ChannelId, now: Instant) -> Result<(), Instant> {
        let Some(Breaker { open_until: Some(until), probing_until, .. }) = self.numbers.get(&channel) else {
            return Ok(());
        };
        if *until > now {
            return Err(*until);
        }
        match probing_until {
            Some(probing) if *probing > now => Err((now + Duration::seconds(1)).min(*probing)),
            _ => Ok(()),
        }
    }

    /// Numbers from which nothing may leave, with when to ask again.
    pub(super) fn held(&self, now: Instant) -> HashMap<ChannelId, Instant> {
        let until = |channel: &ChannelId| self.closed(*channel, now).err().map(|until| (*channel, until));
        self.numbers.keys().filter_map(until).collect()
    }

    /// Whether a number pauses, or has paused and nobody knows yet whether it need not any more.
    pub(super) fn is_open(&self, channel: ChannelId) -> bool {
        self.numbers.get(&channel).is_some_and(|breaker| breaker.open_until.is_some())
    }

    /// Numbers whose pause is over while no message finds out what comes after it.
    pub(super) fn unsure(&self, now: Instant) -> Vec<ChannelId> {
        let open = self.numbers.keys().copied().filter(|channel| self.is_open(*channel));
        open.filter(|channel| self.closed(*channel, now).is_ok()).collect()
    }

    /// Whether any number pauses.
    pub(super) fn any_open(&self) -> bool {
        self.numbers.values().any(|breaker| breaker.open_until.is_some())
    }

    /// Nothing waits to find out whether a pause is over: the next message is sent like any other.
    pub(super) fn forget(&mut self, channel: ChannelId) {
        self.numbers.remove(&channel);
    }

    /// A message leaves.
    pub(super) fn leaves(&mut self, channel: ChannelId, now: Instant) {
        if let Some(breaker) = self.numbers.get_mut(&channel)
            && breaker.open_until.is_some()
        {
            breaker.probing_until = Some(now + PROBE);
        }
    }

    /// A message was answered, or not.
    pub(super) fn learn(&mut self, channel: ChannelId, trouble: bool, now: Instant) -> Learnt {
        if !trouble {
            let was_open = self.numbers.remove(&channel).is_some_and(|breaker| breaker.open_until.is_some());
            return if was_open { Learnt::Closed } else { Learnt::Nothing };
        }
        let breaker = self.numbers.entry(channel).or_default();
        breaker.troubles += 1;
        // Those that were on their way when it opened say nothing new.
        let paused = breaker.open_until.is_some_and(|until| until > now);
        if breaker.troubles < PATIENCE || paused {
            return Learnt::Nothing;
        }
        let pause = self.pause * 2_i32.saturating_pow(breaker.pauses).min(LONGEST);
        breaker.pauses += 1;
        breaker.probing_until = None;
        breaker.open_until = Some(now + pause);
        Learnt::Opened(now + pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::from_micros;

    #[test]
    fn after_troubles_in_a_row_one_message_finds_out_whether_they_are_over() {
        let (channel, mut now) = (ChannelId::new(), from_micros(0));
        let mut breakers = Breakers::new(Duration::seconds(15));
        for _ in 1..PATIENCE {
            assert_eq!(breakers.learn(channel, true, now), Learnt::Nothing);
        }
        let mut pauses = Vec::new();
        for _ in 0..8 {
            let Learnt::Opened(until) = breakers.learn(channel, true, now) else { panic!("it did not open") };
            assert_eq!(breakers.learn(channel, true, now), Learnt::Nothing, "a straggler");
            assert_eq!(breakers.closed(channel, now), Err(until));
            pauses.push((until - now).num_seconds());
            now = until;
            assert_eq!(breakers.closed(channel, now), Ok(()));
            assert_eq!((breakers.unsure(now), breakers.held(now).len()), (vec![channel], 0));
            breakers.leaves(channel, now);
            assert!(breakers.closed(channel, now).is_err(), "one at a time");
            assert_eq!((breakers.unsure(now).len(), breakers.held(now).len()), (0, 1));
        }
        assert_eq!(pauses, [15, 30, 60, 120, 240, 240, 240, 240]);
        assert_eq!(breakers.closed(channel, now + PROBE), Ok(()), "one that is never heard of again");
        assert!(breakers.is_open(channel) && breakers.any_open());
        assert_eq!(breakers.learn(channel, false, now), Learnt::Closed);
        assert!(!breakers.is_open(channel) && !breakers.any_open());
        breakers.leaves(channel, now);
        assert_eq!(breakers.closed(channel, now), Ok(()));
    }

    #[test]
    fn a_good_answer_forgives_and_numbers_do_not_share() {
        let (one, other, now) = (ChannelId::new(), ChannelId::new(), from_micros(0));
        let mut breakers = Breakers::new(Duration::seconds(15));
        for _ in 0..3 {
            for _ in 1..PATIENCE {
                assert_eq!(breakers.learn(one, true, now), Learnt::Nothing);
            }
            assert_eq!(breakers.learn(one, false, now), Learnt::Nothing);
        }
        for _ in 0..PATIENCE {
            breakers.learn(one, true, now);
        }
        assert!(breakers.closed(one, now).is_err());
        assert_eq!(breakers.closed(other, now), Ok(()));
    }
}
