//! Speaking a voice message: ask for the microphone, record, listen, keep or not.

use std::{cell::Cell, rc::Rc};

use js_sys::{Array, futures::JsFuture};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    BlobEvent, File, MediaRecorder, MediaRecorderOptions, MediaStream, MediaStreamConstraints,
    MediaStreamTrack, MediaTrackConstraints,
};

use super::Talk;
use crate::{
    browser,
    i18n::{Key, text, tr},
    ui::{Button, ButtonLook, Icon, IconButton, IconName},
};

/// Boxes a browser may record into, the best first.
const BOXES: [&str; 2] = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus"];
/// A recording ends by itself after this, in seconds: an hour of speech would not be taken.
const LONGEST_SECONDS: u32 = 15 * 60;

/// A recording that goes on. It lives in the page's one thread, longer than the composer if need be.
struct Running {
    recorder: MediaRecorder,
    stream: MediaStream,
    /// Whether it becomes a file when it ends, for whatever reason.
    keep: Rc<Cell<bool>>,
}

/// What may be done with a recording; the handle of the composer.
#[derive(Clone, Copy)]
pub(super) struct Recorder {
    talk: Talk,
    /// Seconds since it began; none while none goes on.
    pub(super) seconds: RwSignal<Option<u32>>,
    asking: RwSignal<bool>,
    running: StoredValue<Option<Running>, LocalStorage>,
}

impl Recorder {
    pub(super) fn new(talk: Talk) -> Self {
        let this = Self {
            talk,
            seconds: RwSignal::new(None),
            asking: RwSignal::new(false),
            running: StoredValue::new_local(None),
        };
        let timer = set_interval_with_handle(move || this.tick(), std::time::Duration::from_secs(1));
        on_cleanup(move || {
            // What was spoken stays with its conversation.
            this.stop(Outcome::Keep);
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
        this
    }

    fn tick(self) {
        if let Some(Some(seconds)) = self.seconds.try_get_untracked() {
            self.seconds.set(Some(seconds + 1));
            if seconds >= LONGEST_SECONDS {
                self.stop(Outcome::Keep);
            }
        }
    }

    fn start(self) {
        if self.asking.get_untracked() || self.seconds.get_untracked().is_some() {
            return;
        }
        self.asking.set(true);
        let toasts = self.talk.desk.toasts;
        spawn_local(async move {
            if self.begin().await.is_err() {
                toasts.say(text(Key::VoiceRefused).to_owned());
            }
            // The conversation may have left the screen while the browser asked.
            let _ = self.asking.try_set(false);
        });
    }

    async fn begin(self) -> Result<(), JsValue> {
        let wanted = MediaTrackConstraints::new();
        // WhatsApp plays voice messages of one channel only.
        wanted.set_channel_count(&1.into());
        let constraints = MediaStreamConstraints::new();
        constraints.set_audio(&wanted);
        let devices = window().navigator().media_devices()?;
        let asked = devices.get_user_media_with_constraints(&constraints)?;
        let stream: MediaStream = JsFuture::from(asked).await?.unchecked_into();
        let begun = self.record(&stream);
        if begun.is_err() {
            silence(&stream);
        }
        begun
    }

    fn record(self, stream: &MediaStream) -> Result<(), JsValue> {
        let options = MediaRecorderOptions::new();
        if let Some(kind) = BOXES.into_iter().find(|kind| MediaRecorder::is_type_supported(kind)) {
            options.set_mime_type(kind);
        }
        let recorder = MediaRecorder::new_with_media_stream_and_media_recorder_options(stream, &options)?;
        if self.running.try_update_value(|_| ()).is_none() {
            silence(stream);
            return Ok(());
        }
        let keep = Rc::new(Cell::new(true));
        let (attachments, id, kept) = (self.talk.desk.attachments, self.talk.id, Rc::clone(&keep));
        // It also comes when the microphone ends by itself.
        let ended = Closure::once_into_js(move |event: BlobEvent| {
            self.stop(Outcome::Keep);
            if kept.get()
                && let Some(file) = spoken(&event)
            {
                attachments.add_voice(&attachments.tray(id), file);
            }
        });
        recorder.set_ondataavailable(Some(ended.unchecked_ref()));
        recorder.start()?;
        self.running.set_value(Some(Running { recorder, stream: stream.clone(), keep }));
        self.seconds.set(Some(0));
        Ok(())
    }

    fn stop(self, outcome: Outcome) {
        let Some(running) = self.running.try_update_value(Option::take).flatten() else { return };
        running.keep.set(outcome == Outcome::Keep);
        // One that has ended by itself cannot be stopped.
        let _ = running.recorder.stop();
        silence(&running.stream);
        if self.seconds.try_set(None).is_none() && outcome == Outcome::Keep {
            browser::focus(".composer__text");
        }
    }
}

fn spoken(event: &BlobEvent) -> Option<File> {
    let blob = event.data()?;
    let options = web_sys::FilePropertyBag::new();
    options.set_type(&blob.type_());
    File::new_with_blob_sequence_and_options(&Array::of1(&blob), "voice", &options).ok()
}

/// What becomes of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Keep,
    Drop,
}

fn silence(stream: &MediaStream) {
    for track in stream.get_tracks() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

/// The button that begins.
pub(super) fn button(recorder: Recorder, disabled: Signal<bool>) -> impl IntoView {
    view! {
        <IconButton
            icon=IconName::Voice
            label=Signal::derive(|| text(Key::VoiceRecord).to_owned())
            disabled=Signal::derive(move || disabled.get() || recorder.asking.get() || recorder.seconds.get().is_some())
            on:click=move |_| recorder.start()
            attr:data-testid="record"
        />
    }
}

/// What is said about a recording while it goes on.
pub(super) fn bar(recorder: Recorder) -> impl IntoView {
    let shown = Memo::new(move |_| recorder.seconds.get().is_some());
    let time = move || super::file::clock(f64::from(recorder.seconds.get().unwrap_or(0)));
    move || {
        shown.get().then(|| {
            view! {
                <div class="recording" role="status" data-testid="recording">
                    <Icon name=IconName::Voice/>
                    <span>{tr(Key::VoiceRecording)}</span>
                    <span class="recording__time">{time}</span>
                    <span class="grow"></span>
                    <Button look=ButtonLook::Ghost on:click=move |_| recorder.stop(Outcome::Drop)>
                        {tr(Key::VoiceDrop)}
                    </Button>
                    <Button on:click=move |_| recorder.stop(Outcome::Keep) attr:data-testid="record-done">
                        {tr(Key::VoiceDone)}
                    </Button>
                </div>
            }
            .into_any()
        })
    }
}
