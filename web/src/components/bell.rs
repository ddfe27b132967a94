//! What the member was told of: a bell with a count, a list, and how one is told of something new.

use leptos::prelude::*;
use shared::{
    ids::NoticeId,
    live::command::Command,
    model::notice::{Notice, NoticeKind},
};

use crate::{
    alarm,
    app::Desk,
    effects::effect,
    i18n::{Key, count, fill, text, tr},
    prefs::{self, Alert},
    routes, time,
    ui::{Button, Count, Icon, IconName, Item, Menu, MenuItem, MenuKind, close_menu, each},
    words,
};

const MENU: &str = "notices-menu";

/// The bell.
pub(crate) fn bell(desk: Desk) -> AnyView {
    let live = desk.live;
    let unread = Memo::new(move |_| live.notices().len());
    tell(desk);
    let label = move || match unread.get() {
        0 => text(Key::Notices).to_owned(),
        n => count(n, Key::NoticesOne, Key::NoticesOther),
    };
    let read = move |_| {
        if let Some(newest) = untrack(|| live.notices()).first() {
            live.command(Command::ReadNotices { up_to: newest.id });
        }
        close_menu(MENU);
    };
    view! {
        <button type="button" class="rail__item" popovertarget=MENU data-testid="bell" aria-label=label title=label>
            <Icon name=IconName::Bell/>
            <span class="rail__count"><Count n=unread label=Signal::derive(label)/></span>
        </button>
        <Menu id=MENU kind=MenuKind::Panel label=Signal::derive(|| text(Key::Notices).to_owned())>
            <p class="menu__heading">{tr(Key::Notices)}</p>
            <div class="notices" data-testid="notices">
                {each(move || live.notices().into_iter().map(|notice| {
                    Item::new(notice.id.to_string(), move || entry(desk, notice))
                }).collect())}
            </div>
            {move || match unread.get() {
                0 => view! { <p class="notices__none">{tr(Key::NoticesNone)}</p> }.into_any(),
                _ => view! {
                    <Button on:click=read attr:data-testid="notices-read">{tr(Key::NoticesRead)}</Button>
                }.into_any(),
            }}
            <hr class="menu__rule"/>
            <p class="menu__heading">{tr(Key::AlertsTitle)}</p>
            {Alert::ALL.into_iter().map(|one| alert(desk, one)).collect_view()}
        </Menu>
    }
    .into_any()
}

fn entry(desk: Desk, notice: Notice) -> AnyView {
    let at = time::millis(notice.at);
    let (id, path) = (notice.id, place(&notice));
    let words = move || line(desk, &notice);
    let go = move || open(desk, id, &path);
    view! {
        <MenuItem testid="notice".to_owned() on_choose=go>
            <span class="notices__line" dir="auto">{words}</span>
            <time>{move || time::ago(at, desk.live.now())}</time>
        </MenuItem>
    }
    .into_any()
}

/// One way of being told, as a box to tick.
fn alert(desk: Desk, one: Alert) -> AnyView {
    let changed = move |on: bool| {
        prefs::set_alert(one, on);
        match one {
            Alert::Browser if on => alarm::permit(move || {
                prefs::set_alert(one, false);
                desk.toasts.say(text(Key::AlertRefused).to_owned());
            }),
            Alert::Sound if on => alarm::sound(),
            _ => {}
        }
    };
    view! {
        <label class="notices__how">
            <input
                type="checkbox"
                data-testid=format!("alert-{}", one.as_str())
                prop:checked=move || prefs::alerts(one)
                on:change:target=move |event| changed(event.target().checked())
            />
            <span>{tr(one.label())}</span>
        </label>
    }
    .into_any()
}

/// Goes to where it happened; what came before it has been seen, too.
fn open(desk: Desk, up_to: NoticeId, path: &str) {
    desk.live.command(Command::ReadNotices { up_to });
    desk.router.go(path);
}

/// Where it is shown: in a conversation, on the board, or among the reviews.
fn place(notice: &Notice) -> String {
    match (notice.kind, notice.conversation) {
        (NoticeKind::Reviewed, _) => routes::REVIEW.to_owned(),
        (_, Some(id)) => routes::conversation(id),
        (_, None) => routes::BOARD.to_owned(),
    }
}

/// Who did what, and where.
fn line(desk: Desk, notice: &Notice) -> String {
    let live = desk.live;
    if let Some(alert) = notice.alert {
        let queue = live.queue(alert.queue).map(|queue| queue.name).unwrap_or_default();
        return words::alert(alert.what, &queue, notice.at);
    }
    let by = notice.by.and_then(|id| live.member(id)).map(|member| member.name);
    let by = by.unwrap_or_else(|| text(Key::AuthorSomebody).to_owned());
    let row = notice.conversation.and_then(|id| live.conversation(id));
    let place = row.map_or_else(|| text(Key::NoticePlace).to_owned(), |row| words::customer(&row.contact));
    let key = match (notice.kind, notice.by) {
        (NoticeKind::Mentioned, _) => Key::NoticeMentioned,
        (NoticeKind::Assigned, None) => Key::NoticeRouted,
        (NoticeKind::Assigned, Some(_)) => Key::NoticeAssigned,
        (NoticeKind::Suggested, _) => Key::NoticeSuggested,
        (NoticeKind::Joined | NoticeKind::Alert, _) => Key::NoticeJoined,
        (NoticeKind::Reviewed, _) => Key::NoticeReviewed,
    };
    fill(key, &[("name", &by), ("place", &place)])
}

/// Tells of what is new since the page was loaded, in the ways that were chosen. What happened on screen in front of
/// somebody needs no telling.
fn tell(desk: Desk) {
    let live = desk.live;
    let mut told: Option<Option<NoticeId>> = None;
    effect(move || {
        if !live.is_ready() {
            return;
        }
        let all = live.notices();
        let newest = all.first().map(|notice| notice.id);
        let before = told.replace(newest.max(told.flatten()));
        let Some(before) = before else { return };
        let new = all.iter().filter(|notice| before.is_none_or(|before| notice.id > before));
        let new: Vec<Notice> = new.cloned().collect();
        untrack(|| {
            let shown = routes::selected(&desk.router.path()).filter(|_| desk.attention.get());
            for notice in new {
                if shown.is_some() && shown == notice.conversation {
                    if all.len() == 1 {
                        live.command(Command::ReadNotices { up_to: notice.id });
                    }
                    continue;
                }
                say(desk, &notice);
            }
        });
    });
}

fn say(desk: Desk, notice: &Notice) {
    let words = line(desk, notice);
    let (id, path) = (notice.id, place(notice));
    if prefs::alerts(Alert::Browser) && !desk.attention.get() {
        alarm::notify(&words);
    }
    if prefs::alerts(Alert::Sound) {
        alarm::sound();
    }
    if prefs::alerts(Alert::Toast) {
        desk.toasts.offer(words, Key::NoticeOpen, Callback::new(move |()| open(desk, id, &path)));
    }
}
