//! A small choice of emoji in a popover.

use leptos::prelude::*;

use crate::{
    i18n::{Key, text, tr},
    ui::{Menu, MenuKind, close_menu},
};

const MENU: &str = "emoji-menu";

/// What people in service write, in four groups. The browser draws them; no picture is loaded.
const GROUPS: [(Key, &[&str]); 4] = [
    (
        Key::EmojiFaces,
        &[
            "😀", "😃", "😄", "😁", "😅", "😂", "🙂", "😉", "😊", "😇", "🥰", "😍", "😘", "😋", "😎", "🤓",
            "🤔", "😐", "😕", "🙁", "😮", "😢", "😭", "😬", "😴", "🤒", "🥳", "😌",
        ],
    ),
    (
        Key::EmojiHands,
        &["👍", "👎", "👌", "✌️", "🤞", "🙏", "👏", "🙌", "🤝", "💪", "👋", "✋", "👇", "👉", "👈", "☝️"],
    ),
    (
        Key::EmojiSigns,
        &[
            "❤️", "💚", "💛", "✅", "❌", "❗", "❓", "⚠️", "⭐", "✨", "🔥", "🎉", "💯", "➡️", "🔁", "🔒",
            "🕐", "📌",
        ],
    ),
    (
        Key::EmojiThings,
        &[
            "📦", "🚚", "🛒", "🎁", "💳", "🧾", "📄", "📎", "📷", "📞", "📧", "🏠", "🏬", "📍", "🗓️", "🔧",
            "💡", "☕",
        ],
    ),
];

/// The popover; its button has `popovertarget="emoji-menu"`.
#[component]
pub(super) fn EmojiMenu(on_pick: Callback<&'static str>) -> impl IntoView {
    let pick = move |emoji| {
        close_menu(MENU);
        on_pick.run(emoji);
    };
    view! {
        <Menu id=MENU kind=MenuKind::Panel label=Signal::derive(|| text(Key::Emoji).to_owned())>
            {GROUPS.into_iter().map(|(label, all)| view! {
                <section class="emoji" role="group" aria-label=tr(label)>
                    <p class="menu__heading" aria-hidden="true">{tr(label)}</p>
                    <div class="emoji__grid">
                        {all.iter().map(|emoji| view! {
                            <button type="button" class="emoji__one" on:click=move |_| pick(emoji)>{*emoji}</button>
                        }).collect_view()}
                    </div>
                </section>
            }).collect_view()}
        </Menu>
    }
    .into_any()
}
