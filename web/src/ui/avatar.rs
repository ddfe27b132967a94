//! A round mark with initials, and a dot that tells whether somebody is there.

use leptos::prelude::*;

/// How large an avatar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AvatarSize {
    /// In a line of text.
    Small,
    /// In a row or a header.
    Medium,
    /// At the top of a pane.
    Large,
}

/// What the dot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dot {
    /// There.
    Good,
    /// There, but busy.
    Busy,
    /// Not at the desk.
    Away,
    /// Not connected.
    Off,
}

impl Dot {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "avatar__dot avatar__dot--good",
            Self::Busy => "avatar__dot avatar__dot--busy",
            Self::Away => "avatar__dot avatar__dot--away",
            Self::Off => "avatar__dot avatar__dot--off",
        }
    }
}

/// Initials in a circle. Decoration: the name stands beside it or in the label around it.
#[component]
pub(crate) fn Avatar(
    #[prop(into)] initials: Signal<String>,
    size: AvatarSize,
    #[prop(optional, into)] dot: Signal<Option<Dot>>,
) -> impl IntoView {
    let class = match size {
        AvatarSize::Small => "avatar avatar--s",
        AvatarSize::Medium => "avatar",
        AvatarSize::Large => "avatar avatar--l",
    };
    view! {
        <span class=class aria-hidden="true">
            {initials}
            {move || dot.get().map(|dot| view! { <i class=dot.class()></i> }.into_any())}
        </span>
    }
}
