//! Telling everybody something, above everything else on their screens.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    Instant,
    error::Problem,
    live::command::Command,
    model::settings::{BANNER_CHARS, Banner, BannerTone},
    permission::Permission,
};

use crate::{
    app::Desk,
    components::settings::fields,
    i18n::{Key, fill, text, tr},
    time,
    ui::{Button, Dialog},
    words,
};

/// How long one may be shown, in minutes; for good without any of them.
const SPANS: [u32; 5] = [15, 60, 120, 240, 480];
const WARNING: &str = "warning";

/// What is written.
#[derive(Clone, Copy)]
struct Form {
    desk: Desk,
    open: RwSignal<bool>,
    text: RwSignal<String>,
    tone: RwSignal<String>,
    minutes: RwSignal<String>,
    refused: RwSignal<Option<Problem>>,
}

impl Form {
    fn send(self, banner: Option<Banner>) {
        let form = self;
        self.desk.live.command_told(Command::SetBanner { banner }, move |answer| match answer {
            Ok(_) => {
                form.open.set(false);
                form.text.set(String::new());
                form.refused.set(None);
            }
            Err(problem) => form.refused.set(Some(problem)),
        });
    }

    fn submit(self) {
        let tone = if self.tone.get_untracked() == WARNING { BannerTone::Warning } else { BannerTone::Info };
        let minutes: Option<f64> = self.minutes.get_untracked().parse().ok();
        let now = untrack(|| self.desk.live.now());
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of this century")]
        let until = minutes.and_then(|n| Instant::from_timestamp_millis((now + n * 60_000.0) as i64));
        self.send(Some(Banner { text: self.text.get_untracked(), tone, until, rev: 0 }));
    }
}

/// The button, and the dialog it opens.
pub(super) fn button(desk: Desk) -> AnyView {
    if !untrack(|| desk.session.may(Permission::Supervise)) {
        return ().into_any();
    }
    let form = Form {
        desk,
        open: RwSignal::new(false),
        text: RwSignal::new(String::new()),
        tone: RwSignal::new(String::new()),
        minutes: RwSignal::new(String::new()),
        refused: RwSignal::new(None),
    };
    view! {
        <Button on:click=move |_| form.open.set(true) attr:data-testid="tell">{tr(Key::BannerTell)}</Button>
        <Dialog open=form.open title=Signal::derive(|| text(Key::BannerTell).to_owned())>
            {draw(form)}
        </Dialog>
    }
    .into_any()
}

fn draw(form: Form) -> AnyView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.submit();
    };
    let blank = Signal::derive(move || form.text.with(|text| text.trim().is_empty()));
    let wrong =
        Signal::derive(move || form.refused.get().map(|problem| text(words::error(problem.code)).to_owned()));
    view! {
        {move || form.desk.live.banner().map(|banner| now(form, banner))}
        <form class="tell" on:submit=submit data-testid="tell-form">
            <div class="field">
                <label class="field__label" for="tell-text">{tr(Key::BannerText)}</label>
                <textarea
                    class="field__input"
                    id="tell-text"
                    data-testid="tell-text"
                    rows="3"
                    maxlength=BANNER_CHARS.to_string()
                    aria-describedby="tell-hint"
                    dir="auto"
                    bind:value=form.text
                ></textarea>
                <p class="field__hint" id="tell-hint">{tr(Key::BannerHint)}</p>
            </div>
            {fields::choice("tell-tone", Key::BannerTone, form.tone, tones)}
            {fields::choice("tell-for", Key::BannerFor, form.minutes, spans)}
            {fields::alert(wrong)}
            {fields::submit(true, "tell-send", Signal::derive(|| text(Key::BannerTell)), blank)}
        </form>
    }
    .into_any()
}

/// What everybody is told already.
fn now(form: Form, banner: Banner) -> AnyView {
    let until = banner.until.map(time::millis);
    view! {
        <div class="tell tell--now" data-testid="tell-now">
            <p dir="auto">{move || fill(Key::BannerNow, &[("text", &banner.text)])}</p>
            {until.map(|at| view! {
                <p class="settings__note">{move || fill(Key::BannerUntil, &[("time", &time::clock(at))])}</p>
            }.into_any())}
            <Button on:click=move |_| form.send(None) attr:data-testid="tell-remove">{tr(Key::BannerRemove)}</Button>
        </div>
    }
    .into_any()
}

fn tones() -> Vec<(String, String)> {
    vec![
        (String::new(), text(Key::BannerToneInfo).to_owned()),
        (WARNING.to_owned(), text(Key::BannerToneWarning).to_owned()),
    ]
}

fn spans() -> Vec<(String, String)> {
    let mut all = vec![(String::new(), text(Key::BannerForGood).to_owned())];
    for minutes in SPANS {
        let (key, n) =
            if minutes > 60 { (Key::BannerHours, minutes / 60) } else { (Key::BannerMinutes, minutes) };
        all.push((minutes.to_string(), fill(key, &[("n", &n.to_string())])));
    }
    all
}
