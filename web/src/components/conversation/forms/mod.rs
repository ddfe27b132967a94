//! Forms for what is more than words: a place, cards, something to tap. Each shows beside it what the customer
//! will see, and everything that WhatsApp would not take.

mod field;
mod parts;

use leptos::prelude::*;
use shared::{
    live::command::Command, model::content::Content, outgoing_rules::OutgoingFault,
    outgoing_rules::OutgoingRule,
};
use web_sys::{KeyboardEvent, SubmitEvent};

use super::{
    Talk, content,
    interactive::{Options, interactive},
    tray,
};
use crate::{
    browser,
    effects::effect,
    i18n::{Key, text, tr},
    ui::{Button, ButtonLook, Dialog, IconName, Item, Kbd, Notice, Tone, each},
    words,
    written::{FormKind, Written},
};

/// Which form is open; the handle of a conversation.
#[derive(Clone, Copy)]
pub(super) struct Forms {
    open: RwSignal<bool>,
    kind: RwSignal<Option<FormKind>>,
}

impl Forms {
    pub(super) fn new() -> Self {
        Self { open: RwSignal::new(false), kind: RwSignal::new(None) }
    }

    /// Opens a form with what was typed into it before.
    pub(super) fn open(self, kind: FormKind) {
        self.kind.set(Some(kind));
        // The dialog gives the focus to a field, so the fields must be there first.
        request_animation_frame(move || {
            let _ = self.open.try_set(true);
        });
    }
}

/// What a form is called.
pub(super) const fn title(kind: FormKind) -> Key {
    match kind {
        FormKind::Location => Key::FormLocation,
        FormKind::Contacts => Key::FormContacts,
        FormKind::Buttons => Key::FormButtons,
        FormKind::List => Key::FormList,
        FormKind::Link => Key::FormLink,
        FormKind::AskLocation => Key::FormAskLocation,
    }
}

/// Its sign.
pub(super) const fn icon(kind: FormKind) -> IconName {
    match kind {
        FormKind::Location => IconName::Pin,
        FormKind::Contacts => IconName::Person,
        FormKind::Buttons => IconName::Buttons,
        FormKind::List => IconName::List,
        FormKind::Link => IconName::Link,
        FormKind::AskLocation => IconName::AskPin,
    }
}

/// One form; the handle of its parts.
#[derive(Clone, Copy)]
struct Form {
    talk: Talk,
    kind: FormKind,
    written: RwSignal<Written>,
    /// What keeps it from being sent.
    faults: Memo<Vec<OutgoingFault>>,
    /// Whether somebody tried to send it: from then on it also says what is missing.
    tried: RwSignal<bool>,
    sending: RwSignal<bool>,
    refused: RwSignal<Option<Key>>,
}

impl Form {
    fn new(talk: Talk, kind: FormKind) -> Self {
        let written = RwSignal::new(talk.desk.drafts.form(kind, talk.id));
        let this = Self {
            talk,
            kind,
            written,
            faults: Memo::new(move |_| written.with(Written::faults)),
            tried: RwSignal::new(false),
            sending: RwSignal::new(false),
            refused: RwSignal::new(None),
        };
        let mut first = true;
        effect(move || {
            talk.desk.drafts.track();
            if !std::mem::take(&mut first) && !this.sending.get_untracked() {
                this.reload();
            }
        });
        this
    }

    fn reload(self) {
        let kept = self.talk.desk.drafts.form(self.kind, self.talk.id);
        if self.written.with_untracked(|written| *written != kept) {
            self.written.set(kept);
        }
    }

    fn change(self, change: impl FnOnce(&mut Written)) {
        self.refused.set(None);
        self.written.update(change);
        self.written
            .with_untracked(|written| self.talk.desk.drafts.write_form(self.kind, self.talk.id, written));
    }

    /// What is shown of the faults; tracked.
    fn shown(self, fault: &OutgoingFault) -> bool {
        self.tried.get() || !matches!(fault.rule, OutgoingRule::Empty | OutgoingRule::NoWay)
    }

    fn send(self) {
        // One at a time: a second click must not send it twice.
        if self.sending.get_untracked() {
            return;
        }
        self.refused.set(None);
        if !self.faults.with_untracked(Vec::is_empty) {
            self.tried.set(true);
            request_animation_frame(|| browser::focus("dialog[open] [aria-invalid=true]"));
            return;
        }
        let Self { talk, kind, .. } = self;
        if !talk.files_may_go() {
            return self.refused.set(Some(Key::ComposerUnavailable));
        }
        let what = self.written.with_untracked(Written::outgoing);
        let answered = talk.take_answered();
        let answers = answered.as_ref().map(|answered| answered.id);
        let drafts = talk.desk.drafts;
        self.sending.set(true);
        drafts.write_form(kind, talk.id, &Written::blank(kind));
        let command = Command::Send { conversation: talk.id, answers, base: None, what };
        talk.live.command_then(command, move |answer| {
            let _ = self.sending.try_set(false);
            match answer {
                Ok(_) => {
                    let _ = self.tried.try_set(false);
                    let _ = talk.forms.open.try_set(false);
                }
                Err(problem) => {
                    talk.answer_again(answered, problem.code);
                    let _ = self.refused.try_set(Some(words::error(problem.code)));
                }
            }
            if self.written.try_get_untracked().is_some() {
                self.reload();
            }
        });
    }

    fn pressed(self, event: &KeyboardEvent) {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.is_composing() {
            event.prevent_default();
            self.send();
        }
    }
}

/// The dialog with the form that is open.
pub(super) fn dialog(talk: Talk) -> impl IntoView {
    let Forms { open, kind } = talk.forms;
    let name =
        Signal::derive(move || kind.get().map(|kind| text(title(kind)).to_owned()).unwrap_or_default());
    view! {
        <Dialog open title=name>
            {each(move || {
                let item = |kind: FormKind| Item::new(kind.as_str().to_owned(), move || form(Form::new(talk, kind)));
                kind.get().map(item).into_iter().collect()
            })}
        </Dialog>
    }
}

fn form(form: Form) -> AnyView {
    let Form { talk, kind, written, sending, refused, .. } = form;
    // What is drawn does not change with every key.
    let what = Memo::new(move |_| written.with(Written::outgoing));
    let nowhere = move || kind == FormKind::Location && written.with(|written| written.position().is_none());
    let preview = move || {
        let content = what.get().content().filter(|_| !nowhere());
        match content {
            None => view! { <p class="bubble__aside">{tr(Key::FormNowhere)}</p> }.into_any(),
            Some(Content::Interactive(sent)) => interactive(&sent, Options::Open),
            Some(content) => content::plain(&content),
        }
    };
    let blocked = move || talk.permit.get().is_none_or(|permit| permit.obstacle.is_some());
    view! {
        <form
            class="compose"
            data-testid=format!("form-{}", kind.as_str())
            on:submit=|event: SubmitEvent| event.prevent_default()
            on:keydown=move |event| form.pressed(&event)
        >
            <fieldset class="compose__parts" disabled=move || sending.get()>
                {tray::answered(talk)}
                {parts::parts(form)}
            </fieldset>
            <section class="compose__shown" aria-label=tr(Key::TemplatesPreview)>
                <p class="field__label" aria-hidden="true">{tr(Key::FormPreview)}</p>
                <div class="templates__preview" data-testid="form-preview">
                    <div class="bubble bubble--out bubble--first">{preview}</div>
                </div>
            </section>
            <footer class="compose__foot">
                {move || {
                    let why = refused.get().or_else(|| blocked().then_some(Key::ComposerUnavailable));
                    why.map(|key| view! {
                        <Notice tone=Tone::Warn icon=IconName::Warning><span role="alert">{tr(key)}</span></Notice>
                    }.into_any())
                }}
                <span class="grow"></span>
                <span class="composer__key"><Kbd shown="Ctrl Enter"/></span>
                <Button
                    look=ButtonLook::Primary
                    disabled=Signal::derive(move || sending.get() || blocked())
                    on:click=move |_| form.send()
                    attr:data-testid="form-send"
                >{move || text(if sending.get() { Key::FileSending } else { Key::Send })}</Button>
            </footer>
        </form>
    }
    .into_any()
}
