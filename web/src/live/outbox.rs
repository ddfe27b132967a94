//! Commands that have no answer yet. They survive a lost connection and go out again with the same
//! key, so each has one effect.

use std::sync::Arc;

use shared::{
    Pos,
    ids::{CommandKey, ConversationId, UploadId},
    live::command::Command,
    model::{content::Content, outgoing::Outgoing},
};

/// A command on its way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pending {
    /// Same key, same effect, once.
    pub(crate) key: CommandKey,
    /// What to do.
    pub(crate) command: Command,
    /// When it was issued, in milliseconds of the server's clock.
    pub(crate) at_ms: f64,
    /// The log position that contains its effect, once it was answered.
    pub(crate) done: Option<Pos>,
    /// Whether this browser keeps it until it is answered.
    pub(crate) kept: bool,
}

impl Pending {
    /// What it adds to a conversation.
    pub(crate) fn bubble(&self, id: ConversationId) -> Option<Bubble> {
        match &self.command {
            Command::Send { conversation, what, .. } if *conversation == id => {
                let more = match what {
                    Outgoing::Location(_) | Outgoing::Contacts(_) | Outgoing::Interactive(_) => {
                        what.content().map(|content| More::Content(Arc::new(content)))
                    }
                    Outgoing::File { upload, .. } => Some(More::File(*upload)),
                    Outgoing::Template { .. } => Some(More::Template),
                    Outgoing::Sticker { .. } => Some(More::Sticker),
                    Outgoing::Text { .. } => None,
                };
                let text = what.words().unwrap_or_default().to_owned();
                Some(Bubble { text, note: false, more })
            }
            Command::AddNote { conversation, text, .. } | Command::Suggest { conversation, text }
                if *conversation == id =>
            {
                Some(Bubble { text: text.clone(), note: true, more: None })
            }
            _ => None,
        }
    }
}

/// What is shown of a command before its message is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bubble {
    /// The words.
    pub(crate) text: String,
    /// Whether it is a note.
    pub(crate) note: bool,
    /// What it is besides words.
    pub(crate) more: Option<More>,
}

/// What a message on its way is besides words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum More {
    /// A file.
    File(UploadId),
    /// A template.
    Template,
    /// A sticker.
    Sticker,
    /// What the timeline will show, too.
    Content(Arc<Content>),
}

/// All commands on their way, in the order they were issued.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    entries: Vec<Pending>,
}

impl Outbox {
    /// Adds a command.
    pub(crate) fn push(&mut self, pending: Pending) {
        self.entries.push(pending);
    }

    /// What has no answer and must be sent again after a reconnect.
    pub(crate) fn unanswered(&self) -> impl Iterator<Item = &Pending> {
        self.entries.iter().filter(|p| p.done.is_none())
    }

    /// All entries: also answered ones whose effect is not in the view yet.
    pub(crate) fn entries(&self) -> &[Pending] {
        &self.entries
    }

    /// Notes that a command was done as of a position.
    pub(crate) fn done(&mut self, key: CommandKey, pos: Pos) {
        if let Some(entry) = self.entries.iter_mut().find(|p| p.key == key) {
            entry.done = Some(pos);
        }
    }

    /// Takes out a refused command.
    pub(crate) fn refused(&mut self, key: CommandKey) -> Option<Pending> {
        let at = self.entries.iter().position(|p| p.key == key)?;
        Some(self.entries.remove(at))
    }

    /// Forgets what the view contains by now; says whether there was any.
    pub(crate) fn settle(&mut self, pos: Pos) -> bool {
        let before = self.entries.len();
        self.entries.retain(|p| p.done.is_none_or(|done| done > pos));
        before != self.entries.len()
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending() -> Pending {
        let command =
            Command::AddNote { conversation: ConversationId::new(), text: "x".into(), mentions: Vec::new() };
        Pending { key: CommandKey::new(), command, at_ms: 0.0, done: None, kept: false }
    }

    #[test]
    fn an_answered_command_stays_until_the_view_contains_its_effect() {
        let mut outbox = Outbox::default();
        let one = pending();
        outbox.push(one.clone());
        assert_eq!(outbox.unanswered().count(), 1);
        outbox.done(one.key, 7);
        assert_eq!(outbox.unanswered().count(), 0);
        assert!(!outbox.settle(6));
        assert!(outbox.settle(7));
        assert!(outbox.entries().is_empty());
    }

    #[test]
    fn a_refused_command_comes_back_once() {
        let mut outbox = Outbox::default();
        let one = pending();
        outbox.push(one.clone());
        assert_eq!(outbox.refused(one.key), Some(one.clone()));
        assert_eq!(outbox.refused(one.key), None);
    }
}
