//! The Switchboard console.
//!
//! `live` keeps the view true, `pages` and `components` show it, `ui` is the design system and knows
//! nothing of the domain. The models, the protocol and the reducer come from `shared`.
//!
//! Absent on purpose: `style="…"` attributes and `inner_html` (the page's CSP and the lint test
//! refuse them), bare strings (every text is an i18n key), and state that only one component knows
//! although the address bar could hold it.

#![expect(unreachable_pub, reason = "the component macro writes a public item for every component")]

mod app;
mod attach;
mod browser;
mod components;
mod drafts;
mod effects;
mod http;
mod i18n;
mod json;
mod keys;
mod live;
mod pages;
mod prefs;
mod router;
mod routes;
mod session;
mod time;
mod ui;
mod words;
mod written;

/// Starts the console: looks first, so that the first paint has the right theme and language.
pub fn start() {
    // For development; the browser's own console names the fault of a release build well enough.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    prefs::load();
    leptos::mount::mount_to_body(app::App);
}
