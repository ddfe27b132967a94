//! The browser's own ways of telling somebody: a notification beside the page, and a short tone. Where it refuses,
//! nothing happens.

use js_sys::futures::JsFuture;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use web_sys::{AudioContext, Notification, NotificationOptions, NotificationPermission};

use crate::i18n::{Key, text};

/// How high the tone is, in hertz, how loud at its beginning, and how long it takes to fade, in seconds.
const TONE: (f32, f32, f64) = (740.0, 0.08, 0.35);

/// Asks whether notifications may be shown; runs `refused` when they may not.
pub(crate) fn permit(refused: impl FnOnce() + 'static) {
    let Ok(asked) = Notification::request_permission() else { return refused() };
    spawn_local(async move {
        let _ = JsFuture::from(asked).await;
        if Notification::permission() != NotificationPermission::Granted {
            refused();
        }
    });
}

/// Shows a notification, if that was allowed. A newer one takes the place of the last.
pub(crate) fn notify(words: &str) {
    if Notification::permission() != NotificationPermission::Granted {
        return;
    }
    let options = NotificationOptions::new();
    options.set_body(words);
    options.set_tag("switchboard");
    let _ = Notification::new_with_options(text(Key::Product), &options);
}

/// Plays the tone.
pub(crate) fn sound() {
    let _ = play();
}

fn play() -> Result<(), JsValue> {
    let (hertz, loud, secs) = TONE;
    let context = AudioContext::new()?;
    let (tone, volume) = (context.create_oscillator()?, context.create_gain()?);
    tone.frequency().set_value(hertz);
    let now = context.current_time();
    volume.gain().set_value_at_time(loud, now)?;
    volume.gain().exponential_ramp_to_value_at_time(0.001, now + secs)?;
    tone.connect_with_audio_node(&volume)?;
    volume.connect_with_audio_node(&context.destination())?;
    tone.start()?;
    tone.stop_with_when(now + secs)
}
