//! Who looks at or writes in which conversation. In memory, expires by itself.

use std::collections::HashMap;

use shared::{
    Instant,
    ids::{ConversationId, MemberId},
    live::snapshot::{Activity, Watcher},
};

/// How long a sign of typing counts.
pub(super) const TYPING_SECONDS: i64 = 6;
/// How long a sign of viewing counts; clients repeat it every ten seconds.
pub(super) const VIEWING_SECONDS: i64 = 25;

#[derive(Default)]
pub(super) struct Watchers(HashMap<ConversationId, Vec<Watcher>>);

impl Watchers {
    /// Notes a sign of life; a past `until` takes the member away.
    pub(super) fn note(&mut self, watcher: Watcher, now: Instant) {
        let at = self.0.entry(watcher.conversation).or_default();
        at.retain(|known| {
            known.until > now && !(known.member == watcher.member && known.activity == watcher.activity)
        });
        if watcher.until > now {
            at.push(watcher.clone());
        }
        if at.is_empty() {
            self.0.remove(&watcher.conversation);
        }
    }

    /// Forgets every sign that has expired.
    pub(super) fn sweep(&mut self, now: Instant) {
        self.0.retain(|_, at| {
            at.retain(|known| known.until > now);
            !at.is_empty()
        });
    }

    /// Everybody but one at a conversation.
    pub(super) fn others(&self, id: ConversationId, me: MemberId, now: Instant) -> Vec<Watcher> {
        let at = self.0.get(&id).map(Vec::as_slice).unwrap_or_default();
        at.iter().filter(|w| w.member != me && w.until > now).cloned().collect()
    }
}

/// A sign that a member no longer does something at a conversation.
pub(super) fn gone(
    conversation: ConversationId,
    member: MemberId,
    activity: Activity,
    now: Instant,
) -> Watcher {
    Watcher { conversation, member, activity, until: now }
}

/// A sign that a member does something at a conversation from now on for a while.
pub(super) fn sign(
    conversation: ConversationId,
    member: MemberId,
    activity: Activity,
    now: Instant,
) -> Watcher {
    let seconds = match activity {
        Activity::Typing => TYPING_SECONDS,
        Activity::Viewing => VIEWING_SECONDS,
    };
    Watcher { conversation, member, activity, until: now + chrono::Duration::seconds(seconds) }
}
