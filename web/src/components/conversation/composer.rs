//! Where answers and notes are written.

use leptos::{html, prelude::*};
use shared::{
    error::ErrorCode,
    ids::UploadId,
    limits,
    live::command::Command,
    model::{content::MediaKind, outgoing::Outgoing},
};
use web_sys::{ClipboardEvent, KeyboardEvent};

use super::{
    Talk,
    emoji::EmojiMenu,
    permit::Obstacle,
    recorder::{self, Recorder},
    tray::{self, Answered},
};
use crate::{
    attach::{Stage, Tray},
    browser,
    drafts::DraftKind,
    effects::effect,
    i18n::{Key, fill, text, tr},
    keys::{self, Action},
    ui::{Button, ButtonLook, Icon, IconButton, IconName, Kbd, Notice, Show, Tone},
};

/// From this many characters before the limit on, the counter shows.
const NEAR_LIMIT: usize = 200;
/// Colleagues learn of typing at most this often, in milliseconds; the protocol's rule.
const TYPING_EVERY_MS: f64 = 3_000.0;

/// What the parts of the composer share.
#[derive(Clone, Copy)]
struct Draft {
    talk: Talk,
    text: RwSignal<String>,
    note_text: RwSignal<String>,
    note: RwSignal<bool>,
    field: NodeRef<html::Textarea>,
    tray: StoredValue<Tray>,
    typed_at: StoredValue<f64>,
}

impl Draft {
    fn new(talk: Talk) -> Self {
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
        Self { talk, text, note_text, note, field: NodeRef::new(), tray, typed_at: StoredValue::new(0.0) }
    }

    /// The files beside the text.
    fn tray(self) -> Tray {
        self.tray.get_value()
    }

    /// What is written now and whom for; tracked. Each kind has words of its own, so changing from
    /// one to the other never changes who reads them.
    fn current(self) -> (DraftKind, RwSignal<String>) {
        if self.note.get() { (DraftKind::Note, self.note_text) } else { (DraftKind::Text, self.text) }
    }

    /// Whether anything can be written now: nothing before the conversation is known; tracked.
    fn open(self) -> bool {
        self.talk.permit.get().is_some_and(|permit| match permit.obstacle {
            None => true,
            Some(_) => self.note.get(),
        })
    }

    fn typed(self, text: String) {
        let (kind, words) = untrack(|| self.current());
        self.talk.desk.drafts.write(kind, self.talk.id, &text);
        let now = browser::now_ms();
        let due = now - self.typed_at.get_value() >= TYPING_EVERY_MS;
        if due && !text.is_empty() && kind == DraftKind::Text {
            self.typed_at.set_value(now);
            self.talk.live.typing(self.talk.id);
        }
        words.set(text);
    }

    fn send(self) {
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
        match (note, text) {
            (true, None) => return,
            (true, Some(text)) => self.talk.act(Command::AddNote { conversation, text }),
            (false, text) => {
                let files = self.files();
                if files.len() + usize::from(text.is_some()) == 0 {
                    return;
                }
                self.send_out(text, files);
            }
        }
        self.talk.desk.drafts.write(kind, conversation, "");
        words.set(String::new());
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
        let mut answered = self.talk.answered.try_update(Option::take).flatten();
        let mut text = text;
        for (upload, kind) in files {
            let fits = kind.takes_caption()
                && text.as_ref().is_some_and(|t| t.chars().count() <= limits::SENT_CAPTION_CHARS);
            let caption = if fits { text.take() } else { None };
            let what = Outgoing::File { upload, caption };
            let attachments = self.talk.desk.attachments;
            let answered = answered.take();
            let answers = answered.as_ref().map(|answered| answered.id);
            self.talk.live.command_then(Command::Send { conversation, answers, what }, move |answer| {
                match answer {
                    Ok(_) => attachments.arrived(upload),
                    Err(problem) => self.answer_again(answered, problem.code),
                }
            });
        }
        if let Some(text) = text {
            let answers = answered.as_ref().map(|answered| answered.id);
            let command = Command::Send { conversation, answers, what: Outgoing::Text { text } };
            self.talk.live.command_then(command, move |answer| {
                if let Err(problem) = answer {
                    self.answer_again(answered, problem.code);
                }
            });
        }
    }

    /// What was refused comes back; so does what it answered, unless that was the trouble, the conversation was
    /// left or something else is answered by now.
    fn answer_again(self, answered: Option<Answered>, code: ErrorCode) {
        if code == ErrorCode::NotAnswerable {
            return;
        }
        let _ = self.talk.answered.try_update(|now| {
            if now.is_none() {
                *now = answered;
            }
        });
    }

    /// Whether the files allow to send: none is on its way or in trouble; tracked.
    fn files_ready(self) -> bool {
        self.tray().with(|all| all.iter().all(|one| matches!(one.stage, Stage::Ready(_))))
    }

    fn pasted(self, event: &ClipboardEvent) {
        let files = event.clipboard_data().and_then(|carried| carried.files());
        if let Some(files) = files.filter(|files| files.length() > 0 && self.talk.files_may_go()) {
            event.prevent_default();
            self.talk.attach(&files);
        }
    }

    fn focus(self) {
        if let Some(field) = self.field.get_untracked() {
            let _ = field.focus();
        }
    }

    /// Puts an emoji where the cursor is.
    fn insert(self, emoji: &'static str) {
        let Some(field) = self.field.get_untracked() else { return };
        let start = field.selection_start().ok().flatten().unwrap_or_default();
        if field.set_range_text(emoji).is_ok() {
            let length = u32::try_from(emoji.encode_utf16().count()).unwrap_or_default();
            let _ = field.set_selection_range(start + length, start + length);
            self.typed(field.value());
        }
        self.focus();
    }

    fn pressed(self, event: &KeyboardEvent) {
        // While an input method composes, Enter belongs to it (229: Safari says so too late).
        let composing = event.is_composing() || event.key_code() == 229;
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

/// The composer.
#[component]
pub(super) fn Composer(talk: Talk) -> impl IntoView {
    let draft = Draft::new(talk);
    let Draft { note, field, .. } = draft;
    let words = Memo::new(move |_| draft.current().1.get());
    let length = Memo::new(move |_| words.with(|w| w.trim_end().chars().count()));
    let over = Memo::new(move |_| length.get() > limits::TEXT_CHARS);
    let near = move || length.get() + NEAR_LIMIT > limits::TEXT_CHARS;
    let open = Memo::new(move |_| draft.open());
    let placeholder = move || {
        text(match (note.get(), open.get()) {
            (true, _) => Key::ComposerNotePlaceholder,
            (false, true) => Key::ComposerPlaceholder,
            (false, false) => Key::ComposerUnavailable,
        })
    };
    let carries = Memo::new(move |_| !note.get() && draft.tray().with(|all| !all.is_empty()));
    let ready = Memo::new(move |_| note.get() || draft.files_ready());
    let cannot_send = Signal::derive(move || {
        !open.get() || over.get() || !ready.get() || length.get() == 0 && !carries.get()
    });
    let recorder = Recorder::new(talk);
    let templates_may_go = move || {
        talk.permit.get().is_some_and(|permit| matches!(permit.obstacle, None | Some(Obstacle::Window)))
    };
    let no_files = Signal::derive(move || !open.get() || note.get());
    let picker = NodeRef::<html::Input>::new();
    let picked = move |_| {
        let Some(input) = picker.get_untracked() else { return };
        if let Some(files) = input.files() {
            talk.attach(&files);
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    view! {
        <section class="composer" class:composer--note=move || note.get() aria-label=tr(Key::ComposerLabel)>
            <Explanation draft/>
            {recorder::bar(recorder)}
            <div class="composer__along" class:composer__along--away=move || note.get()>
                {tray::answered(talk)}
                {tray::files(talk.desk, draft.tray())}
            </div>
            <textarea
                class="composer__text"
                node_ref=field
                rows="1"
                dir="auto"
                data-testid="composer"
                aria-label=placeholder
                placeholder=placeholder
                disabled=move || !open.get()
                prop:value=move || words.get()
                on:input:target=move |event| draft.typed(event.target().value())
                on:keydown=move |event| draft.pressed(&event)
                on:paste=move |event| draft.pasted(&event)
            ></textarea>
            <div class="composer__bar">
                <IconButton
                    icon=IconName::Clip
                    label=Signal::derive(|| text(Key::Attach).to_owned())
                    disabled=no_files
                    on:click=move |_| {
                        if let Some(input) = picker.get_untracked() {
                            input.click();
                        }
                    }
                    attr:data-testid="attach"
                />
                <input
                    class="unseen"
                    type="file"
                    multiple
                    tabindex="-1"
                    node_ref=picker
                    aria-label=tr(Key::Attach)
                    data-testid="picker"
                    on:change=picked
                />
                {recorder::button(recorder, no_files)}
                <IconButton
                    icon=IconName::Template
                    label=Signal::derive(|| text(Key::Templates).to_owned())
                    disabled=Signal::derive(move || !templates_may_go() || note.get())
                    on:click=move |_| talk.templates.set(true)
                    attr:data-testid="templates-open"
                />
                <IconButton
                    icon=IconName::Smile
                    label=Signal::derive(|| text(Key::Emoji).to_owned())
                    disabled=Signal::derive(move || !open.get())
                    attr:popovertarget="emoji-menu"
                />
                <button
                    type="button"
                    class="button button--ghost composer__note"
                    data-testid="note-toggle"
                    aria-pressed=move || note.get().to_string()
                    title=move || keys::hint(Key::NoteHint, Action::Note)
                    on:click=move |_| {
                        note.update(|on| *on = !*on);
                        request_animation_frame(move || draft.focus());
                    }
                >
                    <Icon name=IconName::Note/>
                    {tr(Key::Note)}
                </button>
                <span class="grow"></span>
                <Show when=near>
                    <span class="composer__count" class:composer__count--over=move || over.get() aria-live="polite">
                        {move || format!("{} / {}", length.get(), limits::TEXT_CHARS)}
                    </span>
                </Show>
                <span class="composer__key"><Kbd shown="Enter"/></span>
                <Button look=ButtonLook::Primary disabled=cannot_send on:click=move |_| draft.send() attr:data-testid="send">
                    {move || text(if note.get() { Key::SaveNote } else { Key::Send })}
                </Button>
            </div>
            <EmojiMenu on_pick=Callback::new(move |emoji| draft.insert(emoji))/>
        </section>
    }
    .into_any()
}

/// Why nothing can be sent, or who else answers here, and what to do about it.
#[component]
fn Explanation(draft: Draft) -> impl IntoView {
    let talk = draft.talk;
    let name = move |id| talk.live.member(id).map(|m| m.name).unwrap_or_default();
    let state = Memo::new(move |_| {
        talk.permit.get().map(|permit| (permit.obstacle, permit.held_by, permit.take_over))
    });
    move || {
        match (draft.note.get(), state.get()?) {
        (true, _) => Some(
            view! { <Notice tone=Tone::Note icon=IconName::Note><span>{tr(Key::ComposerNoteHint)}</span></Notice> }
                .into_any(),
        ),
        (_, (Some(Obstacle::Closed), ..)) => Some(
            view! {
                <Notice tone=Tone::Calm icon=IconName::Tick>
                    <span>{tr(Key::ComposerClosed)}</span>
                    <Button
                        look=ButtonLook::Primary
                        disabled=talk.busy
                        on:click=move |_| talk.reopen()
                        attr:data-testid="reopen"
                    >{tr(Key::Reopen)}</Button>
                </Notice>
            }
            .into_any(),
        ),
        (_, (Some(Obstacle::Blocked), ..)) => Some(
            view! { <Notice tone=Tone::Bad icon=IconName::Warning><span>{tr(Key::ComposerBlocked)}</span></Notice> }
                .into_any(),
        ),
        (_, (Some(Obstacle::Window), ..)) => Some(
            view! {
                <Notice tone=Tone::Warn icon=IconName::Clock>
                    <span>{tr(Key::ComposerWindowClosed)}</span>
                    <Button
                        look=ButtonLook::Primary
                        on:click=move |_| talk.templates.set(true)
                        attr:data-testid="choose-template"
                    >{tr(Key::TemplatesChoose)}</Button>
                </Notice>
            }
            .into_any(),
        ),
        (_, (_, Some(holder), take_over)) => Some(
            view! {
                <Notice tone=Tone::Calm icon=IconName::Take>
                    <span>{move || fill(if take_over { Key::ComposerHeldMay } else { Key::ComposerHeld }, &[("name", &name(holder))])}</span>
                    {take_over.then(|| view! { <Button on:click=move |_| talk.take()>{tr(Key::TakeOver)}</Button> })}
                </Notice>
            }
            .into_any(),
        ),
        _ => None,
    }
    }
}
