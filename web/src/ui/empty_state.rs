//! What stands where nothing is: a line that says why, and a way on.

use leptos::prelude::*;

use super::icon::{Icon, IconName};

/// An empty place.
#[component]
pub(crate) fn EmptyState(
    icon: IconName,
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty__mark"><Icon name=icon/></span>
            <p class="empty__title">{move || title.get()}</p>
            <p class="empty__hint">{move || hint.get()}</p>
            {children.map(|children| children())}
        </div>
    }
}
