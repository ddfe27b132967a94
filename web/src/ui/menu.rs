//! A menu in a native popover: the browser closes it on `Esc` and on a click outside. It is placed
//! beside its button when it opens, because anchored positioning is not everywhere yet.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::arrows;
use crate::time::whole_number;

/// Room between a button and its menu, and between a menu and the window's edge, in pixels.
const GAP: f64 = 6.0;

/// What a popover holds; assistive technology reads the two differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum MenuKind {
    /// Choices and nothing else.
    #[default]
    Choices,
    /// Buttons in groups with headings.
    Panel,
}

impl MenuKind {
    const fn role(self) -> &'static str {
        match self {
            Self::Choices => "menu",
            Self::Panel => "dialog",
        }
    }
}

/// The popover with a menu. Its button has `popovertarget=id`.
#[component]
pub(crate) fn Menu(
    id: &'static str,
    #[prop(optional)] kind: MenuKind,
    #[prop(into)] label: Signal<String>,
    children: Children,
) -> impl IntoView {
    let menu = NodeRef::<html::Div>::new();
    let place_it = move |_| {
        if let Some(menu) = menu.get()
            && menu.matches(":popover-open").unwrap_or(false)
        {
            place(id, &menu);
            focus_first(&menu);
        }
    };
    view! {
        <div
            class="menu"
            id=id
            node_ref=menu
            popover="auto"
            aria-label=move || label.get()
            role=kind.role()
            on:toggle=place_it
            on:keydown=move |event| {
                arrows::walk(&event);
            }
        >
            {children()}
        </div>
    }
}

/// An entry of a menu; choosing closes the menu. With `chosen` it is one of several choices, without
/// it something to do.
#[component]
pub(crate) fn MenuItem(
    testid: String,
    #[prop(optional, into)] chosen: Option<Signal<bool>>,
    on_choose: impl Fn() + 'static,
    children: Children,
) -> impl IntoView {
    let choose = move |event: web_sys::MouseEvent| {
        let item = event.current_target().and_then(|t| t.dyn_into::<Element>().ok());
        if let Some(menu) = item.and_then(|i| i.closest("[popover]").ok().flatten()) {
            hide(&menu);
        }
        on_choose();
    };
    view! {
        <button
            type="button"
            class="menu__item"
            role=if chosen.is_some() { "menuitemradio" } else { "menuitem" }
            data-testid=testid
            aria-checked=move || chosen.map(|chosen| chosen.get().to_string())
            on:click=choose
        >
            {children()}
        </button>
    }
}

/// Choices that belong together, with words above them.
#[component]
pub(crate) fn MenuGroup(
    #[prop(into)] label: Signal<String>,
    /// Whether they stand beside each other.
    #[prop(optional)]
    look: MenuGroupLook,
    children: Children,
) -> impl IntoView {
    view! {
        <p class="menu__heading" aria-hidden="true">{move || label.get()}</p>
        <div class=look.class() role="group" aria-label=move || label.get()>{children()}</div>
    }
}

/// How the choices of a group stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum MenuGroupLook {
    /// One below the other.
    #[default]
    Column,
    /// Beside each other.
    Row,
}

impl MenuGroupLook {
    const fn class(self) -> &'static str {
        match self {
            Self::Column => "menu__column",
            Self::Row => "menu__row",
        }
    }
}

/// Closes an open menu by its id.
pub(crate) fn close_menu(id: &str) {
    if let Some(menu) = document().get_element_by_id(id) {
        hide(&menu);
    }
}

fn hide(menu: &Element) {
    if let Some(menu) = menu.dyn_ref::<HtmlElement>() {
        let _ = menu.hide_popover();
    }
}

fn focus_first(menu: &Element) {
    if let Ok(Some(first)) = menu.query_selector("button")
        && let Some(first) = first.dyn_ref::<HtmlElement>()
    {
        let _ = first.focus();
    }
}

fn pixels(at: f64) -> String {
    format!("{}px", whole_number(at.max(GAP)))
}

/// Puts the menu below its button, or above when there is more room.
fn place(id: &str, menu: &HtmlElement) {
    let buttons = format!("[popovertarget={id}]");
    // Where several buttons open one menu, the one that was used has the keyboard.
    let used = document().active_element().filter(|element| element.matches(&buttons).unwrap_or(false));
    let Some(button) = used.or_else(|| document().query_selector(&buttons).ok().flatten()) else { return };
    let (anchor, own) = (button.get_bounding_client_rect(), menu.get_bounding_client_rect());
    let size = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|v| v.as_f64()).unwrap_or(0.0);
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    let below = anchor.bottom() + GAP;
    let top = if below + own.height() > height { anchor.top() - GAP - own.height() } else { below };
    let left = anchor.left().min(width - own.width() - GAP);
    let style = menu.style();
    let _ = style.set_property("left", &pixels(left));
    let _ = style.set_property("top", &pixels(top));
}
