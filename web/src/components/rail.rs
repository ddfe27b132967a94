//! The rail: where one can go, and who one is. Under 600 px a bar at the bottom.

use leptos::prelude::*;
use shared::{permission::Permission, program::Program};

use super::{bell, list::Inbox, presence_menu::PresenceMenu};
use crate::{
    app::Desk,
    i18n::{Key, count, tr},
    keys::{self, Action},
    routes,
    ui::{Count, Icon, IconButton, IconName},
};

/// The rail.
#[component]
pub(crate) fn Rail(desk: Desk, inbox: Inbox) -> impl IntoView {
    let unread = Memo::new(move |_| inbox.counts().mine_unread);
    view! {
        <nav class="rail" aria-label=tr(Key::RailLabel)>
            <a
                class="rail__item"
                href=routes::INBOX
                aria-current=move || (Program::of(&desk.router.path()) == Program::Inbox).then_some("page")
                aria-label=tr(Key::InboxTitle) title=tr(Key::InboxTitle)
            >
                <Icon name=IconName::Inbox/>
                <span class="rail__count">
                    <Count n=unread label=Signal::derive(move || count(unread.get(), Key::UnreadOne, Key::UnreadOther))/>
                </span>
            </a>
            <a
                class="rail__item"
                href=routes::CONTACTS
                data-testid="contacts"
                aria-current=move || desk.router.path().starts_with(routes::CONTACTS).then_some("page")
                aria-label=tr(Key::Contacts)
                title=tr(Key::Contacts)
            >
                <Icon name=IconName::People/>
            </a>
            {move || desk.session.may(Permission::SeeBoard).then(|| view! {
                <a
                    class="rail__item"
                    href=routes::BOARD
                    data-testid="board"
                    aria-current=move || desk.router.path().starts_with(routes::BOARD).then_some("page")
                    aria-label=tr(Key::Board)
                    title=tr(Key::Board)
                >
                    <Icon name=IconName::Board/>
                </a>
            }.into_any())}
            {bell::bell(desk)}
            <span class="grow"></span>
            {move || may_set(desk).then(|| view! {
                <a
                    class="rail__item"
                    href=routes::SETTINGS
                    data-testid="settings"
                    aria-current=move || desk.router.path().starts_with(routes::SETTINGS).then_some("page")
                    aria-label=tr(Key::Settings)
                    title=tr(Key::Settings)
                >
                    <Icon name=IconName::Settings/>
                </a>
            }.into_any())}
            <IconButton
                icon=IconName::Help
                label=Signal::derive(|| keys::hint(Key::HelpTitle, Action::Help))
                on:click=move |_| desk.help.set(true)
            />
            <PresenceMenu desk/>
        </nav>
    }
    .into_any()
}

/// Whether there is anything for the member in the settings: at least canned replies of their own, for whoever writes;
/// tracked.
pub(crate) fn may_set(desk: Desk) -> bool {
    desk.session.may(Permission::WorkConversations)
}
