//! The settings: a list of pages, and the one that is open. On a phone the list is a row above it.

use leptos::prelude::*;
use shared::permission::Permission;

use crate::{
    app::Desk,
    components::{
        connection_state::ConnectionState,
        help::Help,
        list::Inbox,
        rail::Rail,
        settings::{
            alerts, blocked, calendars, connect, contacts, fields, labels, number, numbers, oversight,
            people, quarantine, queue, queues, replies, reply_form, setup, template_form, templates,
        },
    },
    effects::effect,
    i18n::{Key, text, tr},
    routes::{self, Page},
    ui::{IconName, Item, each},
};

/// The page.
#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    let desk = Desk::get();
    // The rail tells what is unread, here as in the inbox.
    let inbox = Inbox::new(desk.live, Signal::derive(|| None));
    desk.live.show(None);
    let page = Memo::new(move |_| routes::page(&desk.router.path()));
    let title = move || {
        if matches!(page.get(), Page::Contacts | Page::Blocked) { Key::Contacts } else { Key::Settings }
    };
    effect(move || document().set_title(&format!("{} · {}", text(title()), text(Key::Product))));
    view! {
        <div class="app app--settings">
            <Rail desk inbox/>
            <nav class="settings__nav" aria-label=tr(Key::Settings)>
                <h1>{move || text(title())}</h1>
                {move || link(desk, Permission::WorkConversations, routes::CONTACTS, Key::Contacts)}
                {move || link(desk, Permission::ManageChannels, routes::NUMBERS, Key::SettingsNumbers)}
                {move || link(desk, Permission::ManageTemplates, routes::TEMPLATES, Key::SettingsTemplates)}
                {move || link(desk, Permission::WorkConversations, routes::REPLIES, Key::SettingsReplies)}
                {move || link(desk, Permission::ManageQueues, routes::QUEUES, Key::SettingsQueues)}
                {move || link(desk, Permission::ManageQueues, routes::CALENDARS, Key::SettingsCalendars)}
                {move || link(desk, Permission::Supervise, routes::PEOPLE, Key::SettingsPeople)}
                {move || link(desk, Permission::ManageContacts, routes::LABELS, Key::SettingsLabels)}
                {move || link(desk, Permission::ManageSettings, routes::ALERTS, Key::SettingsAlerts)}
                {move || link(desk, Permission::ManageSettings, routes::OVERSIGHT, Key::Oversight)}
                {move || link(desk, Permission::ManageSettings, routes::QUARANTINE, Key::SettingsQuarantine)}
                <span class="grow"></span>
                <ConnectionState live=desk.live/>
            </nav>
            <main class="settings" data-testid="settings-page">
                // Keyed: each page has signals of its own.
                {each(move || {
                    let page = page.get();
                    vec![Item::new(format!("{page:?}"), move || draw(desk, page))]
                })}
            </main>
            <Help open=desk.help/>
        </div>
    }
    .into_any()
}

fn link(desk: Desk, needed: Permission, path: &'static str, label: Key) -> Option<AnyView> {
    desk.session.may(needed).then(|| {
        let current = move || desk.router.path().starts_with(path).then_some("page");
        // `/settings/templates` becomes `nav-templates`.
        let testid = path.replace(routes::SETTINGS, "nav").replace('/', "-");
        view! { <a class="settings__link" href=path data-testid=testid aria-current=current>{tr(label)}</a> }
            .into_any()
    })
}

fn draw(desk: Desk, page: Page) -> AnyView {
    let may = |needed| untrack(|| desk.session.may(needed));
    let needed = match page {
        Page::First => {
            let first = [
                (Permission::ManageChannels, routes::NUMBERS),
                (Permission::ManageTemplates, routes::TEMPLATES),
            ]
            .into_iter()
            .find(|(needed, _)| may(*needed))
            .map_or(routes::REPLIES, |(_, first)| first);
            request_animation_frame(move || desk.router.replace(first));
            return ().into_any();
        }
        Page::Templates | Page::NewTemplate | Page::Template(_) => Permission::ManageTemplates,
        Page::Replies | Page::NewReply | Page::Reply(_) => Permission::WorkConversations,
        Page::Alerts | Page::Quarantine | Page::Oversight => Permission::ManageSettings,
        Page::Labels | Page::Blocked => Permission::ManageContacts,
        Page::Contacts => Permission::WorkConversations,
        Page::Queues | Page::NewQueue | Page::Queue(_) => Permission::ManageQueues,
        Page::Calendars | Page::NewCalendar | Page::Calendar(_) => Permission::ManageQueues,
        Page::People | Page::Person(_) => Permission::Supervise,
        _ => Permission::ManageChannels,
    };
    if !may(needed) {
        return forbidden();
    }
    match page {
        Page::First => ().into_any(),
        Page::Numbers => numbers::page(desk),
        Page::NewNumber => connect::page(desk),
        Page::Setup(id) => setup::page(desk, id),
        Page::Number(id) => number::page(desk, id),
        Page::Alerts => alerts::page(desk),
        Page::Quarantine => quarantine::page(desk),
        Page::Labels => labels::page(desk),
        Page::Contacts => contacts::page(desk),
        Page::Blocked => blocked::page(desk),
        Page::Oversight => oversight::page(desk),
        Page::Queues => queues::page(desk),
        Page::NewQueue => queue::page(desk, None),
        Page::Queue(id) => queue::page(desk, Some(id)),
        Page::Calendars => calendars::page(desk),
        Page::NewCalendar => calendars::calendar(desk, None),
        Page::Calendar(id) => calendars::calendar(desk, Some(id)),
        Page::People => people::page(desk),
        Page::Person(id) => people::person(desk, id),
        Page::Replies => replies::page(desk),
        Page::NewReply => reply_form::page(desk, None),
        Page::Reply(id) => reply_form::page(desk, Some(id)),
        Page::Templates => templates::page(desk),
        Page::NewTemplate => template_form::page(desk, None),
        Page::Template(id) => template_form::page(desk, Some(id)),
    }
}

fn forbidden() -> AnyView {
    let way = view! { <a class="button" href=routes::INBOX>{tr(Key::InboxTitle)}</a> }.into_any();
    fields::empty(IconName::Settings, Key::SettingsForbidden, Some(Key::SettingsForbiddenHint), way)
}
