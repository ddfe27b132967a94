//! The supervisor's board: asked for while it is on screen, and shown as the server last told it.

use leptos::prelude::*;
use shared::{live::frame::ClientFrame, model::board::Board};

use super::store::Live;

impl Live {
    /// Asks for the board until the component is gone.
    pub(crate) fn watch_board(self) {
        self.link.update_value(|link| link.wants_board = true);
        self.tell(&ClientFrame::WatchBoard {});
        on_cleanup(move || {
            self.link.update_value(|link| link.wants_board = false);
            self.tell(&ClientFrame::UnwatchBoard {});
            self.board.set(None);
        });
    }

    /// Reads the board; tracked.
    pub(crate) fn board<T>(self, read: impl FnOnce(&Board) -> T) -> Option<T> {
        self.board.with(|board| board.as_ref().map(read))
    }

    /// A new connection knows nothing of the board.
    pub(super) fn ask_for_board(self) {
        if self.link.with_value(|link| link.wants_board) {
            self.tell(&ClientFrame::WatchBoard {});
        }
    }
}
