//! One conversation: header, timeline, composer.

mod bubble;
mod composer;
mod content;
pub(crate) mod delivery;
mod emoji;
mod entries;
mod file;
mod header;
mod links;
mod permit;
mod timeline;

use std::time::Duration;

use leptos::prelude::*;
use shared::{
    ids::ConversationId,
    live::command::Command,
    model::{
        conversation::{CloseReason, Conversation},
        message::AuthorKind,
    },
    permission::Permission,
};

use self::permit::Permit;
use crate::{
    app::Desk,
    browser,
    components::list::Inbox,
    effects::effect,
    i18n::{Key, fill, tr},
    live::Live,
    routes, words,
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
        Self { live, id, row, details, permit, busy, desk, inbox }
    }

    fn act(self, command: Command) {
        self.live.command(command);
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
            desk.closed.set(Some(id));
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
    view! {
        <main class="talk" class:talk--missing=move || missing.get() aria-label=tr(Key::ConversationLabel)>
            <header::Header talk/>
            <timeline::TimelineView talk/>
            <composer::Composer talk/>
        </main>
    }
    .into_any()
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
