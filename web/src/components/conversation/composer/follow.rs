//! What is being written follows its writer to their other devices: told to the server after a pause and on leaving,
//! and taken over from there where nothing else was written meanwhile.

use std::time::Duration;

use leptos::prelude::*;
use shared::{limits, live::command::Command};

use crate::{components::conversation::Talk, drafts::DraftKind, effects::effect, live::Pending};

/// So long nothing is typed until the server is told.
const PAUSE: Duration = Duration::from_millis(1_500);

/// One conversation's draft and what the server knows of it.
#[derive(Clone, Copy)]
pub(super) struct Follow {
    talk: Talk,
    /// What the server has, as far as this page told it or heard: whether it is a note, and the words.
    known: StoredValue<(bool, String)>,
    /// What was typed and not told: whether it is a note.
    untold: StoredValue<Option<bool>>,
    /// Counts what is typed, so that a pause that did not last is none.
    typed: StoredValue<u32>,
}

impl Follow {
    pub(super) fn new(talk: Talk) -> Self {
        let follow = Self {
            talk,
            known: StoredValue::new((false, String::new())),
            untold: StoredValue::new(None),
            typed: StoredValue::new(0),
        };
        effect(move || {
            let draft = talk.live.draft(talk.id);
            let heard = draft.map(|draft| (draft.note, draft.text)).unwrap_or_default();
            untrack(|| follow.heard(heard));
        });
        on_cleanup(move || follow.tell());
        follow
    }

    /// Something was typed.
    pub(super) fn typed(self, kind: DraftKind) {
        self.untold.set_value(Some(kind == DraftKind::Note));
        let count = self.typed.try_update_value(|typed| {
            *typed = typed.wrapping_add(1);
            *typed
        });
        set_timeout(
            move || {
                if self.typed.try_get_value() == count {
                    self.tell();
                }
            },
            PAUSE,
        );
    }

    /// Words are about to go out. The server's draft goes with those that begin with it, so it hears first what it does
    /// not know.
    pub(super) fn going(self, note: bool, words: &str) {
        let stale = |known: &(bool, String)| known.0 == note && !words.trim().starts_with(known.1.trim());
        if self.known.with_value(stale) {
            self.tell();
        }
    }

    /// What was written has gone out, and the server's draft with it.
    pub(super) fn said(self, kind: DraftKind) {
        self.untold.set_value(None);
        self.known.update_value(|known| {
            if known.0 == (kind == DraftKind::Note) {
                known.1.clear();
            }
        });
    }

    fn tell(self) {
        let Some(note) = self.untold.try_update_value(Option::take).flatten() else { return };
        let text = self.read(note);
        let known = self.known.get_value();
        // The other kind's is not this one's to remove.
        let nothing = text.trim().is_empty() && (known.1.is_empty() || known.0 != note);
        if nothing || known == (note, text.clone()) || text.chars().count() > limits::TEXT_CHARS {
            return;
        }
        self.known.set_value((note, text.clone()));
        let conversation = self.talk.id;
        self.talk.live.command(Command::SetDraft { conversation, text, note, answers: None });
    }

    fn heard(self, heard: (bool, String)) {
        let known = self.known.get_value();
        let id = self.talk.id;
        let own = |pending: &Pending| {
            matches!(pending.command, Command::SetDraft { conversation, .. } if conversation == id)
                || pending.bubble(id).is_some()
        };
        // While something of this page's is on its way, what comes is older.
        if heard == known || !self.talk.live.pending(own).is_empty() {
            return;
        }
        let gone = heard.1.is_empty();
        let note = if gone { known.0 } else { heard.0 };
        let here = self.read(note);
        let unchanged = here == known.1 && note == known.0;
        if unchanged || here.is_empty() && !gone {
            self.talk.desk.drafts.replace(kind(note), self.talk.id, &heard.1);
        }
        self.known.set_value(heard);
    }

    fn read(self, note: bool) -> String {
        self.talk.desk.drafts.read(kind(note), self.talk.id)
    }
}

fn kind(note: bool) -> DraftKind {
    if note { DraftKind::Note } else { DraftKind::Text }
}
