//! The few things asked of the browser directly; each has a harmless answer when it refuses.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DragEvent, HtmlElement, Storage};

/// Milliseconds since 1970 by this computer's clock.
pub(crate) fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// A value kept in this browser; private windows may keep none.
pub(crate) fn stored(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Keeps a value in this browser, or forgets it; says whether it did. A full or forbidden storage
/// keeps nothing.
pub(crate) fn store(key: &str, value: Option<&str>) -> bool {
    let Some(storage) = storage() else { return false };
    let done = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
    done.is_ok()
}

/// The names of all values that begin like this.
pub(crate) fn stored_names(prefix: &str) -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let names = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok().flatten());
    names.filter(|name| name.starts_with(prefix)).collect()
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// Where the page comes from, such as `https://desk.example`.
pub(crate) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// The path of the page, such as `/inbox`.
pub(crate) fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// The address of the live socket beside the page.
pub(crate) fn socket_url() -> String {
    format!("{}/live", origin().replacen("http", "ws", 1))
}

/// Goes to another page.
pub(crate) fn leave(path: &str) {
    let _ = window().location().assign(path);
}

/// Goes to another page; the browser's back button does not come back to this one.
pub(crate) fn leave_for_good(path: &str) {
    let _ = window().location().replace(path);
}

/// Keeps a value until this tab is closed, over pages, or forgets it.
pub(crate) fn carry(key: &str, value: Option<&str>) {
    let Some(storage) = window().session_storage().ok().flatten() else { return };
    let _ = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
}

/// What this tab carries.
pub(crate) fn carried(key: &str) -> Option<String> {
    window().session_storage().ok().flatten()?.get_item(key).ok().flatten()
}

/// Loads the page again.
pub(crate) fn reload() {
    let _ = window().location().reload();
}

/// Whether nobody can see the page.
pub(crate) fn hidden() -> bool {
    document().hidden()
}

/// Whether somebody can see the page and works in it.
pub(crate) fn has_attention() -> bool {
    !hidden() && document().has_focus().unwrap_or(false)
}

/// The element with the keyboard, when it is one that takes typing.
pub(crate) fn is_typing() -> bool {
    document().active_element().is_some_and(|element| {
        let tag = element.tag_name();
        matches!(tag.as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}

/// Whether the keyboard is at an element that matches.
pub(crate) fn is_focused(selector: &str) -> bool {
    document().active_element().is_some_and(|element| element.matches(selector).unwrap_or(false))
}

/// Focuses the first element that matches, if there is one.
pub(crate) fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Clicks the first element that matches and is enabled: keys and buttons share one path.
pub(crate) fn click(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        element.click();
    }
}

/// Whether files are dragged.
pub(crate) fn carries_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|carried| carried.types().includes(&"Files".into(), 0))
}

/// A random number from 0 up to 1.
pub(crate) fn random() -> f64 {
    js_sys::Math::random()
}

/// The message of a JavaScript error, for the console of the browser.
pub(crate) fn warn(what: &str, error: &JsValue) {
    web_sys::console::warn_2(&what.into(), error);
}

/// Takes the keyboard away from where it is.
pub(crate) fn blur() {
    if let Some(element) = document().active_element().and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = element.blur();
    }
}

/// JSON with a line for each of its parts; what cannot be read as it is.
pub(crate) fn indented(json: &str) -> String {
    let whole = js_sys::JSON::parse(json).and_then(|value| {
        js_sys::JSON::stringify_with_replacer_and_space(&value, &JsValue::NULL, &JsValue::from(2))
    });
    whole.map_or_else(|_| json.to_owned(), String::from)
}

/// Puts a text on the clipboard.
pub(crate) fn copy(text: &str) {
    let _ = window().navigator().clipboard().write_text(text);
}
