//! Something that is there only while a condition holds.

use leptos::prelude::*;

/// Children while a condition holds. Leptos' own `Show` is generic and would be compiled once for
/// every place that uses it.
#[component]
pub(crate) fn Show(
    #[prop(into)] when: Signal<bool>,
    /// What stands there otherwise; nothing by default.
    #[prop(optional, into)]
    fallback: ViewFn,
    children: ChildrenFn,
) -> impl IntoView {
    // The children stay as they are while the condition is computed again and again.
    let when = Memo::new(move |_| when.get());
    move || if when.get() { children() } else { fallback.run() }
}
