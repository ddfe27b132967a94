//! The inbox: rail, list, conversation, context.

use leptos::prelude::*;
use shared::ids::ConversationId;
use web_sys::KeyboardEvent;

use crate::{
    app::Desk,
    browser,
    components::{
        begin::Begin,
        context_pane::ContextPane,
        conversation::Conversation,
        help::Help,
        list::{Inbox, List},
        rail::Rail,
    },
    effects::effect,
    i18n::{Key, text},
    keys::{self, Action},
    prefs::{self, Alert},
    routes,
    ui::{EmptyState, IconName, Item, each},
};

/// The search field.
const SEARCH: &str = "[data-testid=search]";

/// The page.
#[component]
pub(crate) fn InboxPage() -> impl IntoView {
    let desk = Desk::get();
    let selected = Memo::new(move |_| routes::selected(&desk.router.path()));
    let inbox = Inbox::new(desk, selected.into());
    let details = RwSignal::new(false);
    effect(move || {
        if selected.get().is_none() {
            desk.live.show(None);
        }
    });
    title(inbox);
    listen(desk, inbox);
    keep_page();
    view! {
        <div class="app" class:app--talking=move || selected.get().is_some()>
            <Rail desk inbox/>
            <List inbox/>
            // Keyed: another conversation gets a pane of its own. Rebuilding the old one in place would
            // keep event handlers whose signals are gone.
            {each(move || {
                let id = selected.get();
                let key = id.map_or_else(String::new, |id| id.to_string());
                vec![Item::new(key, move || pane(desk, inbox, id, details))]
            })}
            <Help open=desk.help/>
            <Begin desk/>
        </div>
    }
    .into_any()
}

fn pane(desk: Desk, inbox: Inbox, id: Option<ConversationId>, details: RwSignal<bool>) -> AnyView {
    match id {
        Some(id) => view! {
            <Conversation inbox id details/>
            <div class="veil" class:veil--on=move || details.get() on:click=move |_| details.set(false)></div>
            <ContextPane live=desk.live id open=details/>
        }
        .into_any(),
        None => view! {
            <main class="talk talk--none">
                <EmptyState
                    icon=IconName::Inbox
                    title=Signal::derive(|| text(Key::NothingSelected).to_owned())
                    hint=Signal::derive(|| text(Key::NothingSelectedHint).to_owned())
                />
            </main>
        }
        .into_any(),
    }
}

/// The tab of the browser says how much is unread, and of how much its reader was told.
fn title(inbox: Inbox) {
    let live = inbox.live;
    let notices = move || if prefs::alerts(Alert::Title) { live.notices().len() } else { 0 };
    let unread = Memo::new(move |_| inbox.counts().mine_unread + notices());
    effect(move || {
        let product = text(Key::Product);
        document().set_title(&match unread.get() {
            0 => product.to_owned(),
            n => format!("({n}) {product}"),
        });
    });
}

/// A file that is dropped where none belongs must not replace the page.
fn keep_page() {
    let over = window_event_listener(leptos::ev::dragover, move |event| {
        if browser::carries_files(&event) && !event.default_prevented() {
            event.prevent_default();
            if let Some(carried) = event.data_transfer() {
                carried.set_drop_effect("none");
            }
        }
    });
    let dropped = window_event_listener(leptos::ev::drop, move |event| {
        if browser::carries_files(&event) {
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        over.remove();
        dropped.remove();
    });
}

fn listen(desk: Desk, inbox: Inbox) {
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        let Some(action) = wanted(&event) else { return };
        let go = |path: &str| desk.router.go(path);
        let open = |id| {
            inbox.cursor.set(Some(id));
            go(&routes::conversation(id));
        };
        match action {
            Action::Search => browser::focus(SEARCH),
            Action::Next => inbox.reveal.set(inbox.neighbour(1)),
            Action::Previous => inbox.reveal.set(inbox.neighbour(-1)),
            Action::Open => return,
            Action::NextUnread => {
                if let Some(id) = inbox.unread(true) {
                    open(id);
                }
            }
            Action::PreviousUnread => {
                if let Some(id) = inbox.unread(false) {
                    open(id);
                }
            }
            Action::Reply => {
                desk.noting.set(false);
                request_animation_frame(|| browser::focus("[data-testid=composer]"));
            }
            Action::Begin => desk.beginning.set(true),
            Action::Note => browser::click("[data-testid=note-toggle]"),
            Action::Take => browser::click("[data-testid=take]"),
            Action::Close => browser::click("[data-testid=close]"),
            Action::Choose => {
                if let Some(id) = inbox.cursor.get_untracked().or(inbox.selected.get_untracked()) {
                    inbox.choose(id, false);
                }
            }
            Action::Undo => desk.undo(),
            Action::Back => back(inbox, go),
            Action::Help => desk.help.set(true),
        }
        event.prevent_default();
    });
    on_cleanup(move || listener.remove());
}

/// Nothing while something is open above the page: the browser closes that with `Esc` itself.
fn wanted(event: &KeyboardEvent) -> Option<Action> {
    let above = document().query_selector("dialog[open],[popover]:popover-open").ok().flatten();
    if above.is_some() || event.default_prevented() {
        return None;
    }
    keys::action(event, browser::is_typing())
}

/// From a field to the page, from the page to the list.
fn back(inbox: Inbox, go: impl Fn(&str)) {
    if browser::is_typing() {
        if browser::is_focused(SEARCH) {
            inbox.search.set(String::new());
        }
        browser::blur();
        if let Some(id) = inbox.selected.get_untracked() {
            inbox.reveal.set(Some(id));
        }
    } else if untrack(|| inbox.chosen.any()) {
        inbox.chosen.clear();
    } else {
        go(routes::INBOX);
    }
}
