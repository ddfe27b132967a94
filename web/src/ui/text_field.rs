//! A labelled field of a form.

use leptos::prelude::*;

/// A text field bound to a signal.
#[component]
pub(crate) fn TextField(
    /// The element's id; the label points to it.
    id: &'static str,
    #[prop(into)] label: Signal<String>,
    /// `text`, `email` or `password`.
    kind: &'static str,
    /// What a password manager may fill in.
    autocomplete: &'static str,
    value: RwSignal<String>,
    #[prop(optional, into)] invalid: Signal<bool>,
    testid: &'static str,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field__label" for=id>{move || label.get()}</label>
            <input
                class="field__input"
                id=id
                name=id
                type=kind
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                required=true
                data-testid=testid
                aria-invalid=move || invalid.get().to_string()
                bind:value=value
            />
        </div>
    }
}
