//! The file of a message: a picture, a player, or a card with what can be done with it.

use leptos::{html::Audio, prelude::*};
use shared::{
    ids::MessageId,
    live::command::Command,
    model::{
        content::{Media, MediaKind},
        file::{File, FileFailure, Look, Stored},
        template::TemplateHeader,
    },
};

use super::content::{Card, Words, draw};
use crate::{
    attach::{Attachment, Stage},
    i18n::{Key, text, tr},
    live::Live,
    ui::{Button, Icon, IconName},
    words,
};

/// Speeds a recording is played at, in tenths.
const SPEEDS: [u32; 3] = [10, 15, 20];
/// Steps of the slider over a recording. Whole numbers: those with a point weigh ten times as much to
/// write and to read.
const STEPS: u32 = 1_000;

/// Draws a file as far as it is here.
pub(super) fn file(live: Live, id: MessageId, media: &Media, file: &File) -> AnyView {
    match file {
        File::Loading => draw(card(media, vec![Words::Key(Key::FileLoading)])),
        File::Failed(failure) => {
            let again = failure.may_pass().then(|| {
                let fetch = move |_| live.command(Command::FetchFile { message: id });
                view! { <Button on:click=fetch>{tr(Key::FileAgain)}</Button> }.into_any()
            });
            let card = card(media, vec![Words::Key(why(*failure))]);
            draw(Card { below: again, ..card })
        }
        File::Ready(stored) => ready(id, media, stored),
    }
}

const fn why(failure: FileFailure) -> Key {
    match failure {
        FileFailure::Gone => Key::FileGone,
        FileFailure::TooLarge => Key::FileTooLarge,
        FileFailure::Damaged => Key::FileDamaged,
        FileFailure::NotAuthorised => Key::FileNotAuthorised,
        FileFailure::Unreachable => Key::FileUnreachable,
    }
}

fn ready(id: MessageId, media: &Media, stored: &Stored) -> AnyView {
    let address = format!("/api/messages/{id}/file");
    let kind = words::kind(media.kind.as_str());
    let shown = match stored.look {
        Look::Picture => {
            let small = format!("/api/messages/{id}/small");
            let class = if media.kind == MediaKind::Sticker { "picture picture--sticker" } else { "picture" };
            view! {
                <a class=class href=address target="_blank" rel="noopener">
                    <img src=small alt=tr(kind) width=stored.width height=stored.height loading="lazy"/>
                </a>
            }
            .into_any()
        }
        Look::Film => {
            view! { <video class="picture" src=address controls preload="metadata" aria-label=tr(kind)></video> }
                .into_any()
        }
        Look::Sound => sound(address, kind, stored),
        Look::Pages | Look::Closed => {
            let (open, save) = (address.clone(), format!("{address}?save"));
            let pages = stored.look == Look::Pages;
            let links = view! {
                <p class="card__links">
                    {pages.then(|| view! { <a href=open target="_blank" rel="noopener">{tr(Key::FileOpen)}</a> })}
                    <a href=save download="">{tr(Key::FileSave)}</a>
                </p>
            };
            let card = card(media, vec![Words::Said(size(stored.size))]);
            return draw(Card { below: Some(links.into_any()), ..card });
        }
    };
    let said = media.caption.clone();
    view! { {shown}{said.map(super::content::caption)} }.into_any()
}

/// What stands above the text of a template that is being written: its sample, or a card in its place.
pub(crate) fn above(header: &TemplateHeader, sample: Option<&Attachment>) -> Option<AnyView> {
    let each = || vec![Words::Key(Key::TemplateEach)];
    let Some(kind) = header.file() else {
        let place = Card::new(IconName::Pin, Words::Key(Key::KindLocation), each());
        return (*header == TemplateHeader::Place).then(|| draw(place));
    };
    let sample = sample.filter(|sample| sample.kind == kind && !matches!(sample.stage, Stage::Failed(_)));
    let words = words::kind(kind.as_str());
    let shown = match (kind, sample.and_then(|sample| sample.preview.clone())) {
        (MediaKind::Image, Some(address)) => {
            view! { <div class="picture"><img src=address alt=tr(words)/></div> }.into_any()
        }
        (MediaKind::Video, Some(address)) => {
            view! { <video class="picture" src=address controls preload="metadata" aria-label=tr(words)></video> }
                .into_any()
        }
        _ => {
            let file_name = sample.map(|sample| sample.name.clone());
            draw(card(&Media { kind, caption: None, file_name, mime: None }, each()))
        }
    };
    Some(shown)
}

pub(super) fn card(media: &Media, lines: Vec<Words>) -> Card {
    let icon = match media.kind {
        MediaKind::Image | MediaKind::Video | MediaKind::Sticker => IconName::Picture,
        MediaKind::Audio | MediaKind::Voice => IconName::Voice,
        MediaKind::Document => IconName::File,
    };
    let title = Words::or(&media.file_name, words::kind(media.kind.as_str()));
    Card { said: media.caption.clone(), ..Card::new(icon, title, lines) }
}

/// A player: start and stop, where in it one is, how long it is, how fast it goes.
fn sound(address: String, kind: Key, stored: &Stored) -> AnyView {
    let audio = NodeRef::<Audio>::new();
    let playing = RwSignal::new(false);
    let speed = RwSignal::new(0_usize);
    let length = RwSignal::new(f64::from(stored.millis.unwrap_or(0)) / 1_000.0);
    let at = RwSignal::new(0.0_f64);
    let step = Memo::new(move |_| {
        let share = if length.get() > 0.0 { at.get() / length.get() } else { 0.0 };
        ((share * f64::from(STEPS)) as u32).min(STEPS)
    });
    let toggle = move |_| {
        let Some(audio) = audio.get() else { return };
        if audio.paused() {
            // A refusal to play (the file cannot be decoded) shows as a player that stays where it is.
            let _ = audio.play();
        } else {
            let _ = audio.pause();
        }
    };
    let faster = move |_| {
        speed.update(|speed| *speed = (*speed + 1) % SPEEDS.len());
        let tenths = SPEEDS.get(speed.get_untracked()).copied().unwrap_or(10);
        if let Some(audio) = audio.get() {
            audio.set_playback_rate(f64::from(tenths) / 10.0);
        }
    };
    let seek = move |event| {
        if let (Ok(step), Some(audio)) = (event_target_value(&event).parse::<u32>(), audio.get()) {
            audio.set_current_time(f64::from(step) / f64::from(STEPS) * length.get_untracked());
        }
    };
    let moved = move |_| {
        let Some(audio) = audio.get_untracked() else { return };
        at.set(audio.current_time());
        playing.set(!audio.paused());
        // What the server could not tell, the player knows once it has read the beginning.
        if audio.duration().is_finite() {
            length.set(audio.duration());
        }
    };
    let label = move || text(if playing.get() { Key::FilePause } else { Key::FilePlay });
    let icon = move || if playing.get() { IconName::Pause } else { IconName::Play };
    let wave = stored.wave.as_deref().map(drawn);
    view! {
        <div class="sound" data-testid="sound">
            <button type="button" class="icon-button" title=label aria-label=label on:click=toggle>
                {move || view! { <Icon name=icon()/> }}
            </button>
            <div class="sound__line" style:--step=move || step.get().to_string()>
                {wave.map(|path| view! {
                    <svg viewBox="0 0 192 24" preserveAspectRatio="none" aria-hidden="true">
                        <path d=path.clone()></path>
                        <path class="sound__done" d=path></path>
                    </svg>
                })}
                <input
                    type="range"
                    min="0"
                    max=STEPS.to_string()
                    prop:value=move || step.get().to_string()
                    aria-label=tr(kind)
                    aria-valuetext=move || clock(at.get())
                    on:input=seek
                />
            </div>
            <span class="sound__time">{move || clock(if playing.get() || at.get() > 0.0 { at.get() } else { length.get() })}</span>
            <button type="button" class="sound__speed" title=tr(Key::FileSpeed) on:click=faster>
                {move || match speed.get() { 0 => "1×", 1 => "1.5×", _ => "2×" }}
            </button>
            <audio
                node_ref=audio
                src=address
                preload="metadata"
                on:play=moved
                on:pause=moved
                on:timeupdate=moved
                on:loadedmetadata=moved
            ></audio>
        </div>
    }
    .into_any()
}

/// Upright lines, one for each digit.
fn drawn(wave: &str) -> String {
    let line = |(index, digit): (usize, char)| {
        let half = digit.to_digit(10).unwrap_or(0) + 2;
        format!("M{} {}v{}", index * 4 + 2, 12 - half, half * 2)
    };
    wave.chars().enumerate().map(line).collect()
}

/// Seconds as minutes and seconds.
pub(super) fn clock(seconds: f64) -> String {
    let seconds = seconds as u32;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A length in the unit people read it in.
fn size(bytes: u64) -> String {
    match bytes.div_ceil(1_000) {
        small @ 0..1_000 => format!("{small} KB"),
        large => format!("{} MB", large.div_ceil(1_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_times_are_read_at_a_glance() {
        assert_eq!(
            (size(1).as_str(), size(999_000).as_str(), size(1_000_001).as_str()),
            ("1 KB", "999 KB", "2 MB")
        );
        assert_eq!(
            (clock(0.4).as_str(), clock(61.9).as_str(), clock(600.0).as_str()),
            ("0:00", "1:01", "10:00")
        );
    }

    #[test]
    fn a_wave_has_a_line_for_each_digit_within_its_height() {
        assert_eq!(drawn("09"), "M2 10v4M6 1v22");
    }
}
