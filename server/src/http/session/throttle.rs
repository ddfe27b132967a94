//! How long a bucket of failed sign-ins stays shut. Levels are kept by `db::control::throttle`.

use std::net::IpAddr;

use chrono::TimeDelta;
use shared::Instant;

use crate::{db::control::account::fold_email, secrets};

/// How one kind of bucket fills, shuts and forgives.
pub(super) struct Rule {
    /// Failures that shut nothing.
    free: u32,
    /// Failures that are counted at most; what comes on top is not held against anybody.
    most: u32,
    /// The longest it is shut after a failure.
    longest: TimeDelta,
    /// How failures are forgiven.
    forgives: Forgives,
}

/// How failures are forgiven.
enum Forgives {
    /// All at once, after a day without another.
    AQuietDay,
    /// One after the other: a leaky bucket.
    OneAMinute,
}

/// One person's account: a slip of the finger or two is free, and guessing is hopeless long before a
/// quarter of an hour. Locking people out for good would be a gift to whoever knows their address.
pub(super) const ACCOUNT: Rule =
    Rule { free: 5, most: u32::MAX, longest: TimeDelta::minutes(15), forgives: Forgives::AQuietDay };
/// An address is many people: an office, or everybody behind a proxy that is not trusted. It only
/// slows guesses over many accounts; each account has a bucket of its own. So it leaks, and whoever
/// fills it shuts the others out for half a minute, not for the day.
pub(super) const ADDRESS: Rule =
    Rule { free: 20, most: 30, longest: TimeDelta::seconds(30), forgives: Forgives::OneAMinute };
/// A quiet day empties every bucket.
const FORGIVEN: TimeDelta = TimeDelta::hours(24);
/// A leaking bucket's level is kept in seconds until it is empty: so much for each failure.
const FAILURE_SECONDS: u32 = 60;

/// The stored level and when the last failure was.
pub(super) type Failures = Option<(u32, Instant)>;

impl Rule {
    /// Seconds until the bucket opens; none when it is open.
    pub(super) fn shut_for(&self, failures: Failures, now: Instant) -> Option<u32> {
        let (_, last) = failures?;
        let count = match self.forgives {
            Forgives::AQuietDay => self.level(failures, now),
            Forgives::OneAMinute => self.level(failures, now).div_ceil(FAILURE_SECONDS),
        };
        if count < self.free {
            return None;
        }
        // Two seconds after the last free failure, twice as long after each further one.
        let doubled = 1_i64.checked_shl((count - self.free + 1).min(20)).unwrap_or(i64::MAX);
        let left = TimeDelta::seconds(doubled).min(self.longest) - passed(last, now);
        let seconds = left.num_milliseconds().div_euclid(1000) + 1;
        (left > TimeDelta::zero()).then(|| u32::try_from(seconds).unwrap_or(u32::MAX))
    }

    /// The level to store after one more failure.
    pub(super) fn one_more(&self, failures: Failures, now: Instant) -> u32 {
        let (one, most) = match self.forgives {
            Forgives::AQuietDay => (1, self.most),
            Forgives::OneAMinute => (FAILURE_SECONDS, self.most.saturating_mul(FAILURE_SECONDS)),
        };
        self.level(failures, now).saturating_add(one).min(most)
    }

    /// What is left of the stored level.
    fn level(&self, failures: Failures, now: Instant) -> u32 {
        let Some((stored, last)) = failures else { return 0 };
        let quiet = passed(last, now);
        if quiet >= FORGIVEN {
            return 0;
        }
        match self.forgives {
            Forgives::AQuietDay => stored,
            Forgives::OneAMinute => {
                stored.saturating_sub(u32::try_from(quiet.num_seconds()).unwrap_or(u32::MAX))
            }
        }
    }
}

/// A clock that was set back must not lengthen a wait.
fn passed(last: Instant, now: Instant) -> TimeDelta {
    (now - last).max(TimeDelta::zero())
}

/// The bucket of an account, whether there is such an account or not. Hashed: the table should not
/// be a list of addresses that somebody tried.
pub(super) fn account_bucket(email: &str) -> String {
    format!("account:{}", secrets::sha256(fold_email(email).as_bytes()))
}

/// The bucket of a peer: its address, or the /64 that one IPv6 customer has to itself.
pub(super) fn address_bucket(address: IpAddr) -> String {
    let prefix = match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    };
    format!("address:{}", secrets::sha256(prefix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_are_free_then_the_wait_doubles_up_to_fifteen_minutes() {
        let now = Instant::default();
        let wait = |count| ACCOUNT.shut_for(Some((count, now)), now);
        assert_eq!(wait(4), None);
        assert_eq!(wait(5), Some(3));
        assert_eq!(wait(6), Some(5));
        assert_eq!(wait(7), Some(9));
        assert_eq!(wait(14), Some(901));
        assert_eq!(wait(u32::MAX), Some(901));
        assert_eq!(ACCOUNT.shut_for(None, now), None);
    }

    #[test]
    fn an_accounts_bucket_opens_by_itself_and_a_quiet_day_forgives() {
        let now = Instant::default();
        let after = |by| ACCOUNT.shut_for(Some((5, now)), now + by);
        assert!(after(TimeDelta::milliseconds(1999)).is_some());
        assert_eq!(after(TimeDelta::seconds(2)), None);
        assert_eq!(ACCOUNT.one_more(Some((9, now)), now + TimeDelta::hours(1)), 10);
        assert_eq!(ACCOUNT.one_more(Some((9, now)), now + FORGIVEN), 1);
        assert_eq!(ACCOUNT.one_more(None, now), 1);
        assert_eq!(ACCOUNT.shut_for(Some((5, now)), now - TimeDelta::hours(3)), Some(3));
    }

    /// Fails as fast as the bucket lets one, for a while; gives what is stored.
    fn hammered(start: Instant, attempts: u32) -> (Failures, Instant) {
        let (mut failures, mut now) = (None, start);
        for _ in 0..attempts {
            let wait = ADDRESS.shut_for(failures, now).unwrap_or_default();
            now += TimeDelta::seconds(wait.into());
            failures = Some((ADDRESS.one_more(failures, now), now));
        }
        (failures, now)
    }

    #[test]
    fn an_address_is_never_shut_for_longer_than_half_a_minute() {
        let (failures, now) = hammered(Instant::default(), 500);
        assert_eq!(ADDRESS.shut_for(failures, now), Some(31));
        assert_eq!(ADDRESS.shut_for(failures, now + TimeDelta::seconds(30)), None);
    }

    #[test]
    fn an_address_is_forgiven_one_failure_a_minute() {
        let (failures, now) = hammered(Instant::default(), 500);
        let typo = |after| {
            let then = now + TimeDelta::minutes(after);
            ADDRESS.shut_for(Some((ADDRESS.one_more(failures, then), then)), then)
        };
        assert!(typo(2).is_some(), "two minutes after an attack a typo still shuts it for a moment");
        assert_eq!(typo(12), None, "twelve minutes after the worst attack a typo is free again");
        // A typo every other minute never adds up, however long the day.
        let (mut failures, mut now) = (None, now);
        for _ in 0..1_000 {
            now += TimeDelta::minutes(2);
            failures = Some((ADDRESS.one_more(failures, now), now));
        }
        assert_eq!(failures.map(|(level, _)| level), Some(FAILURE_SECONDS));
    }

    #[test]
    fn a_stranger_gets_two_guesses_a_minute_at_most() {
        let start = Instant::default();
        let (_, end) = hammered(start, 500);
        let guesses_a_minute = 500 / (end - start).num_minutes();
        assert!(guesses_a_minute <= 2, "{guesses_a_minute}");
    }

    #[test]
    fn spellings_of_one_address_share_a_bucket() {
        assert_eq!(account_bucket(" Ada@Example.com"), account_bucket("ada@example.com"));
        let bucket = |text: &str| address_bucket(text.parse().unwrap());
        assert_eq!(bucket("2001:db8::1"), bucket("2001:db8::ffff"));
        assert_ne!(bucket("2001:db8::1"), bucket("2001:db8:0:1::1"));
        assert_eq!(bucket("::ffff:192.0.2.1"), bucket("192.0.2.1"));
    }
}
