//! A line that explains why something is as it is, with what can be done about it beside it.

use leptos::prelude::*;

use super::{
    chip::Tone,
    icon::{Icon, IconName},
};

/// An explanation.
#[component]
pub(crate) fn Notice(tone: Tone, icon: IconName, children: Children) -> impl IntoView {
    let class = match tone {
        Tone::Warn => "notice notice--warn",
        Tone::Bad => "notice notice--bad",
        Tone::Note => "notice notice--note",
        Tone::Calm | Tone::Accent => "notice",
    };
    view! {
        <div class=class>
            <Icon name=icon/>
            <div class="notice__body">{children()}</div>
        </div>
    }
}
