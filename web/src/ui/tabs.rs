//! One tab of a row of tabs: words and, if there is one, a number.

use leptos::prelude::*;

/// A tab. The row around it has `role="tablist"`.
#[component]
pub(crate) fn Tab(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] selected: Signal<bool>,
    #[prop(into)] count: Signal<Option<usize>>,
) -> impl IntoView {
    view! {
        <button type="button" class="tab" role="tab" aria-selected=move || selected.get().to_string()>
            {move || label.get()}
            {move || count.get().map(|n| view! { <span class="tab__count">{n}</span> })}
        </button>
    }
}
