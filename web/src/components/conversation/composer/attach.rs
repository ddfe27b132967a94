//! What can be sent besides words: a menu of files and forms.

use leptos::{html, prelude::*};

use crate::{
    components::conversation::{Talk, forms},
    i18n::{Key, text, tr},
    ui::{Icon, IconName, Menu, MenuItem},
    written::FormKind,
};

const MENU: &str = "attach-menu";

/// The button that opens the menu.
pub(super) fn button(disabled: Signal<bool>) -> AnyView {
    view! {
        <button
            type="button"
            class="icon-button"
            disabled=move || disabled.get()
            title=tr(Key::Attach)
            aria-label=tr(Key::Attach)
            aria-haspopup="menu"
            popovertarget=MENU
            data-testid="attach"
        >
            <Icon name=IconName::Plus/>
        </button>
    }
    .into_any()
}

/// The browser's own choice of files.
pub(super) fn picker(talk: Talk, picker: NodeRef<html::Input>) -> AnyView {
    let picked = move |_| {
        let Some(input) = picker.get_untracked() else { return };
        if let Some(files) = input.files() {
            talk.attach(&files);
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    view! {
        <input
            class="unseen"
            type="file"
            multiple
            tabindex="-1"
            node_ref=picker
            aria-label=tr(Key::AttachFiles)
            data-testid="picker"
            on:change=picked
        />
    }
    .into_any()
}

/// The menu.
pub(super) fn menu(talk: Talk, picker: NodeRef<html::Input>) -> AnyView {
    let files = move || {
        if let Some(input) = picker.get_untracked() {
            input.click();
        }
    };
    let form = move |kind: FormKind| {
        view! {
            <MenuItem testid=format!("attach-{}", kind.as_str()) on_choose=move || talk.forms.open(kind)>
                <Icon name=forms::icon(kind)/>
                <span>{tr(forms::title(kind))}</span>
            </MenuItem>
        }
        .into_any()
    };
    view! {
        <Menu id=MENU label=Signal::derive(|| text(Key::Attach).to_owned())>
            <MenuItem testid="attach-files".to_owned() on_choose=files>
                <Icon name=IconName::Clip/>
                <span>{tr(Key::AttachFiles)}</span>
            </MenuItem>
            {FormKind::ALL.map(form)}
            <MenuItem testid="attach-stickers".to_owned() on_choose=move || talk.stickers.set(true)>
                <Icon name=IconName::Sticker/>
                <span>{tr(Key::Stickers)}</span>
            </MenuItem>
        </Menu>
    }
    .into_any()
}
