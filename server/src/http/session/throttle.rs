//! How long a bucket of failed sign-ins stays shut. Counts are kept by `db::control::throttle`.

use std::net::IpAddr;

use chrono::TimeDelta;
use shared::Instant;

use crate::{db::control::account::fold_email, secrets};

/// Free attempts per account: enough for a slip of the finger or two.
pub(super) const ACCOUNT_FREE: u32 = 5;
/// Free attempts per address: an office has one address and many fingers.
pub(super) const ADDRESS_FREE: u32 = 20;
/// The longest a bucket is shut: guessing is hopeless long before, and locking people out for good
/// would be a gift to whoever knows their address.
const MOST: TimeDelta = TimeDelta::minutes(15);
/// A bucket that was quiet for this long starts over.
const FORGIVEN: TimeDelta = TimeDelta::hours(24);

/// Failures so far and when the last one was.
pub(super) type Failures = Option<(u32, Instant)>;

/// Seconds until the bucket opens; none when it is open.
pub(super) fn shut_for(failures: Failures, free: u32, now: Instant) -> Option<u32> {
    let (count, last) = failures?;
    if count < free || now - last >= FORGIVEN {
        return None;
    }
    // Two seconds after the last free failure, twice as long after each further one.
    let doubled = 1_i64.checked_shl((count - free + 1).min(20)).unwrap_or(i64::MAX);
    let left = last + TimeDelta::seconds(doubled).min(MOST) - now;
    let seconds = left.num_milliseconds().div_euclid(1000) + 1;
    (left > TimeDelta::zero()).then(|| u32::try_from(seconds).unwrap_or(u32::MAX))
}

/// The count after one more failure.
pub(super) fn one_more(failures: Failures, now: Instant) -> u32 {
    match failures {
        Some((count, last)) if now - last < FORGIVEN => count.saturating_add(1),
        _ => 1,
    }
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
        let wait = |count| shut_for(Some((count, now)), ACCOUNT_FREE, now);
        assert_eq!(wait(4), None);
        assert_eq!(wait(5), Some(3));
        assert_eq!(wait(6), Some(5));
        assert_eq!(wait(7), Some(9));
        assert_eq!(wait(14), Some(901));
        assert_eq!(wait(u32::MAX), Some(901));
        assert_eq!(shut_for(None, ACCOUNT_FREE, now), None);
    }

    #[test]
    fn a_bucket_opens_by_itself_and_a_quiet_day_forgives() {
        let now = Instant::default();
        let after = |by| shut_for(Some((5, now)), ACCOUNT_FREE, now + by);
        assert!(after(TimeDelta::milliseconds(1999)).is_some());
        assert_eq!(after(TimeDelta::seconds(2)), None);
        assert_eq!(one_more(Some((9, now)), now + TimeDelta::hours(1)), 10);
        assert_eq!(one_more(Some((9, now)), now + FORGIVEN), 1);
        assert_eq!(one_more(None, now), 1);
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
