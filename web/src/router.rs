//! The address bar as a signal. Clicks on links to addresses of this program stay in the page; everything
//! else about links, such as a new tab or the console's other program, is left to the browser.

use leptos::prelude::*;
use shared::program::Program;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

use crate::browser;

/// Where the page is; the handle every component shares.
#[derive(Clone, Copy)]
pub(crate) struct Router {
    path: RwSignal<String>,
    program: Program,
}

impl Router {
    /// The router of the page; there is one, and it listens as long as the page lives.
    pub(crate) fn new(program: Program) -> Self {
        let router = Self { path: RwSignal::new(browser::path()), program };
        let _ = window_event_listener(leptos::ev::popstate, move |_| router.moved());
        let _ = window_event_listener(leptos::ev::click, move |event| {
            if let Some(path) = followed(&event).filter(|path| Program::of(path) == program) {
                event.prevent_default();
                router.go(&path);
            }
        });
        router
    }

    /// The path in the address bar; tracked.
    pub(crate) fn path(self) -> String {
        self.path.get()
    }

    /// Goes to a path; the browser's back button comes back from there.
    pub(crate) fn go(self, path: &str) {
        if Program::of(path) != self.program {
            browser::leave(path);
        } else if path != self.path.get_untracked() {
            let history = window().history();
            let _ = history.and_then(|h| h.push_state_with_url(&JsValue::NULL, "", Some(path)));
            self.moved();
        }
    }

    /// Goes to a path instead of the one the page is at.
    pub(crate) fn replace(self, path: &str) {
        if Program::of(path) != self.program {
            browser::leave_for_good(path);
            return;
        }
        let history = window().history();
        let _ = history.and_then(|h| h.replace_state_with_url(&JsValue::NULL, "", Some(path)));
        self.moved();
    }

    fn moved(self) {
        let path = browser::path();
        if path != self.path.get_untracked() {
            self.path.set(path);
        }
    }
}

/// The path of the link that a plain click follows within the page.
fn followed(event: &MouseEvent) -> Option<String> {
    let plain = event.button() == 0
        && !event.default_prevented()
        && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
    let target = event.target().filter(|_| plain)?.dyn_into::<Element>().ok()?;
    let link = target.closest("a[href]").ok().flatten()?.dyn_into::<HtmlAnchorElement>().ok()?;
    let ours = link.target().is_empty() && link.origin() == browser::origin();
    ours.then(|| link.pathname())
}
