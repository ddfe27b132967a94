//! One conversation: header, timeline, composer.

mod bubble;
mod composer;
pub(crate) mod content;
pub(crate) mod delivery;
mod emoji;
mod entries;
pub(crate) mod file;
mod forms;
pub(crate) mod hand_over;
mod header;
mod interactive;
mod links;
mod permit;
mod react;
mod recorder;
mod stickers;
mod timeline;
pub(crate) mod tray;

use std::time::Duration;

use leptos::prelude::*;
use shared::{
    apply::Timeline,
    error::ErrorCode,
    ids::{ConversationId, MessageId},
    live::command::Command,
    model::{
        conversation::{CloseReason, Conversation},
        message::AuthorKind,
        outgoing::Outgoing,
    },
    permission::Permission,
};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, FileList, Node};

use self::{forms::Forms, permit::Permit, tray::Answered};
use crate::{
    app::Desk,
    attach::Tray,
    browser,
    components::{list::Inbox, templates::TemplateChooser},
    effects::effect,
    i18n::{Key, fill, text, tr},
    live::Live,
    routes,
    ui::Dialog,
    words,
};

/// How often colleagues are told that the conversation is still on screen.
const VIEWING: Duration = Duration::from_secs(10);

/// What the parts of a conversation share.
#[derive(Clone, Copy)]
pub(crate) struct Talk {
    /// The live view.
    pub(crate) live: Live,
    /// Which conversation.
    pub(crate) id: ConversationId,
    /// Its row, once known.
    pub(crate) row: Memo<Option<Conversation>>,
    /// Whether the details are shown.
    pub(crate) details: RwSignal<bool>,
    /// The message that is being answered.
    answered: RwSignal<Option<Answered>>,
    /// The message that an emoji is chosen for, and ours that is there.
    reacting: RwSignal<Option<(MessageId, Option<String>)>>,
    /// Whether templates are being chosen from.
    templates: RwSignal<bool>,
    /// The form that is open.
    forms: Forms,
    /// Whether stickers are being chosen from.
    stickers: RwSignal<bool>,
    /// Whether it is being handed over.
    handing: RwSignal<bool>,
    permit: Memo<Option<Permit>>,
    busy: Signal<bool>,
    desk: Desk,
    inbox: Inbox,
}

impl Talk {
    fn new(desk: Desk, inbox: Inbox, id: ConversationId, details: RwSignal<bool>) -> Self {
        let live = desk.live;
        let row = Memo::new(move |_| live.conversation(id));
        let permit = Memo::new(move |_| {
            let me = live.me()?.id;
            let for_others = desk.session.may(Permission::ActForOthers);
            Some(permit::permit(&row.get()?, me, for_others, live.now()))
        });
        let busy = Signal::derive(move || !live.pending(|p| header::concerns(&p.command, id)).is_empty());
        let answered = RwSignal::new(None);
        let reacting = RwSignal::new(None);
        let (templates, forms, stickers) = (RwSignal::new(false), Forms::new(), RwSignal::new(false));
        Self {
            live,
            id,
            row,
            details,
            answered,
            reacting,
            templates,
            forms,
            stickers,
            handing: RwSignal::new(false),
            permit,
            busy,
            desk,
            inbox,
        }
    }

    fn act(self, command: Command) {
        self.live.command(command);
    }

    /// Whether files can be sent now.
    fn files_may_go(self) -> bool {
        self.permit.get_untracked().is_some_and(|permit| permit.obstacle.is_none())
    }

    /// The newest that its reader has on screen: what is sent answers no later one.
    fn newest(self) -> Option<u64> {
        let newest = |timeline: &Timeline| timeline.messages.last_key_value().map(|(seq, _)| *seq);
        untrack(|| self.live.timeline(self.id, newest)).flatten()
    }

    /// The message that is being answered, which from now on it is not any more.
    fn take_answered(self) -> Option<Answered> {
        self.answered.try_update(Option::take).flatten()
    }

    /// What was refused comes back; so does what it answered, unless that was the trouble, the conversation was
    /// left or something else is answered by now.
    fn answer_again(self, answered: Option<Answered>, code: ErrorCode) {
        if code == ErrorCode::NotAnswerable {
            return;
        }
        let _ = self.answered.try_update(|now| {
            if now.is_none() {
                *now = answered;
            }
        });
    }

    /// Puts files beside the text that is being written.
    fn attach(self, files: &FileList) {
        let attachments = self.desk.attachments;
        attachments.add(&attachments.tray(self.id), files);
        self.desk.noting.set(false);
        browser::focus(".composer__text");
    }

    /// Answers the customer's message before, or behind, the one that is being answered; behind the newest none.
    fn answer_neighbour(self, before: bool) {
        if !self.files_may_go() {
            return;
        }
        let now = self.answered.with_untracked(|answered| answered.as_ref().map(|answered| answered.seq));
        let found = untrack(|| {
            self.live.timeline(self.id, |timeline| {
                let fits = |seq: &u64| now.is_none_or(|now| if before { *seq < now } else { *seq > now });
                let mut all = timeline.messages.iter().filter(|(seq, message)| {
                    fits(seq) && message.author.kind == AuthorKind::Customer && tray::is_answerable(message)
                });
                let found = match (before, now) {
                    (true, _) => all.next_back(),
                    (false, Some(_)) => all.next(),
                    (false, None) => None,
                };
                found.map(|(_, message)| Answered::of(message))
            })
        });
        if before && found.as_ref().is_none_or(Option::is_none) {
            return;
        }
        self.answered.set(found.flatten());
    }

    /// Takes the conversation, out of a colleague's hands too when one may act for others.
    fn take(self) {
        self.act(Command::AssignToMe { conversation: self.id });
    }

    fn reopen(self) {
        self.act(Command::Reopen { conversation: self.id });
    }

    /// Closes, offers to undo, and goes on to the next conversation so that the focus is not lost.
    fn close(self, reason: CloseReason) {
        let Self { live, id, desk, inbox, .. } = self;
        let name =
            self.row.with_untracked(|c| c.as_ref().map(|c| words::customer(&c.contact)).unwrap_or_default());
        inbox.cursor.set(Some(id));
        let next = inbox
            .neighbour(1)
            .filter(|next| *next != id)
            .or_else(|| inbox.neighbour(-1))
            .filter(|next| *next != id);
        live.command_then(Command::Close { conversation: id, reason }, move |answer| {
            if answer.is_err() {
                return;
            }
            desk.undoable.set(Some(Command::Reopen { conversation: id }));
            let undo = Callback::new(move |()| desk.undo());
            desk.toasts.offer(fill(Key::ToastClosed, &[("name", &name)]), Key::Undo, undo);
            if inbox.selected.get_untracked() == Some(id) {
                desk.router.go(&next.map_or_else(|| routes::INBOX.to_owned(), routes::conversation));
            }
        });
    }
}

/// The pane with a conversation.
#[component]
pub(crate) fn Conversation(inbox: Inbox, id: ConversationId, details: RwSignal<bool>) -> impl IntoView {
    let desk = Desk::get();
    let live = desk.live;
    let talk = Talk::new(desk, inbox, id, details);
    live.show(Some(id));
    tell_colleagues(live, id);
    mark_read(talk);
    let missing = Memo::new(move |_| talk.row.with(Option::is_none) && live.unopened(id).is_some());
    let drop = Drop::new(talk);
    view! {
        <main
            class="talk"
            class:talk--missing=move || missing.get()
            class:talk--drop=move || drop.over.get()
            data-drop=tr(Key::AttachDrop)
            aria-label=tr(Key::ConversationLabel)
            on:dragover=move |event| drop.moved(&event)
            on:dragleave=move |event| drop.left(&event)
            on:drop=move |event| drop.dropped(&event)
        >
            <header::Header talk/>
            <timeline::TimelineView talk/>
            <composer::Composer talk/>
            {react::menu(talk)}
            {templates(talk)}
            {forms::dialog(talk)}
            {stickers::dialog(talk)}
            {hand_over::dialog(talk)}
        </main>
    }
    .into_any()
}

/// The dialog that sends a template.
fn templates(talk: Talk) -> impl IntoView {
    let channel = Signal::derive(move || talk.row.with(|row| row.as_ref().map(|row| row.channel)));
    let refused = RwSignal::new(None);
    let sending = RwSignal::new(false);
    let tray = StoredValue::new(Tray::default());
    let attachments = talk.desk.attachments;
    let send = Callback::new(move |what: Outgoing| {
        let upload = what.upload();
        let command = Command::Send { conversation: talk.id, answers: None, base: None, what };
        talk.live.command_then(command, move |answer| {
            let _ = sending.try_set(false);
            match answer {
                Ok(_) => {
                    if let Some(upload) = upload {
                        attachments.arrived(upload);
                    }
                    let _ = talk.templates.try_set(false);
                }
                Err(problem) => {
                    // Where the form is still open, its file is there for the next try.
                    match (
                        upload,
                        tray.try_get_value().filter(|_| talk.templates.try_get_untracked() == Some(true)),
                    ) {
                        (Some(upload), Some(tray)) => attachments.put_back(&tray, upload),
                        (Some(upload), None) => attachments.arrived(upload),
                        (None, _) => {}
                    }
                    let _ = refused.try_set(Some(words::error(problem.code)));
                }
            }
        });
    });
    view! {
        <Dialog open=talk.templates title=Signal::derive(|| text(Key::Templates).to_owned())>
            <TemplateChooser
                desk=talk.desk
                channel
                active=talk.templates
                tray=tray.get_value()
                refused
                sending
                on_send=send
            />
        </Dialog>
    }
}

/// Files that are dragged over the conversation.
#[derive(Clone, Copy)]
struct Drop {
    talk: Talk,
    over: RwSignal<bool>,
}

impl Drop {
    fn new(talk: Talk) -> Self {
        Self { talk, over: RwSignal::new(false) }
    }

    fn moved(self, event: &DragEvent) {
        if self.talk.files_may_go() && browser::carries_files(event) {
            // Says that they may be dropped here.
            event.prevent_default();
            self.over.set(true);
        }
    }

    fn left(self, event: &DragEvent) {
        // Leaving for something inside is not leaving.
        let here = event.current_target().and_then(|here| here.dyn_into::<Node>().ok());
        let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
        if !here.is_some_and(|here| to.is_some_and(|to| here.contains(Some(&to)))) {
            self.over.set(false);
        }
    }

    fn dropped(self, event: &DragEvent) {
        self.over.set(false);
        if browser::carries_files(event) {
            event.prevent_default();
            let files = event.data_transfer().and_then(|carried| carried.files());
            if let Some(files) = files.filter(|_| self.talk.files_may_go()) {
                self.talk.attach(&files);
            }
        }
    }
}

fn tell_colleagues(live: Live, id: ConversationId) {
    let tell = move || {
        if !browser::hidden() {
            live.viewing(Some(id));
        }
    };
    let opened = Memo::new(move |_| live.timeline(id, |t| t.opened_at.is_some()).unwrap_or(false));
    effect(move || {
        if opened.get() {
            tell();
        }
    });
    let timer = set_interval_with_handle(tell, VIEWING);
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
        live.viewing(None);
    });
}

/// What is on screen in front of somebody has been read.
fn mark_read(talk: Talk) {
    let Talk { live, id, desk, .. } = talk;
    let unread = Memo::new(move |_| talk.row.with(|c| c.as_ref().is_some_and(|c| c.unread > 0)));
    let newest = Memo::new(move |_| {
        live.timeline(id, |timeline| {
            let mut customers = timeline.messages.values().rev();
            let newest = customers.find(|m| m.author.kind == AuthorKind::Customer).map(|m| m.seq);
            newest.filter(|_| timeline.opened_at.is_some())
        })
        .flatten()
    });
    let mut sent = None;
    effect(move || {
        let newest = newest.get();
        if !unread.get() || !desk.attention.get() || newest == sent {
            return;
        }
        if let Some(up_to) = newest {
            live.command(Command::MarkRead { conversation: id, up_to });
            sent = newest;
        }
    });
}
