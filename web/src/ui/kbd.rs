//! A key as it looks on a keyboard.

use leptos::prelude::*;

/// A key.
#[component]
pub(crate) fn Kbd(shown: &'static str) -> impl IntoView {
    view! { <kbd class="kbd">{shown}</kbd> }
}
