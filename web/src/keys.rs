//! The one table of keys: the handler, the help dialog and the tooltips read it.

use web_sys::KeyboardEvent;

use crate::i18n::{Key, text};

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Put the cursor into the search field.
    Search,
    /// Next row.
    Next,
    /// Previous row.
    Previous,
    /// Open the row with the focus; the browser does it, a row is a link.
    Open,
    /// Write to the customer.
    Reply,
    /// Write to a customer first.
    Begin,
    /// Write a note.
    Note,
    /// Take the conversation.
    Take,
    /// Close the conversation.
    Close,
    /// Choose the row for something that is done to several.
    Choose,
    /// Take back what was done last.
    Undo,
    /// Next conversation with something unread.
    NextUnread,
    /// Previous conversation with something unread.
    PreviousUnread,
    /// Back to the list.
    Back,
    /// Show these keys.
    Help,
}

/// A line of the table.
pub(crate) struct Binding {
    /// What happens.
    pub(crate) action: Action,
    /// `KeyboardEvent.key`, lower case.
    key: &'static str,
    /// Whether `Alt` must be held.
    alt: bool,
    /// As shown.
    pub(crate) shown: &'static str,
    /// What it does, in words.
    pub(crate) label: Key,
}

const fn plain(action: Action, key: &'static str, shown: &'static str, label: Key) -> Binding {
    Binding { action, key, alt: false, shown, label }
}

/// All keys, in the order the help shows them.
pub(crate) const BINDINGS: [Binding; 15] = [
    plain(Action::Search, "/", "/", Key::ShortcutSearch),
    plain(Action::Next, "j", "J", Key::ShortcutNext),
    plain(Action::Previous, "k", "K", Key::ShortcutPrevious),
    plain(Action::Open, "enter", "Enter", Key::ShortcutOpen),
    Binding {
        action: Action::NextUnread,
        key: "arrowdown",
        alt: true,
        shown: "Alt ↓",
        label: Key::ShortcutNextUnread,
    },
    Binding {
        action: Action::PreviousUnread,
        key: "arrowup",
        alt: true,
        shown: "Alt ↑",
        label: Key::ShortcutPreviousUnread,
    },
    plain(Action::Reply, "r", "R", Key::ShortcutReply),
    plain(Action::Begin, "c", "C", Key::ShortcutBegin),
    plain(Action::Note, "n", "N", Key::ShortcutNote),
    plain(Action::Take, "a", "A", Key::ShortcutTake),
    plain(Action::Close, "e", "E", Key::ShortcutClose),
    plain(Action::Choose, "x", "X", Key::ShortcutChoose),
    plain(Action::Undo, "z", "Z", Key::ShortcutUndo),
    plain(Action::Back, "escape", "Esc", Key::ShortcutBack),
    plain(Action::Help, "?", "?", Key::ShortcutHelp),
];

/// What an event asks for. While somebody types, only `Esc` and the keys with `Alt` count.
pub(crate) fn action(event: &KeyboardEvent, typing: bool) -> Option<Action> {
    if event.ctrl_key() || event.meta_key() || event.is_composing() {
        return None;
    }
    let key = event.key();
    let found = BINDINGS.iter().find(|b| b.key.eq_ignore_ascii_case(&key) && b.alt == event.alt_key())?;
    let allowed = !typing || found.alt || found.action == Action::Back;
    allowed.then_some(found.action)
}

/// A tooltip: the words and the key that does the same.
pub(crate) fn hint(label: Key, action: Action) -> String {
    match BINDINGS.iter().find(|b| b.action == action) {
        Some(binding) => format!("{} ({})", text(label), binding.shown),
        None => text(label).to_owned(),
    }
}
