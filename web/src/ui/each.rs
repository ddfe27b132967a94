//! A list whose entries keep their elements while others come and go. Leptos' own `For` is generic in
//! all it is given, and each use would add ten kilobytes to what the browser loads.

use leptos::prelude::*;

/// One entry: what tells it from the others, and how it is drawn.
pub(crate) struct Item {
    key: String,
    draw: Box<dyn FnOnce() -> AnyView + Send>,
}

impl Item {
    /// An entry. Another key is another entry, so what changes the key is drawn anew.
    pub(crate) fn new(key: String, draw: impl FnOnce() -> AnyView + Send + 'static) -> Self {
        Self { key, draw: Box::new(draw) }
    }
}

/// The entries, in their order.
pub(crate) fn each(items: impl Fn() -> Vec<Item> + Send + 'static) -> AnyView {
    draw(Box::new(items))
}

fn draw(items: Box<dyn Fn() -> Vec<Item> + Send>) -> AnyView {
    view! { <For each=items key=|item| item.key.clone() children=|item: Item| (item.draw)()/> }.into_any()
}
