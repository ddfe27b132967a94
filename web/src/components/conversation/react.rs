//! The choice of an emoji to put under a message: one menu for all messages.

use leptos::prelude::*;
use shared::{
    live::command::Command,
    model::message::{AuthorKind, Message},
};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::Talk;
use crate::{
    i18n::{Key, text, tr},
    ui::{IconButton, IconName, Menu, MenuKind, close_menu},
};

const MENU: &str = "react-menu";
/// What WhatsApp itself offers, in its order.
const EMOJI: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/// The button beside a message that opens the choice.
pub(super) fn button(talk: Talk, message: &Message) -> impl IntoView + use<> {
    let id = message.id;
    let ours = message.reactions.iter().find(|one| one.author != AuthorKind::Customer);
    let ours = ours.map(|one| one.emoji.clone());
    view! {
        <IconButton
            icon=IconName::Smile
            label=Signal::derive(|| text(Key::React).to_owned())
            on:click=move |event| {
                // Not every browser gives a button the keyboard when it is clicked; the menu opens beside it.
                let button = event.current_target().and_then(|t| t.dyn_into::<HtmlElement>().ok());
                if let Some(button) = button {
                    let _ = button.focus();
                }
                talk.reacting.set(Some((id, ours.clone())));
            }
            attr:popovertarget=MENU
            attr:tabindex="-1"
            attr:data-testid="react"
        />
    }
}

/// The menu.
pub(super) fn menu(talk: Talk) -> impl IntoView {
    let put = move |emoji: Option<&str>| {
        close_menu(MENU);
        if let Some((message, _)) = talk.reacting.get_untracked() {
            talk.act(Command::React { message, emoji: emoji.map(str::to_owned) });
        }
    };
    let is_ours = move |emoji: &str| {
        talk.reacting
            .with(|reacting| reacting.as_ref().is_some_and(|(_, ours)| ours.as_deref() == Some(emoji)))
    };
    view! {
        <Menu id=MENU kind=MenuKind::Panel label=Signal::derive(|| text(Key::React).to_owned())>
            <div class="reacts" role="group" aria-label=tr(Key::React)>
                {EMOJI.into_iter().map(|emoji| view! {
                    <button
                        type="button"
                        class="emoji__one"
                        aria-pressed=move || is_ours(emoji).to_string()
                        // What is there already is taken back.
                        on:click=move |_| put(Some(emoji).filter(|emoji| !untrack(|| is_ours(emoji))))
                    >
                        {emoji}
                    </button>
                }.into_any()).collect_view()}
            </div>
        </Menu>
    }
    .into_any()
}
