//! What is being written, and how it goes out.

use leptos::{html, prelude::*};
use shared::{
    error::ErrorCode,
    ids::UploadId,
    limits,
    live::command::Command,
    model::{content::MediaKind, outgoing::Outgoing},
    permission::Permission,
};
use web_sys::{ClipboardEvent, KeyboardEvent};

use super::{
    follow::Follow,
    mention::{self, Mention},
};
use crate::{
    attach::{Stage, Tray},
    browser,
    components::conversation::Talk,
    drafts::DraftKind,
    effects::effect,
    i18n::text,
};

/// Colleagues learn of typing at most this often, in milliseconds; the protocol's rule.
const TYPING_EVERY_MS: f64 = 3_000.0;

/// What the parts of the composer share.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) talk: Talk,
    text: RwSignal<String>,
    note_text: RwSignal<String>,
    pub(super) note: RwSignal<bool>,
    pub(super) field: NodeRef<html::Textarea>,
    tray: StoredValue<Tray>,
    typed_at: StoredValue<f64>,
    follow: Follow,
    /// Whom the note is about to name.
    pub(super) mention: Mention,
}

impl Draft {
    pub(super) fn new(talk: Talk) -> Self {
        let (drafts, id, note) = (talk.desk.drafts, talk.id, talk.desk.noting);
        let text = RwSignal::new(drafts.read(DraftKind::Text, id));
        let note_text = RwSignal::new(drafts.read(DraftKind::Note, id));
        note.set(drafts.only_note(id));
        let mut first = true;
        effect(move || {
            drafts.track();
            if !std::mem::take(&mut first) {
                text.set(drafts.read(DraftKind::Text, id));
                note_text.set(drafts.read(DraftKind::Note, id));
                if drafts.only_note(id) {
                    note.set(true);
                }
            }
        });
        let tray = StoredValue::new(talk.desk.attachments.tray(id));
        Self {
            talk,
            text,
            note_text,
            note,
            field: NodeRef::new(),
            tray,
            typed_at: StoredValue::new(0.0),
            follow: Follow::new(talk),
            mention: Mention::new(),
        }
    }

    /// The files beside the text.
    pub(super) fn tray(self) -> Tray {
        self.tray.get_value()
    }

    /// What is written now and whom for; tracked. Each kind has words of its own, so changing from
    /// one to the other never changes who reads them.
    pub(super) fn current(self) -> (DraftKind, RwSignal<String>) {
        if self.note.get() { (DraftKind::Note, self.note_text) } else { (DraftKind::Text, self.text) }
    }

    /// Whether anything can be written now: nothing before the conversation is known; tracked.
    pub(super) fn open(self) -> bool {
        self.talk.permit.get().is_some_and(|permit| match permit.obstacle {
            None => true,
            Some(_) => self.note.get(),
        })
    }

    pub(super) fn typed(self, text: String) {
        let (kind, words) = untrack(|| self.current());
        self.talk.desk.drafts.write(kind, self.talk.id, &text);
        self.follow.typed(kind);
        let now = browser::now_ms();
        let due = now - self.typed_at.get_value() >= TYPING_EVERY_MS;
        if due && !text.is_empty() && kind == DraftKind::Text {
            self.typed_at.set_value(now);
            self.talk.live.typing(self.talk.id);
        }
        words.set(text);
        self.mention.look(self);
    }

    /// What stands before the cursor.
    pub(super) fn before_cursor(self) -> Option<String> {
        let field = self.field.get_untracked()?;
        let cursor = field.selection_start().ok().flatten()?;
        // The browser counts in UTF-16.
        let value: Vec<u16> = field.value().encode_utf16().take(cursor as usize).collect();
        String::from_utf16(&value).ok()
    }

    /// Puts words in the place of what stands between a place, in bytes, and the cursor.
    pub(super) fn put_in(self, start: usize, words: &str) {
        let (Some(field), Some(before)) = (self.field.get_untracked(), self.before_cursor()) else { return };
        let (Some(kept), Some(after)) =
            (before.get(..start), field.value().strip_prefix(&before).map(str::to_owned))
        else {
            return;
        };
        let kept = format!("{kept}{words}");
        let text = format!("{kept}{after}");
        field.set_value(&text);
        let cursor = u32::try_from(kept.encode_utf16().count()).unwrap_or_default();
        let _ = field.set_selection_range(cursor, cursor);
        self.typed(text);
        self.focus();
    }

    /// Whether a supervisor can suggest what is written to whoever holds the conversation; tracked.
    pub(super) fn may_suggest(self) -> bool {
        let held = self.talk.permit.get().is_some_and(|permit| permit.joins);
        held && self.note.get() && self.talk.desk.session.may(Permission::Supervise)
    }

    /// Suggests what is written as a note.
    pub(super) fn suggest(self) {
        let conversation = self.talk.id;
        match limits::note_text(&self.note_text.get_untracked()) {
            Ok(text) => {
                self.follow.going(true, text);
                self.talk.act(Command::Suggest { conversation, text: text.to_owned() });
                self.said(DraftKind::Note);
            }
            Err(ErrorCode::TextEmpty) => {}
            Err(code) => self.talk.desk.toasts.say(text(crate::words::error(code)).to_owned()),
        }
    }

    /// Forgets what was begun, because a colleague said it.
    pub(super) fn discard(self) {
        self.talk.desk.crossed.set(None);
        self.talk.desk.drafts.write(DraftKind::Text, self.talk.id, "");
        self.text.set(String::new());
        self.follow.typed(DraftKind::Text);
        self.focus();
    }

    pub(super) fn send(self) {
        let conversation = self.talk.id;
        let (kind, words) = untrack(|| self.current());
        let (note, typed) = (kind == DraftKind::Note, words.get_untracked());
        if !untrack(|| self.open()) {
            return;
        }
        let checked = if note { limits::note_text(&typed) } else { limits::outgoing_text(&typed) };
        let text = match checked {
            Ok(text) => Some(text.to_owned()),
            Err(ErrorCode::TextEmpty) => None,
            Err(code) => return self.talk.desk.toasts.say(text(crate::words::error(code)).to_owned()),
        };
        if let Some(text) = &text {
            self.follow.going(note, text);
        }
        match (note, text) {
            (true, None) => return,
            (true, Some(text)) => {
                let row = self.talk.row.get_untracked();
                let members = untrack(|| self.talk.live.members());
                let mentions = mention::named(&text, &members, row.as_ref());
                self.talk.act(Command::AddNote { conversation, text, mentions })
            }
            (false, text) => {
                let files = self.files();
                if files.len() + usize::from(text.is_some()) == 0 {
                    return;
                }
                self.talk.desk.crossed.set(None);
                self.send_out(text, files);
            }
        }
        self.said(kind);
    }

    /// What was written has gone out.
    fn said(self, kind: DraftKind) {
        self.talk.desk.drafts.write(kind, self.talk.id, "");
        untrack(|| self.current()).1.set(String::new());
        self.follow.said(kind);
        self.mention.close();
        self.typed_at.set_value(0.0);
        // One note at a time: the next thing written is for the customer again.
        self.note.set(false);
        self.focus();
    }

    /// The files to be sent: none while the tray holds one that cannot go.
    fn files(self) -> Vec<(UploadId, MediaKind)> {
        self.talk.desk.attachments.take(&self.tray())
    }

    /// The text goes under the first file that can have one, if WhatsApp takes it there; else behind them. What
    /// comes first answers.
    fn send_out(self, text: Option<String>, files: Vec<(UploadId, MediaKind)>) {
        let conversation = self.talk.id;
        let base = self.talk.newest();
        let mut answered = self.talk.take_answered();
        let mut text = text;
        for (upload, kind) in files {
            let fits = kind.takes_caption()
                && text.as_ref().is_some_and(|t| t.chars().count() <= limits::SENT_CAPTION_CHARS);
            let caption = if fits { text.take() } else { None };
            let what = Outgoing::File { upload, caption };
            let attachments = self.talk.desk.attachments;
            let answered = answered.take();
            let answers = answered.as_ref().map(|answered| answered.id);
            self.talk.live.command_then(Command::Send { conversation, answers, base, what }, move |answer| {
                match answer {
                    Ok(_) => attachments.arrived(upload),
                    Err(problem) => self.talk.answer_again(answered, problem.code),
                }
            });
        }
        if let Some(text) = text {
            let answers = answered.as_ref().map(|answered| answered.id);
            let command = Command::Send { conversation, answers, base, what: Outgoing::Text { text } };
            self.talk.live.command_then(command, move |answer| {
                if let Err(problem) = answer {
                    self.talk.answer_again(answered, problem.code);
                }
            });
        }
    }

    /// Whether the files allow to send: none is on its way or in trouble; tracked.
    pub(super) fn files_ready(self) -> bool {
        self.tray().with(|all| all.iter().all(|one| matches!(one.stage, Stage::Ready(_))))
    }

    pub(super) fn pasted(self, event: &ClipboardEvent) {
        let files = event.clipboard_data().and_then(|carried| carried.files());
        if let Some(files) = files.filter(|files| files.length() > 0 && self.talk.files_may_go()) {
            event.prevent_default();
            self.talk.attach(&files);
        }
    }

    pub(super) fn focus(self) {
        if let Some(field) = self.field.get_untracked() {
            let _ = field.focus();
        }
    }

    /// What is written, and where the caret is in it, in units of UTF-16; nothing while something is marked.
    pub(super) fn caret(self) -> Option<(String, usize)> {
        let field = self.field.get_untracked()?;
        let start = field.selection_start().ok()??;
        (field.selection_end() == Ok(Some(start))).then(|| (field.value(), start as usize))
    }

    /// Marks a part of what is written, in units of UTF-16.
    pub(super) fn mark(self, from: usize, to: usize) {
        if let Some(field) = self.field.get_untracked() {
            let _ = field.set_selection_range(from as u32, to as u32);
        }
    }

    /// Puts an emoji or a reply where the cursor is, in place of what is marked.
    pub(super) fn insert(self, new: &str) {
        let Some(field) = self.field.get_untracked() else { return };
        let start = field.selection_start().ok().flatten().unwrap_or_default();
        if field.set_range_text(new).is_ok() {
            let length = u32::try_from(new.encode_utf16().count()).unwrap_or_default();
            let _ = field.set_selection_range(start + length, start + length);
            self.typed(field.value());
        }
        self.focus();
    }

    pub(super) fn pressed(self, event: &KeyboardEvent) {
        // While an input method composes, Enter belongs to it (229: Safari says so too late).
        let composing = event.is_composing() || event.key_code() == 229;
        if !composing && self.mention.pressed(self, &event.key()) {
            event.prevent_default();
            event.stop_propagation();
            return;
        }
        if event.key() == "Enter" && !event.shift_key() && !composing {
            event.prevent_default();
            if untrack(|| self.note.get() || self.files_ready()) {
                self.send();
            }
        }
        let empty = untrack(|| self.current().1.with(String::is_empty)) && !self.note.get_untracked();
        if empty && !composing && matches!(event.key().as_str(), "ArrowUp" | "ArrowDown") && !event.alt_key()
        {
            event.prevent_default();
            self.talk.answer_neighbour(event.key() == "ArrowUp");
        }
        if event.key() == "Escape" && self.talk.answered.get_untracked().is_some() {
            event.stop_propagation();
            self.talk.answered.set(None);
        }
    }
}
