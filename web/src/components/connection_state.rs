//! How true the screen is, always in the same place.

use leptos::prelude::*;
use shared::live::close::Verdict;

use crate::{
    browser,
    i18n::{Key, count, fill, text, tr},
    live::{Live, Status},
    time,
    ui::{Button, ButtonLook, Show},
};

/// Live, catching up, or offline since when.
#[component]
pub(crate) fn ConnectionState(live: Live) -> impl IntoView {
    let state = move || match live.status() {
        Status::Live => "live",
        Status::CatchingUp => "catching_up",
        Status::Offline(_) | Status::Ended(_) => "offline",
    };
    let words = move || match live.status() {
        Status::Live => text(Key::LiveLive).to_owned(),
        Status::CatchingUp => match live.behind() {
            0 => text(Key::LiveCatchingUp).to_owned(),
            n => count(n, Key::LiveBehindOne, Key::LiveBehindOther),
        },
        Status::Offline(since) => fill(Key::LiveOffline, &[("time", &time::clock(since))]),
        Status::Ended(Verdict::Stop) => text(Key::LiveStopped).to_owned(),
        Status::Ended(_) => text(Key::LiveEnded).to_owned(),
    };
    view! {
        <Show when=move || needs_reload(live.status())>
            <Button look=ButtonLook::Ghost on:click=|_| browser::reload()>{tr(Key::Reload)}</Button>
        </Show>
        <span class="live" role="status" aria-live="polite" data-testid="connection-state" data-state=state>
            {words}
        </span>
    }
}

/// Whether the page cannot go on by itself. A page of another version reloads once by itself; when it
/// is still of another version then, it is for the person to try again.
const fn needs_reload(status: Status) -> bool {
    matches!(status, Status::Ended(Verdict::Stop | Verdict::Reload))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_disconnected_for_good_is_offered_a_way_on() {
        assert!(needs_reload(Status::Ended(Verdict::Reload)));
        assert!(needs_reload(Status::Ended(Verdict::Stop)));
        assert!(!needs_reload(Status::Offline(0.0)));
        assert!(!needs_reload(Status::Live));
    }
}
