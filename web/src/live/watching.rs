//! Colleagues at conversations, from signals that may be lost and expire by themselves. Pure.

use shared::live::snapshot::Watcher;

use super::store::millis;

/// A signal that ends sooner than this says "gone", in milliseconds: a true one lasts much longer,
/// and this computer's idea of the server's clock is late by the time a frame travels.
const GONE_MS: f64 = 1_000.0;

/// Takes in a signal: it replaces what was known of this colleague here.
pub(super) fn note(all: &mut Vec<Watcher>, watcher: Watcher, now_ms: f64) {
    let same = |w: &Watcher| w.conversation == watcher.conversation && w.member == watcher.member;
    all.retain(|w| !same(w) && millis(w.until) > now_ms);
    if millis(watcher.until) > now_ms + GONE_MS {
        all.push(watcher);
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        Instant,
        ids::{ConversationId, MemberId},
        live::snapshot::Activity,
    };

    use super::*;

    #[test]
    fn a_signal_that_ends_in_the_past_removes_the_colleague_at_once() {
        let until = |ms| Instant::from_timestamp_millis(ms).unwrap();
        let here = Watcher {
            conversation: ConversationId::new(),
            member: MemberId::new(),
            activity: Activity::Typing,
            until: until(25_000),
        };
        let other = Watcher { member: MemberId::new(), ..here.clone() };
        let mut all = Vec::new();
        note(&mut all, here.clone(), 0.0);
        note(&mut all, other.clone(), 0.0);
        assert_eq!(all, [here.clone(), other.clone()]);
        // The server's "now" is a little ahead of what this computer takes for it.
        note(&mut all, Watcher { until: until(2_300), ..here }, 2_000.0);
        assert_eq!(all, [other]);
    }
}
