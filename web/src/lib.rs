//! The Switchboard console.
//!
//! `live` keeps the view true, `pages` and `components` show it, `ui` is the design system and knows
//! nothing of the domain. The models, the protocol and the reducer come from `shared`.
//!
//! Absent on purpose: `style="…"` attributes and `inner_html` (the page's CSP and the lint test
//! refuse them), bare strings (every text is an i18n key), and state that only one component knows
//! although the address bar could hold it.

#![expect(unreachable_pub, reason = "the component macro writes a public item for every component")]

use app::Main;
use leptos::prelude::IntoAny as _;
use shared::program::Program;

mod alarm;
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

/// Starts the program that agents work in, and where everybody signs in.
pub fn start() {
    run(Main {
        program: Program::Inbox,
        page: || pages::inbox::InboxPage().into_any(),
        sign_in: Some(|| pages::sign_in::SignInPage().into_any()),
    });
}

/// Starts the program that the business is looked after in.
pub fn start_office() {
    run(Main {
        program: Program::Office,
        page: || pages::settings::SettingsPage().into_any(),
        sign_in: None,
    });
}

/// Starts the program that those who answer are looked after in.
pub fn start_floor() {
    run(Main { program: Program::Floor, page: pages::floor::page, sign_in: None });
}

/// Looks first, so that the first paint has the right theme and language.
fn run(main: Main) {
    // For development; the browser's own console names the fault of a release build well enough.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    prefs::load();
    leptos::mount::mount_to_body(move || app::App(app::AppProps { main }));
}
