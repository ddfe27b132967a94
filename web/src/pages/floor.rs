//! The floor: the board, beside the rail and on the wall.

use leptos::prelude::*;

use super::board;
use crate::{
    app::Desk,
    routes::{self, Room},
    ui::{Item, each},
};

/// The page of the address.
pub(crate) fn page() -> AnyView {
    let desk = Desk::get();
    desk.live.show(None);
    let room = Memo::new(move |_| routes::room(&desk.router.path()));
    // Keyed, as everything that has signals of its own.
    each(move || {
        let room = room.get();
        let draw = move || match room {
            Room::Board => board::beside_rail(),
            Room::Wall => board::wall(),
            Room::Watch => board::watch(),
            Room::Shift => board::shift(),
            Room::Review => board::review(),
            Room::Activity => board::activity(),
        };
        vec![Item::new(format!("{room:?}"), draw)]
    })
}
