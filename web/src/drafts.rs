//! What was typed and not sent, per conversation; survives a reload of the page.

use leptos::prelude::*;
use shared::{ids::ConversationId, live::command::Command};

use crate::browser;

/// Tells the composer that a draft was changed by something else than typing.
#[derive(Clone, Copy)]
pub(crate) struct Drafts {
    changed: Trigger,
}

impl Drafts {
    /// The drafts of this browser.
    pub(crate) fn new() -> Self {
        Self { changed: Trigger::new() }
    }

    /// Runs the caller again when a text comes back.
    pub(crate) fn track(self) {
        self.changed.track();
    }

    /// The draft of a conversation; empty when there is none.
    pub(crate) fn read(self, id: ConversationId) -> String {
        browser::stored(&name(id)).unwrap_or_default()
    }

    /// Keeps a draft, or forgets an empty one.
    pub(crate) fn write(self, id: ConversationId, text: &str) {
        browser::store(&name(id), (!text.is_empty()).then_some(text));
    }

    /// Gives back the text of a refused command, in front of what was typed since.
    pub(crate) fn give_back(self, command: &Command) {
        let (Command::SendText { conversation, text } | Command::AddNote { conversation, text }) = command
        else {
            return;
        };
        let since = self.read(*conversation);
        let whole = if since.trim().is_empty() { text.clone() } else { format!("{text}\n{since}") };
        self.write(*conversation, &whole);
        self.changed.notify();
    }
}

fn name(id: ConversationId) -> String {
    format!("switchboard.draft.{id}")
}
