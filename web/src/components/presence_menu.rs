//! One's own mark at the end of the rail: availability, theme, language, sign out.

use leptos::{prelude::*, task::spawn_local};
use shared::{live::command::Command, model::member::Availability};

use crate::{
    app::Desk,
    i18n::{self, Key, Locale, fill, text, tr},
    live::{Live, Status},
    prefs::{self, Theme},
    ui::{Avatar, AvatarSize, Dot, Icon, IconName, Menu, MenuGroup, MenuGroupLook, MenuItem},
    words,
};

/// The avatar and its menu.
#[component]
pub(crate) fn PresenceMenu(desk: Desk) -> impl IntoView {
    let live = desk.live;
    let name = Memo::new(move |_| live.me().map(|me| me.name).unwrap_or_default());
    let chosen = Memo::new(move |_| chosen(live));
    let dot = Signal::derive(move || match (live.status(), chosen.get()) {
        (Status::Offline(_) | Status::Ended(_), _) => Some(Dot::Off),
        (_, availability) => availability.map(dot_of),
    });
    let label = move || {
        let availability = chosen.get().map(|a| text(words::availability(a))).unwrap_or_default();
        fill(Key::PresenceLabel, &[("name", &name.get()), ("availability", availability)])
    };
    let sign_out = move || {
        spawn_local(async move {
            let me = desk.session.member_untracked();
            match (desk.session.sign_out().await, me) {
                // Whoever uses this browser next should not find what was begun.
                (Ok(()), Some(me)) => desk.drafts.forget(me),
                (Ok(()), None) => {}
                (Err(_), _) => desk.toasts.say(text(Key::SignOutFailed).to_owned()),
            }
        });
    };
    view! {
        <button type="button" class="presence" popovertarget="presence-menu" data-testid="presence-menu" aria-label=label title=label>
            <Avatar initials=Signal::derive(move || words::initials(&name.get())) size=AvatarSize::Medium dot=dot/>
        </button>
        <Menu id="presence-menu" label=Signal::derive(|| text(Key::PresenceMenu).to_owned())>
            <div class="menu__who" aria-hidden="true">
                <strong dir="auto">{name}</strong>
                <small>{move || live.me().map(|me| text(words::role(me.role)))}
                    {move || live.settings().map(|s| format!(" · {}", s.tenant_name))}</small>
            </div>
            <MenuGroup label=Signal::derive(|| text(Key::AvailabilityTitle).to_owned())>
            {Availability::ALL.into_iter().map(|one| view! {
                <MenuItem
                    testid=format!("availability-{}", one.as_str())
                    chosen=Signal::derive(move || chosen.get() == Some(one))
                    on_choose=move || live.command(Command::available_as(one))
                >
                    <i class=dot_class(one)></i>{tr(words::availability(one))}
                </MenuItem>
            }).collect_view()}
            </MenuGroup>
            <MenuGroup look=MenuGroupLook::Row label=Signal::derive(|| text(Key::ThemeTitle).to_owned())>
            {Theme::ALL.into_iter().map(|one| view! {
                <MenuItem
                    testid=format!("theme-{}", one.as_str())
                    chosen=Signal::derive(move || prefs::theme() == one)
                    on_choose=move || prefs::set_theme(one)
                >{tr(one.label())}</MenuItem>
            }).collect_view()}
            </MenuGroup>
            <MenuGroup look=MenuGroupLook::Row label=Signal::derive(|| text(Key::LanguageTitle).to_owned())>
            {Locale::ALL.into_iter().map(|one| view! {
                <MenuItem
                    testid=format!("language-{}", one.tag())
                    chosen=Signal::derive(move || i18n::locale() == one)
                    on_choose=move || prefs::set_locale(one)
                ><span lang=one.tag()>{one.own_name()}</span></MenuItem>
            }).collect_view()}
            </MenuGroup>
            <hr class="menu__rule"/>
            <MenuItem testid="sign-out".to_owned() on_choose=sign_out>
                <Icon name=IconName::Leave/>{tr(Key::SignOut)}
            </MenuItem>
        </Menu>
    }
    .into_any()
}

/// The availability asked for last, or the one the server knows.
fn chosen(live: Live) -> Option<Availability> {
    let asked = live.pending(|p| matches!(p.command, Command::SetAvailability { .. }));
    match asked.last().map(|p| &p.command) {
        Some(Command::SetAvailability { availability, .. }) => Some(*availability),
        _ => live.me().map(|me| me.availability),
    }
}

const fn dot_of(availability: Availability) -> Dot {
    match availability {
        Availability::Available => Dot::Good,
        Availability::Busy => Dot::Busy,
        Availability::Away => Dot::Away,
    }
}

const fn dot_class(availability: Availability) -> &'static str {
    match availability {
        Availability::Available => "dot dot--good",
        Availability::Busy => "dot dot--busy",
        Availability::Away => "dot dot--away",
    }
}
