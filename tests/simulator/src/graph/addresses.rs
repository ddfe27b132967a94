//! Limits of places and of people's cards.

use serde_json::Value;

use super::GraphError;
use super::validation::{invalid, line, missing};

/// Cards in one message.
const CARDS: usize = 257;
/// Parts of a name, of which Meta wants one beside the whole.
const NAMES: [&str; 5] = ["first_name", "last_name", "middle_name", "suffix", "prefix"];

pub(super) fn location(body: &Value) -> Result<(), GraphError> {
    let place = body.get("location").ok_or_else(|| missing("location"))?;
    for (key, most) in [("latitude", 90.0), ("longitude", 180.0)] {
        let degrees = match place.get(key) {
            None | Some(Value::Null) => return Err(missing(key)),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_f64(),
        };
        if !degrees.is_some_and(|degrees: f64| (-most..=most).contains(&degrees)) {
            return Err(invalid(format_args!("{key} is not valid")));
        }
    }
    for key in ["name", "address"] {
        if place.get(key).is_some() {
            line(place.get(key), 1000, key)?;
        }
    }
    Ok(())
}

pub(super) fn contacts(body: &Value) -> Result<(), GraphError> {
    let cards = body.get("contacts").and_then(Value::as_array).ok_or_else(|| missing("contacts"))?;
    if cards.is_empty() || cards.len() > CARDS {
        return Err(invalid(format_args!("contacts must have 1 to {CARDS} entries")));
    }
    cards.iter().try_for_each(card)
}

fn card(card: &Value) -> Result<(), GraphError> {
    let name = card.get("name").ok_or_else(|| missing("contacts.name"))?;
    line(name.get("formatted_name"), 1000, "formatted_name")?;
    if !NAMES.iter().any(|part| name.get(part).and_then(Value::as_str).is_some_and(|part| !part.is_empty())) {
        return Err(missing("contacts.name.first_name"));
    }
    for (list, one) in [("phones", "phone"), ("emails", "email")] {
        let all = card.get(list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        all.iter().try_for_each(|entry| line(entry.get(one), 1000, one))?;
    }
    match card.get("org") {
        Some(org) => line(org.get("company"), 1000, "company"),
        None => Ok(()),
    }
}
