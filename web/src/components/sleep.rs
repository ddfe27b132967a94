//! Until when something is put aside: the times people mean, in the zone of their browser, and any other.

use js_sys::Date;
use leptos::prelude::*;
use shared::Instant;

use crate::{
    effects::effect,
    i18n::{Key, text, tr},
    time,
    ui::{Button, ButtonLook, Dialog, MenuGroup, MenuItem},
};

const HOUR_MS: f64 = 3_600_000.0;
/// When a working day begins and when its evening does.
const MORNING: u32 = 9;
const EVENING: u32 = 18;
/// Whoever says "this evening" later than this means soon.
const LATE: u32 = 17;
const WEEK: u32 = 7;

/// Puts aside: none until the customer writes.
pub(crate) type OnSleep = Callback<Option<Instant>>;

/// The entries of a menu. The last opens [`OwnTime`].
pub(crate) fn entries(on_choose: OnSleep, own: RwSignal<bool>) -> AnyView {
    let choose = move |key: Key, testid: &'static str, at: fn(f64) -> f64| {
        view! {
            <MenuItem testid=testid.to_owned() on_choose=move || on_choose.run(instant(at(Date::now())))>{tr(key)}</MenuItem>
        }
        .into_any()
    };
    let now = Date::new_0();
    let is_late = now.get_hours() >= LATE;
    view! {
        <MenuItem testid="park".to_owned() on_choose=move || on_choose.run(None)>{tr(Key::Park)}</MenuItem>
        <MenuGroup label=Signal::derive(|| text(Key::ParkUntil).to_owned())>
            {choose(Key::ParkHour, "park-hour", |now| now + HOUR_MS)}
            {(!is_late).then(|| choose(Key::ParkEvening, "park-evening", |_| local(0, EVENING)))}
            {choose(Key::ParkTomorrow, "park-tomorrow", |_| local(1, MORNING))}
            {choose(Key::ParkMonday, "park-monday", |_| local(to_monday(), MORNING))}
            <MenuItem testid="park-own".to_owned() on_choose=move || own.set(true)>{tr(Key::ParkOwn)}</MenuItem>
        </MenuGroup>
    }
    .into_any()
}

/// The dialog for any other time.
pub(crate) fn own_time(open: RwSignal<bool>, on_choose: OnSleep) -> AnyView {
    let value = RwSignal::new(String::new());
    effect(move || {
        if open.get() {
            value.set(String::new());
        }
    });
    let choose = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let until = instant(value.with_untracked(|text| Date::new(&text.into()).get_time()));
        if until.is_some() {
            open.set(false);
            on_choose.run(until);
        }
    };
    view! {
        <Dialog open title=Signal::derive(|| text(Key::ParkUntil).to_owned())>
            <form class="hand-over" on:submit=choose>
                <input
                    class="field__input"
                    type="datetime-local"
                    required
                    aria-label=tr(Key::ParkUntil)
                    data-testid="park-time"
                    bind:value=value
                />
                <footer class="dialog__foot">
                    <Button look=ButtonLook::Primary attr:r#type="submit" attr:data-testid="park-confirm">{tr(Key::ParkConfirm)}</Button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}

/// When something sleeps until, in a word or two.
pub(crate) fn until(at: Instant, now_ms: f64) -> String {
    time::ahead(time::millis(at), now_ms)
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds stay below 2^53 for 285,000 years")]
fn instant(ms: f64) -> Option<Instant> {
    // What is no time has no number.
    ms.is_finite().then(|| Instant::from_timestamp_millis(ms as i64)).flatten()
}

/// An hour of a day, so many days from today, in the browser's zone.
fn local(days: u32, hour: u32) -> f64 {
    let day = Date::new_0();
    day.set_date(day.get_date() + days);
    day.set_hours(hour);
    day.set_minutes(0);
    day.set_seconds(0);
    day.set_milliseconds(0);
    day.get_time()
}

/// Days to the next Monday, at least one.
fn to_monday() -> u32 {
    WEEK - (Date::new_0().get_day() + WEEK - 1) % WEEK
}
