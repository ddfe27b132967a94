//! A timeline as a list of things to draw: days, messages in groups, and what is still on its way.
//! Pure, but for the time zone, which the caller brings.

use std::collections::BTreeSet;

use shared::{
    apply::Timeline,
    ids::{CommandKey, ConversationId},
    model::message::{Author, Body, DeliveryState, Message},
};

use crate::live::{Bubble, Pending};

/// Two messages further apart than this start a new group, in milliseconds.
const GROUP_MS: i64 = 5 * 60_000;

/// Something to draw.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    /// A new day begins.
    Day {
        /// Number of the local day.
        number: i64,
        /// A moment on it.
        at_ms: f64,
    },
    /// A message of the view.
    Message {
        /// The message.
        message: Box<Message>,
        /// Whether it begins a group of one author.
        first: bool,
        /// Whether it did not arrive and its words were sent again since.
        again: bool,
    },
    /// Something of mine that the view does not contain yet.
    Pending {
        /// The command's key.
        key: CommandKey,
        /// What it says.
        bubble: Bubble,
        /// When it was written, in milliseconds.
        at_ms: f64,
    },
}

/// A message of the same revision is the same, and its parts need not be compared.
impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Day { number, .. }, Self::Day { number: other, .. }) => number == other,
            (
                Self::Message { message: a, first, again },
                Self::Message { message: b, first: other_first, again: other_again },
            ) => (a.id, a.rev, first, again) == (b.id, b.rev, other_first, other_again),
            (Self::Pending { key, .. }, Self::Pending { key: other, .. }) => key == other,
            _ => false,
        }
    }
}

impl Entry {
    /// Tells entries apart; a changed message is another entry, so it is drawn anew.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Day { number, .. } => format!("day {number}"),
            Self::Message { message, first, again } => {
                let flag = |on: bool| if on { '+' } else { '-' };
                format!("{} {} {}{}", message.seq, message.rev, flag(*first), flag(*again))
            }
            Self::Pending { key, .. } => key.to_string(),
        }
    }
}

/// What to draw for a timeline and the commands on their way.
pub(super) fn entries(
    id: ConversationId,
    timeline: &Timeline,
    pending: &[Pending],
    day_of: impl Fn(f64) -> i64,
) -> Vec<Entry> {
    let mut list = Vec::with_capacity(timeline.messages.len() + 4);
    let mut day = None;
    let mut before: Option<&Message> = None;
    let mut known: BTreeSet<CommandKey> = BTreeSet::new();
    for message in timeline.messages.values() {
        known.extend(message.key);
        let at_ms = crate::time::millis(message.at);
        let number = day_of(at_ms);
        let new_day = day != Some(number);
        if new_day {
            list.push(Entry::Day { number, at_ms });
            day = Some(number);
        }
        let first = new_day || before.is_none_or(|before| !same_group(before, message));
        let again = sent_again(timeline, message);
        list.push(Entry::Message { message: Box::new(message.clone()), first, again });
        before = Some(message);
    }
    for one in pending.iter().filter(|p| !known.contains(&p.key)) {
        if let Some(bubble) = one.bubble(id) {
            list.push(Entry::Pending { key: one.key, bubble, at_ms: one.at_ms });
        }
    }
    list
}

/// Whether a message in trouble has a later one with the same words.
fn sent_again(timeline: &Timeline, message: &Message) -> bool {
    let state = message.delivery.as_ref().map(|delivery| delivery.state);
    let trouble = matches!(state, Some(DeliveryState::Failed | DeliveryState::Uncertain));
    let later = || timeline.messages.range(message.seq + 1..).map(|(_, other)| other);
    trouble && later().any(|other| other.delivery.is_some() && other.body.words() == message.body.words())
}

fn same_group(before: &Message, after: &Message) -> bool {
    let soon = (after.at - before.at).num_milliseconds() < GROUP_MS;
    let author = |m: &Message| -> Author { m.author.clone() };
    let is_note = |m: &Message| matches!(m.body, Body::Note { .. });
    // Who of a group, or where the business wrote.
    let by = |m: &Message| m.context.as_ref().map(|context| (context.participant.clone(), context.elsewhere));
    let by = |m: &Message| by(m).unwrap_or_default();
    soon && author(before) == author(after) && by(before) == by(after) && is_note(before) == is_note(after)
}

#[cfg(test)]
mod tests {
    use shared::{
        Instant,
        ids::MessageId,
        live::command::Command,
        model::message::{AuthorKind, Body, Delivery},
    };

    use super::*;

    fn message(conversation: ConversationId, seq: u64, minute: i64) -> Message {
        Message {
            id: MessageId::new(),
            rev: 1,
            conversation,
            seq,
            at: Instant::from_timestamp_millis(minute * 60_000).unwrap(),
            written_at: None,
            author: Author { kind: AuthorKind::Customer, member: None },
            body: Body::Text { text: "hello".into() },
            file: None,
            delivery: None,
            context: None,
            reactions: Vec::new(),
            edited_at: None,
            key: None,
        }
    }

    #[test]
    fn days_are_separated_and_quick_messages_of_one_author_are_grouped() {
        let id = ConversationId::new();
        let mut timeline = Timeline::default();
        for (seq, minute) in [(1, 0), (2, 1), (3, 30), (4, 1_500)] {
            timeline.messages.insert(seq, message(id, seq, minute));
        }
        #[expect(clippy::cast_possible_truncation, reason = "small in this test")]
        let list = entries(id, &timeline, &[], |at| (at / 86_400_000.0) as i64);
        let shape: Vec<_> = list
            .iter()
            .map(|entry| match entry {
                Entry::Day { .. } => "day",
                Entry::Message { first: true, .. } => "first",
                Entry::Message { .. } => "next",
                Entry::Pending { .. } => "pending",
            })
            .collect();
        assert_eq!(shape, ["day", "first", "next", "first", "day", "first"]);
    }

    #[test]
    fn only_the_last_copy_of_a_message_in_trouble_can_be_sent_again() {
        let id = ConversationId::new();
        let mut timeline = Timeline::default();
        for (seq, state) in [(1, DeliveryState::Failed), (2, DeliveryState::Failed)] {
            let delivery = Delivery::begun(state);
            timeline.messages.insert(seq, Message { delivery: Some(delivery), ..message(id, seq, 0) });
        }
        // The customer says the same words; that is no second attempt.
        timeline.messages.insert(3, message(id, 3, 0));
        let list = entries(id, &timeline, &[], |_| 0);
        let again: Vec<_> = list
            .iter()
            .filter_map(|entry| match entry {
                Entry::Message { again, .. } => Some(*again),
                _ => None,
            })
            .collect();
        assert_eq!(again, [true, false, false]);
    }

    #[test]
    fn a_text_on_its_way_disappears_when_the_view_contains_its_message() {
        let id = ConversationId::new();
        let key = CommandKey::new();
        let pending = Pending { key, command: Command::text(id, "hi"), at_ms: 0.0, done: None, kept: false };
        let mut timeline = Timeline::default();
        assert_eq!(entries(id, &timeline, std::slice::from_ref(&pending), |_| 0).len(), 1);
        timeline.messages.insert(1, Message { key: Some(key), ..message(id, 1, 0) });
        let list = entries(id, &timeline, &[pending], |_| 0);
        assert!(list.iter().all(|entry| !matches!(entry, Entry::Pending { .. })));
    }
}
