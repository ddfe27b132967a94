//! Who looks at or writes in which conversation. In memory, expires by itself. Where the tenant wants it so, only
//! supervisors see who monitors, and never the one whom it is about.

use std::collections::HashMap;

use shared::{
    Instant,
    ids::{ConversationId, MemberId},
    live::snapshot::{Activity, Watcher},
    permission::{Permission, Scope},
};

/// How long a sign of typing counts.
pub(super) const TYPING_SECONDS: i64 = 6;
/// How long a sign of viewing counts; clients repeat it every ten seconds.
pub(super) const VIEWING_SECONDS: i64 = 25;

/// A sign, and who must not see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) watcher: Watcher,
    /// Over whose shoulder the member looks without their knowing.
    pub(super) unseen_by: Option<MemberId>,
}

impl Sign {
    /// Whether somebody else may know of it.
    pub(super) fn is_for(&self, scope: &Scope) -> bool {
        scope.member != self.watcher.member
            && self
                .unseen_by
                .is_none_or(|holder| scope.member != holder && scope.role.may(Permission::Monitor))
    }
}

#[derive(Default)]
pub(super) struct Watchers(HashMap<ConversationId, Vec<Sign>>);

impl Watchers {
    /// Notes a sign of life.
    pub(super) fn note(&mut self, sign: Sign, now: Instant) {
        let at = self.0.entry(sign.watcher.conversation).or_default();
        at.retain(|known| known.watcher.until > now && !same(&known.watcher, &sign.watcher));
        at.push(sign);
    }

    /// Takes a member away; the sign of that is for those who saw the last one, none when nobody did.
    pub(super) fn take(&mut self, gone: Watcher) -> Option<Sign> {
        let at = self.0.get_mut(&gone.conversation)?;
        let known = at.iter().position(|known| same(&known.watcher, &gone))?;
        let Sign { unseen_by, .. } = at.swap_remove(known);
        if at.is_empty() {
            self.0.remove(&gone.conversation);
        }
        Some(Sign { watcher: gone, unseen_by })
    }

    /// Forgets every sign that has expired.
    pub(super) fn sweep(&mut self, now: Instant) {
        self.0.retain(|_, at| {
            at.retain(|known| known.watcher.until > now);
            !at.is_empty()
        });
    }

    /// Everybody at a conversation whom somebody else may know of.
    pub(super) fn others(&self, id: ConversationId, scope: &Scope, now: Instant) -> Vec<Watcher> {
        let at = self.0.get(&id).map(Vec::as_slice).unwrap_or_default();
        let seen = at.iter().filter(|sign| sign.watcher.until > now && sign.is_for(scope));
        seen.map(|sign| sign.watcher.clone()).collect()
    }
}

fn same(one: &Watcher, other: &Watcher) -> bool {
    (one.member, one.activity) == (other.member, other.activity)
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
