//! A number in a pill, above 99 a plus.

use leptos::prelude::*;

use super::show::Show;

/// How many; nothing at all for none.
#[component]
pub(crate) fn Count(#[prop(into)] n: Signal<usize>, #[prop(into)] label: Signal<String>) -> impl IntoView {
    let shown = move || if n.get() > 99 { "99+".to_owned() } else { n.get().to_string() };
    view! {
        <Show when=move || { n.get() > 0 }>
            <span class="count" title=move || label.get()>
                <span aria-hidden="true">{shown}</span>
                <span class="unseen">{move || label.get()}</span>
            </span>
        </Show>
    }
}
