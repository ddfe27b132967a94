//! The rail: where one can go, and who one is. Under 600 px a bar at the bottom.

use leptos::prelude::*;

use super::{list::Inbox, presence_menu::PresenceMenu};
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
            <a class="rail__item" href=routes::INBOX aria-current="page" aria-label=tr(Key::InboxTitle) title=tr(Key::InboxTitle)>
                <Icon name=IconName::Inbox/>
                <span class="rail__count">
                    <Count n=unread label=Signal::derive(move || count(unread.get(), Key::UnreadOne, Key::UnreadOther))/>
                </span>
            </a>
            <span class="grow"></span>
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
