//! What was typed and not sent: per conversation one text for the customer, one for the team, kept
//! apart so that a note never becomes a message, and what was typed into forms. Each member has drafts of their own; they survive a
//! reload and a session that ended by itself, and are gone after signing out.

use leptos::prelude::*;
use shared::{
    ids::{ConversationId, MemberId},
    live::command::Command,
};

use crate::{
    browser,
    session::CurrentSession,
    written::{FormKind, Written},
};

/// Whom a draft is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DraftKind {
    /// The customer.
    Text,
    /// The team.
    Note,
    /// The customer, in this form.
    Form(FormKind),
}

/// Between a form that was refused and the one that was begun since: no key types it.
const NEXT: char = '\u{1e}';

impl DraftKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Note => "note",
            Self::Form(kind) => kind.as_str(),
        }
    }
}

/// The drafts of whoever is signed in; the handle every component shares.
#[derive(Clone, Copy)]
pub(crate) struct Drafts {
    session: CurrentSession,
    changed: Trigger,
}

impl Drafts {
    /// The drafts of this browser.
    pub(crate) fn new(session: CurrentSession) -> Self {
        Self { session, changed: Trigger::new() }
    }

    /// Runs the caller again when a text comes back.
    pub(crate) fn track(self) {
        self.changed.track();
    }

    /// A draft of a conversation; empty when there is none.
    pub(crate) fn read(self, kind: DraftKind, id: ConversationId) -> String {
        let member = self.session.member_untracked();
        member.and_then(|member| browser::stored(&name(member, kind, id))).unwrap_or_default()
    }

    /// Keeps a draft, or forgets an empty one.
    pub(crate) fn write(self, kind: DraftKind, id: ConversationId, text: &str) {
        if let Some(member) = self.session.member_untracked() {
            browser::store(&name(member, kind, id), (!text.is_empty()).then_some(text));
        }
    }

    /// What was typed into a form; of several the one that was refused first.
    pub(crate) fn form(self, kind: FormKind, id: ConversationId) -> Written {
        let kept = self.read(DraftKind::Form(kind), id);
        let first = kept.split(NEXT).next().unwrap_or_default();
        Written::read(kind, first).unwrap_or_else(|| Written::blank(kind))
    }

    /// Keeps what was typed into a form instead of what was read from it; nothing when it is blank.
    pub(crate) fn write_form(self, kind: FormKind, id: ConversationId, written: &Written) {
        let kept = self.read(DraftKind::Form(kind), id);
        let others = kept.split_once(NEXT).map(|(_, others)| others);
        let first = Some(written).filter(|written| !written.is_blank()).and_then(Written::keep);
        let all: Vec<&str> = first.as_deref().into_iter().chain(others).collect();
        self.write(DraftKind::Form(kind), id, &all.join(NEXT.to_string().as_str()));
    }

    /// Puts words behind what is written for the customer.
    pub(crate) fn add(self, id: ConversationId, words: &str) {
        let before = self.read(DraftKind::Text, id);
        self.write(DraftKind::Text, id, &in_front(before.trim_end(), words));
        self.changed.notify();
    }

    /// Puts other words in the place of what was begun.
    pub(crate) fn replace(self, kind: DraftKind, id: ConversationId, words: &str) {
        self.write(kind, id, words);
        self.changed.notify();
    }

    /// Whether the only thing begun here is a note: then the composer goes on with it.
    pub(crate) fn only_note(self, id: ConversationId) -> bool {
        self.read(DraftKind::Text, id).is_empty() && !self.read(DraftKind::Note, id).is_empty()
    }

    /// Gives back the text of a refused command, as what it was, in front of what was typed since.
    pub(crate) fn give_back(self, command: &Command) {
        if let Command::Send { conversation, what, .. } = command
            && let Some((kind, kept)) = FormKind::of(what).zip(Written::again(what).and_then(|w| w.keep()))
        {
            let since = self.read(DraftKind::Form(kind), *conversation);
            let all = if since.is_empty() { kept } else { format!("{kept}{NEXT}{since}") };
            self.write(DraftKind::Form(kind), *conversation, &all);
            return self.changed.notify();
        }
        let Some((kind, id, text)) = written(command) else { return };
        let since = self.read(kind, id);
        self.write(kind, id, &in_front(text, &since));
        self.changed.notify();
    }

    /// Forgets everything a member began.
    pub(crate) fn forget(self, member: MemberId) {
        for name in browser::stored_names(&prefix(member)) {
            browser::store(&name, None);
        }
    }
}

/// What a command writes, whom for and where.
fn written(command: &Command) -> Option<(DraftKind, ConversationId, &str)> {
    match command {
        Command::Send { conversation, what, .. } => Some((DraftKind::Text, *conversation, what.words()?)),
        Command::AddNote { conversation, text, .. } | Command::Suggest { conversation, text } => {
            Some((DraftKind::Note, *conversation, text))
        }
        _ => None,
    }
}

fn in_front(text: &str, since: &str) -> String {
    match (text.is_empty(), since.trim().is_empty()) {
        (_, true) => text.to_owned(),
        (true, _) => since.to_owned(),
        _ => format!("{text}\n{since}"),
    }
}

fn prefix(member: MemberId) -> String {
    format!("switchboard.draft.{member}.")
}

fn name(member: MemberId, kind: DraftKind, id: ConversationId) -> String {
    format!("{}{}.{id}", prefix(member), kind.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_and_a_text_of_one_conversation_never_share_a_place() {
        let (me, id) = (MemberId::new(), ConversationId::new());
        assert_ne!(name(me, DraftKind::Text, id), name(me, DraftKind::Note, id));
    }

    #[test]
    fn members_who_share_a_browser_do_not_share_drafts() {
        let id = ConversationId::new();
        let (ann, ben) = (MemberId::new(), MemberId::new());
        assert!(!name(ann, DraftKind::Text, id).starts_with(&prefix(ben)));
        assert!(name(ann, DraftKind::Note, id).starts_with(&prefix(ann)));
    }

    #[test]
    fn a_refused_note_comes_back_as_a_note_and_a_refused_text_as_a_text() {
        let id = ConversationId::new();
        let note = Command::AddNote { conversation: id, text: "for us".into(), mentions: Vec::new() };
        assert_eq!(written(&note), Some((DraftKind::Note, id, "for us")));
        let text = Command::text(id, "for you");
        assert_eq!(written(&text), Some((DraftKind::Text, id, "for you")));
        assert_eq!(written(&Command::Release { conversation: id }), None);
    }

    #[test]
    fn what_was_typed_since_stays_behind_what_comes_back() {
        assert_eq!(in_front("first", " "), "first");
        assert_eq!(in_front("first", "second"), "first\nsecond");
    }
}
