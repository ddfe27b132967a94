//! Over whose shoulders one connection looks, and what has been written down of that. Nothing of a timeline goes to one
//! who may monitor before it is written down whose turn it shows: whoever opened it while nobody held it, and goes on
//! reading, looks like anybody who opens it now. This looks at memory only, and for those who may monitor alone.

use shared::{
    Instant, Pos,
    ids::{ConversationId, MemberId},
    live::event::Event,
    permission::{Audience, Permission, Scope},
};

use crate::{db::record::Recorded, domain::monitor::Monitoring};

/// What is known of the looks at opened timelines.
#[derive(Debug, Default)]
pub(super) struct Looks(Vec<Look>);

#[derive(Debug)]
struct Look {
    at: ConversationId,
    /// What had happened when it was found out who holds it: all of that is covered.
    until: Pos,
    /// Over whose shoulder, and when that was written down; none where nobody's.
    noted: Option<(MemberId, Instant)>,
}

impl Looks {
    /// The conversation whose look must be written down before an event goes out, if one must.
    pub(super) fn missing(
        &mut self,
        scope: &Scope,
        open: &[ConversationId],
        recorded: &Recorded,
    ) -> Option<ConversationId> {
        let (at, holder) = held(recorded).filter(|(at, _)| open.contains(at))?;
        if !scope.role.may(Permission::Monitor) {
            return None;
        }
        let holder = holder.filter(|holder| *holder != scope.member);
        (!self.covers(at, holder, recorded.pos, recorded.at)).then_some(at)
    }

    /// Whether what happened may be seen while `holder`, somebody else, has the conversation, or nobody.
    fn covers(&mut self, at: ConversationId, holder: Option<MemberId>, pos: Pos, when: Instant) -> bool {
        let look = self.0.iter_mut().find(|look| look.at == at);
        let Some(holder) = holder else {
            // The next who holds it begins another turn, also if it is the same member.
            if let Some(look) = look.filter(|look| look.until < pos) {
                look.noted = None;
            }
            return true;
        };
        look.is_some_and(|look| {
            let noted = look.noted.filter(|(who, noted)| *who == holder && Monitoring::lasts(*noted, when));
            pos <= look.until || noted.is_some()
        })
    }

    /// It was found out who holds a conversation after everything up to a position, and that is written down.
    pub(super) fn looked(&mut self, at: ConversationId, until: Pos, found: Option<Monitoring>) {
        self.forget(at);
        let noted = found.and_then(|look| Some((look.holder, look.noted?)));
        self.0.push(Look { at, until, noted });
    }

    /// A timeline was closed.
    pub(super) fn forget(&mut self, at: ConversationId) {
        self.0.retain(|look| look.at != at);
    }

    /// All were.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Of which conversation an event tells, and who had it then. Beside a message it is not told whether the one who has
/// it was only asked yet, or has closed it; that is found out by asking.
fn held(recorded: &Recorded) -> Option<(ConversationId, Option<MemberId>)> {
    match (&recorded.event, &recorded.after) {
        (Event::Conversation(conversation), _) => Some((conversation.id, conversation.holder())),
        (Event::Message(message), Some(Audience::Conversation { assignee, .. })) => {
            Some((message.conversation, *assignee))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    const AT: Instant = DateTime::UNIX_EPOCH;

    fn over(holder: MemberId) -> Option<Monitoring> {
        Some(Monitoring { holder, visible: true, noted: Some(AT) })
    }

    #[test]
    fn what_was_opened_while_nobody_held_it_is_asked_about_with_each_turn() {
        let (mut looks, at) = (Looks::default(), ConversationId::new());
        let (ann, ben) = (MemberId::new(), MemberId::new());
        looks.looked(at, 10, None);
        assert!(looks.covers(at, None, 11, AT));
        assert!(!looks.covers(at, Some(ann), 12, AT), "somebody has it");
        looks.looked(at, 12, over(ann));
        assert!(looks.covers(at, Some(ann), 12, AT) && looks.covers(at, Some(ann), 13, AT));
        assert!(!looks.covers(at, Some(ben), 14, AT), "somebody else has it");
        assert!(looks.covers(at, None, 14, AT));
        assert!(!looks.covers(at, Some(ann), 15, AT), "again");
        assert!(!looks.covers(ConversationId::new(), Some(ann), 1, AT), "nothing is known of that");
        looks.forget(at);
        assert!(!looks.covers(at, Some(ann), 1, AT));
    }

    #[test]
    fn a_look_lasts_an_hour() {
        let (mut looks, at, ann) = (Looks::default(), ConversationId::new(), MemberId::new());
        looks.looked(at, 10, over(ann));
        assert!(looks.covers(at, Some(ann), 11, AT + TimeDelta::minutes(59)));
        assert!(!looks.covers(at, Some(ann), 11, AT + TimeDelta::minutes(60)));
    }

    #[test]
    fn who_was_only_asked_is_asked_about_until_they_have_it() {
        let (mut looks, at, ann) = (Looks::default(), ConversationId::new(), MemberId::new());
        // Beside a message it is not told that the conversation is only offered, so it is found out: nobody has it.
        looks.looked(at, 10, None);
        assert!(looks.covers(at, Some(ann), 10, AT), "that was the question");
        assert!(!looks.covers(at, Some(ann), 11, AT), "by now they may have it");
    }
}
