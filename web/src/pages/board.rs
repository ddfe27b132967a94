//! The supervisor's board, beside the rail and on the wall.

use leptos::prelude::*;
use shared::permission::Permission;

use crate::{
    app::Desk,
    components::{
        board::{self, Floor},
        connection_state::ConnectionState,
        help::Help,
        list::Inbox,
        rail::Rail,
        settings::fields,
    },
    effects::effect,
    i18n::{Key, text},
    ui::IconName,
};

/// The board beside the rail.
pub(crate) fn beside_rail() -> AnyView {
    around(|desk| shown(desk, board::page))
}

/// Conversations side by side.
pub(crate) fn watch() -> AnyView {
    around(|desk| {
        if untrack(|| desk.session.may(Permission::Monitor)) {
            board::watch::page(desk)
        } else {
            fields::empty(IconName::Board, Key::BoardForbidden, None, ().into_any())
        }
    })
}

/// What a shift begins with.
pub(crate) fn shift() -> AnyView {
    around(|desk| shown(desk, board::shift::page))
}

/// How colleagues answered; everybody may read how they did themselves.
pub(crate) fn review() -> AnyView {
    around(board::review::page)
}

/// Who did what; everybody may read what they did themselves.
pub(crate) fn activity() -> AnyView {
    around(board::activity::page)
}

fn around(draw: fn(Desk) -> AnyView) -> AnyView {
    let desk = Desk::get();
    let inbox = Inbox::new(desk, Signal::derive(|| None));
    title();
    view! {
        <div class="app app--board">
            <Rail desk inbox/>
            <main class="settings settings--wide" data-testid="board-page">
                {draw(desk)}
                <ConnectionState live=desk.live/>
            </main>
            <Help open=desk.help/>
        </div>
    }
    .into_any()
}

/// The board on the wall.
pub(crate) fn wall() -> AnyView {
    title();
    shown(Desk::get(), board::wall::page)
}

fn title() {
    effect(move || document().set_title(&format!("{} · {}", text(Key::Board), text(Key::Product))));
}

fn shown(desk: Desk, draw: fn(Floor) -> AnyView) -> AnyView {
    if untrack(|| desk.session.may(Permission::SeeBoard)) {
        draw(Floor::new(desk))
    } else {
        fields::empty(IconName::Board, Key::BoardForbidden, None, ().into_any())
    }
}
