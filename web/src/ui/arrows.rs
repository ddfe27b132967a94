//! Arrow keys that walk through the buttons of a group.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Moves the focus to the next or previous enabled button of the element that listens, around the
/// ends; says which button has it now.
pub(crate) fn walk(event: &KeyboardEvent) -> Option<HtmlElement> {
    let by = match event.key().as_str() {
        "ArrowDown" | "ArrowRight" => 1,
        "ArrowUp" | "ArrowLeft" => -1,
        _ => return None,
    };
    let group = event.current_target()?.dyn_into::<Element>().ok()?;
    let buttons = group.query_selector_all("button:not(:disabled)").ok()?;
    let focused = document().active_element();
    let many = i64::from(buttons.length());
    let button = |at: i64| u32::try_from(at).ok().and_then(|at| buttons.get(at));
    let at = (0..many).find(|at| button(*at).as_ref() == focused.as_ref().map(AsRef::as_ref));
    let next = at.map_or(0, |at| (at + by).rem_euclid(many.max(1)));
    let next = button(next)?.dyn_into::<HtmlElement>().ok()?;
    event.prevent_default();
    let _ = next.focus();
    Some(next)
}
