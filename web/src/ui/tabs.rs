//! A row of tabs: words and, if there is one, a number.

use leptos::prelude::*;

use super::arrows;

/// The row. Arrow keys choose the tab beside.
#[component]
pub(crate) fn Tabs(#[prop(into)] label: Signal<String>, children: Children) -> impl IntoView {
    let walk = move |event| {
        if let Some(tab) = arrows::walk(&event) {
            tab.click();
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=label on:keydown=walk>{children()}</div>
    }
}

/// One tab of a row. Only the selected one is a stop of the Tab key.
#[component]
pub(crate) fn Tab(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] selected: Signal<bool>,
    #[prop(into)] count: Signal<Option<usize>>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="tab"
            role="tab"
            aria-selected=move || selected.get().to_string()
            tabindex=move || if selected.get() { "0" } else { "-1" }
        >
            {label}
            {move || count.get().map(|n| view! { <span class="tab__count">{n.to_string()}</span> }.into_any())}
        </button>
    }
}
