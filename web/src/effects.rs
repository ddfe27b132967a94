//! Side effects whose machinery is compiled once. `Effect::new` is generic in its closure, and each
//! of its copies would add a kilobyte to what the browser loads.

use leptos::prelude::*;

/// Runs now and whenever a signal read inside has changed. What it remembers from run to run is kept
/// in variables the closure owns.
pub(crate) fn effect(run: impl FnMut() + 'static) {
    start(Box::new(run));
}

fn start(run: Box<dyn FnMut()>) {
    Effect::new(run);
}
