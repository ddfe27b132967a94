//! A native modal dialog: the browser keeps the focus inside and gives it back.

use leptos::{html, prelude::*};

use super::{button::IconButton, icon::IconName};
use crate::{
    effects::effect,
    i18n::{Key, text},
};

/// A dialog that is open while the signal says so.
#[component]
pub(crate) fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    effect(move || {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog
            class="dialog"
            node_ref=dialog
            aria-label=move || title.get()
            on:close=move |_| open.set(false)
        >
            <header class="dialog__head">
                <h2>{move || title.get()}</h2>
                <IconButton
                    icon=IconName::Cross
                    label=Signal::derive(|| text(Key::DialogClose).to_owned())
                    on:click=move |_| open.set(false)
                />
            </header>
            {children()}
        </dialog>
    }
}
