//! Buttons. An icon button always has a label; its tooltip is the same words.

use leptos::prelude::*;

use super::icon::{Icon, IconName};

/// How loud a button is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ButtonLook {
    /// One of several.
    #[default]
    Plain,
    /// The one thing to do here.
    Primary,
    /// Recedes.
    Ghost,
}

impl ButtonLook {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "button",
            Self::Primary => "button button--primary",
            Self::Ghost => "button button--ghost",
        }
    }
}

/// A button with words.
#[component]
pub(crate) fn Button(
    #[prop(optional)] look: ButtonLook,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] hint: Signal<String>,
    children: Children,
) -> impl IntoView {
    let title = move || Some(hint.get()).filter(|h| !h.is_empty());
    view! {
        <button type="button" class=look.class() disabled=move || disabled.get() title=title>
            {children()}
        </button>
    }
}

/// A button with an icon only.
#[component]
pub(crate) fn IconButton(
    icon: IconName,
    #[prop(into)] label: Signal<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="icon-button"
            disabled=move || disabled.get()
            title=move || label.get()
            aria-label=move || label.get()
        >
            <Icon name=icon/>
        </button>
    }
}
