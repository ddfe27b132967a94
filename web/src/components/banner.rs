//! What a supervisor tells everybody, above everything else.

use leptos::prelude::*;
use shared::model::settings::BannerTone;

use crate::{
    browser,
    i18n::{Key, text},
    live::Live,
    ui::{IconButton, IconName, Notice, Tone},
};

/// Which one was put away in this browser.
const AWAY: &str = "switchboard.banner";

/// The banner, until it is put away; its place is there always, so that what comes is read aloud.
pub(crate) fn banner(live: Live) -> AnyView {
    let away = RwSignal::new(browser::stored(AWAY).unwrap_or_default());
    let shown = Memo::new(move |_| live.banner().filter(|banner| away.get() != banner.rev.to_string()));
    view! {
        <div class="banner" role="status" data-testid="banner">
            {move || shown.get().map(|banner| {
                let rev = banner.rev.to_string();
                let put_away = move |_| {
                    browser::store(AWAY, Some(&rev));
                    away.set(rev.clone());
                };
                let tone = if banner.tone == BannerTone::Warning { Tone::Bad } else { Tone::Note };
                view! {
                    <Notice tone icon=IconName::Warning>
                        <span dir="auto">{banner.text}</span>
                        <IconButton
                            icon=IconName::Cross
                            label=Signal::derive(|| text(Key::BannerAway).to_owned())
                            on:click=put_away
                        />
                    </Notice>
                }
                .into_any()
            })}
        </div>
    }
    .into_any()
}
