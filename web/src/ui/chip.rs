//! A small label. Its tone adds to its words, it never replaces them.

use leptos::prelude::*;

/// What a colour means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    /// Nothing in particular.
    #[default]
    Calm,
    /// Yours or selected.
    Accent,
    /// Soon.
    Warn,
    /// Now.
    Bad,
    /// Only us.
    Note,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Calm => "chip",
            Self::Accent => "chip chip--accent",
            Self::Warn => "chip chip--warn",
            Self::Bad => "chip chip--bad",
            Self::Note => "chip chip--note",
        }
    }
}

/// A small label.
#[component]
pub(crate) fn Chip(#[prop(optional, into)] tone: Signal<Tone>, children: Children) -> impl IntoView {
    view! { <span class=move || tone.get().class()>{children()}</span> }
}
