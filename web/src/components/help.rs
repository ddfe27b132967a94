//! The keys, from the one table.

use leptos::prelude::*;

use crate::{
    i18n::{Key, text, tr},
    keys::BINDINGS,
    ui::{Dialog, Kbd},
};

/// The help dialog.
#[component]
pub(crate) fn Help(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=Signal::derive(|| text(Key::HelpTitle).to_owned())>
            <dl class="keys">
                {BINDINGS.iter().map(|binding| view! {
                    <dt><Kbd shown=binding.shown/></dt>
                    <dd>{tr(binding.label)}</dd>
                }).collect_view()}
                <dt><Kbd shown="Enter"/></dt>
                <dd>{tr(Key::ShortcutSend)}</dd>
                <dt><Kbd shown="↑ ↓"/></dt>
                <dd>{tr(Key::ShortcutAnswer)}</dd>
                <dt><Kbd shown="Shift Enter"/></dt>
                <dd>{tr(Key::ShortcutLine)}</dd>
            </dl>
            <p class="dialog__foot">{tr(Key::HelpFoot)}</p>
        </Dialog>
    }
    .into_any()
}
