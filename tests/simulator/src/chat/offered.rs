//! What the business sent besides words: choices, links, places, cards; as the phone shows it.

use serde::Serialize;
use serde_json::Value;

use super::{Choice, ChoiceKind};

/// What can be done with a message besides answering it in words.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Offered {
    /// What stands on the button that opens the list.
    list: Option<String>,
    /// A button that opens a page.
    link: Option<Link>,
    /// Whether the customer's location is asked for.
    asks_location: bool,
}

/// A button that opens a page.
#[derive(Debug, Clone, Serialize)]
struct Link {
    title: String,
    url: String,
}

impl Offered {
    /// What an interactive message offers.
    pub(super) fn of(body: &Value) -> Self {
        let text = |pointer| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let title = text("/interactive/action/parameters/display_text");
        let link = title.zip(text("/interactive/action/parameters/url"));
        Self {
            list: text("/interactive/action/button"),
            link: link.map(|(title, url)| Link { title, url }),
            asks_location: text("/interactive/action/name").as_deref() == Some("send_location"),
        }
    }
}

/// The buttons and rows of an interactive message.
pub(super) fn choices(body: &Value) -> Vec<Choice> {
    let choice = |kind, item: &Value, section: Option<&str>| {
        let text = |key| item.get(key).and_then(Value::as_str).map(str::to_owned);
        let (id, title) = (text("id")?, text("title")?);
        Some(Choice {
            kind,
            id,
            title,
            description: text("description"),
            section: section.map(str::to_owned),
        })
    };
    let buttons = items(body.pointer("/interactive/action/buttons"));
    let buttons = buttons.iter().filter_map(|button| choice(ChoiceKind::Button, button.get("reply")?, None));
    let sections = items(body.pointer("/interactive/action/sections"));
    let rows = sections.iter().flat_map(|section| {
        let title = section.get("title").and_then(Value::as_str);
        items(section.get("rows")).iter().filter_map(move |row| choice(ChoiceKind::ListRow, row, title))
    });
    buttons.chain(rows).collect()
}

/// A place in words.
pub(super) fn place(body: &Value) -> String {
    let text = |key: &str| body.get("location")?.get(key).map(plain);
    let at = [text("latitude"), text("longitude")].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let lines = [text("name").or_else(|| Some("Location".into())), text("address"), Some(at)];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// Cards in words.
pub(super) fn cards(body: &Value) -> String {
    let card = |card: &Value| {
        let named =
            ["/name/formatted_name", "/org/company"].iter().filter_map(|at| card.pointer(at).map(plain));
        let all = |list: &str, one: &'static str| {
            items(card.get(list))
                .iter()
                .filter_map(move |entry| entry.get(one).map(plain))
                .collect::<Vec<_>>()
        };
        named.chain(all("phones", "phone")).chain(all("emails", "email")).collect::<Vec<_>>().join("\n")
    };
    items(body.get("contacts")).iter().map(card).collect::<Vec<_>>().join("\n\n")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
