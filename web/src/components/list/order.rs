//! Which conversations a tab shows and in which order. Pure.

use std::collections::BTreeSet;

use shared::{
    apply::View,
    ids::ConversationId,
    model::{
        contact::Contact,
        conversation::{Conversation, ConversationState},
    },
};

/// The tabs of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListTab {
    /// What I hold.
    Mine,
    /// What nobody holds.
    Waiting,
    /// Everything open in sight.
    All,
    /// What is done; not live.
    Closed,
}

impl ListTab {
    /// All of them, from left to right.
    pub(crate) const ALL: [Self; 4] = [Self::Mine, Self::Waiting, Self::All, Self::Closed];

    /// The name in the address and in tests.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Waiting => "waiting",
            Self::All => "all",
            Self::Closed => "closed",
        }
    }

    fn holds(self, view: &View, conversation: &Conversation) -> bool {
        match self {
            Self::Mine => conversation.assignee == Some(view.me),
            Self::Waiting => {
                conversation.assignee.is_none() && conversation.state == ConversationState::Queued
            }
            Self::All => true,
            Self::Closed => false,
        }
    }
}

/// How many conversations each live tab has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// What I hold.
    pub(crate) mine: usize,
    /// What I hold and have not read.
    pub(crate) mine_unread: usize,
    /// What nobody holds.
    pub(crate) waiting: usize,
    /// Everything open.
    pub(crate) all: usize,
    /// Whose window closes soon.
    pub(crate) soon: usize,
}

/// Counts every live tab in one pass.
pub(crate) fn counts(view: &View, now_ms: f64) -> Counts {
    let mut counts = Counts { all: view.conversations.len(), ..Counts::default() };
    for conversation in view.conversations.values() {
        if ListTab::Mine.holds(view, conversation) {
            counts.mine += 1;
            counts.mine_unread += usize::from(conversation.unread > 0);
        }
        counts.waiting += usize::from(ListTab::Waiting.holds(view, conversation));
        counts.soon += usize::from(closes_soon(conversation, now_ms));
    }
    counts
}

/// From this much left of the window on it counts as closing soon, in milliseconds.
pub(crate) const SOON_MS: f64 = 2.0 * 3_600_000.0;

/// Whether the customer service window is open and closes soon.
pub(crate) fn closes_soon(conversation: &Conversation, now_ms: f64) -> bool {
    let left = conversation.window_until.map(|until| crate::time::millis(until) - now_ms);
    left.is_some_and(|left| left > 0.0 && left < SOON_MS)
}

/// The rows whose window closes soon, the soonest first.
pub(crate) fn closing(view: &View, now_ms: f64) -> Vec<ConversationId> {
    let soon = view.conversations.values().filter(|c| closes_soon(c, now_ms));
    let mut keyed: Vec<_> = soon.map(|c| (c.window_until, c.id)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, id)| id).collect()
}

/// The rows of a live tab that match a search, in order: who has waited longest first among those
/// nobody holds, the latest first everywhere else.
pub(crate) fn rows(view: &View, tab: ListTab, search: &str) -> Vec<ConversationId> {
    let wanted = folded(search.trim());
    let found = view.conversations.values().filter(|c| {
        // A search looks everywhere, not only in the tab.
        if wanted.is_empty() { tab.holds(view, c) } else { matches(c, &wanted) }
    });
    let mut keyed: Vec<_> = found.map(|c| (moment(c), c.id)).collect();
    keyed.sort_unstable();
    if tab != ListTab::Waiting || !wanted.is_empty() {
        keyed.reverse();
    }
    keyed.into_iter().map(|(_, id)| id).collect()
}

/// When the conversation was last heard of; for a waiting one, since when it waits.
fn moment(conversation: &Conversation) -> shared::Instant {
    let last = conversation.last.as_ref().map_or(conversation.opened_at, |last| last.at);
    match conversation.state {
        ConversationState::Queued => conversation.waiting_since.unwrap_or(last),
        _ => last,
    }
}

fn matches(conversation: &Conversation, wanted: &str) -> bool {
    let Contact { name, phone, username, .. } = &conversation.contact;
    let digits: String = wanted.chars().filter(char::is_ascii_digit).collect();
    let has = |text: &Option<String>| text.as_ref().is_some_and(|t| folded(t).contains(wanted));
    has(name)
        || has(username)
        || digits.len() > 2 && phone.as_ref().is_some_and(|p| p.contains(&digits))
        || conversation.last.as_ref().is_some_and(|last| folded(&last.preview).contains(wanted))
}

/// A text without the difference between large and small letters; `ß` is `SS`, as many write it.
fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).collect()
}

/// Keeps rows where they are while somebody points at them: what left is dropped, what is new and
/// belongs to the end is added, the rest is only counted.
pub(crate) fn hold(shown: &[ConversationId], fresh: &[ConversationId]) -> (Vec<ConversationId>, usize) {
    let still = set(fresh);
    let mut kept: Vec<_> = shown.iter().filter(|id| still.contains(id)).copied().collect();
    let known = set(&kept);
    let tail = fresh.iter().rev().take_while(|id| !known.contains(id)).count();
    let tail: Vec<_> = fresh.iter().skip(fresh.len() - tail).copied().collect();
    kept.extend(tail);
    let new = fresh.len() - kept.len();
    (kept, new)
}

/// Collecting would sort first, which is a few kilobytes of code for the browser to load.
fn set(ids: &[ConversationId]) -> BTreeSet<ConversationId> {
    let mut set = BTreeSet::new();
    for id in ids {
        set.insert(*id);
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stay_where_they_are_while_somebody_points_at_them() {
        let ids: Vec<_> = (0..5).map(|_| ConversationId::new()).collect();
        let [a, b, c, d, e] = ids.as_slice() else { panic!() };
        // c came to the top, b left, d is new at the top, e is new at the end.
        let (kept, new) = hold(&[*a, *b, *c], &[*d, *c, *a, *e]);
        assert_eq!(kept, [*a, *c, *e]);
        assert_eq!(new, 1);
    }

    #[test]
    fn an_empty_list_takes_everything() {
        let a = ConversationId::new();
        assert_eq!(hold(&[], &[a]), (vec![a], 0));
    }
}
