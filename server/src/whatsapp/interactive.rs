//! Places, cards and what can be tapped, in the Graph API's words.
//!
//! Source: Cloud API reference, location, contacts and interactive messages.

use serde_json::{Map, Value, json};
use shared::{
    model::{
        content::{Card, Place},
        interactive::{Action, Interactive, Row, Section},
    },
    position::degrees,
};

/// The object of a `location`. Degrees are text, as in Meta's example: nothing rounds them on the way.
pub(super) fn place(place: &Place) -> Value {
    let mut object = Map::new();
    object.insert("latitude".into(), degrees(place.latitude_e6).into());
    object.insert("longitude".into(), degrees(place.longitude_e6).into());
    put(&mut object, "name", place.name.as_deref());
    put(&mut object, "address", place.address.as_deref());
    object.into()
}

/// The array of `contacts`. Meta wants a part of the name beside the whole one; who says where one ends would
/// guess, so the whole name is its first part.
pub(super) fn cards(cards: &[Card]) -> Value {
    let card = |card: &Card| {
        let name = card.name.as_deref().unwrap_or_default();
        let mut object = Map::new();
        object.insert("name".into(), json!({ "formatted_name": name, "first_name": name }));
        if let Some(company) = &card.organisation {
            object.insert("org".into(), json!({ "company": company }));
        }
        for (key, one, all) in [("phones", "phone", &card.phones), ("emails", "email", &card.emails)] {
            if !all.is_empty() {
                object.insert(key.into(), all.iter().map(|text| json!({ one: text })).collect());
            }
        }
        Value::Object(object)
    };
    cards.iter().map(card).collect()
}

/// The object of an `interactive`.
pub(super) fn interactive(sent: &Interactive) -> Value {
    let (kind, action) = match &sent.action {
        Action::Buttons { buttons } => {
            let buttons = buttons
                .iter()
                .map(|reply| json!({ "type": "reply", "reply": { "id": reply.id, "title": reply.title } }));
            ("button", json!({ "buttons": buttons.collect::<Vec<_>>() }))
        }
        Action::List { label, sections } => {
            let sections: Vec<Value> = sections.iter().map(section).collect();
            ("list", json!({ "button": label, "sections": sections }))
        }
        Action::Link { label, url } => {
            let parameters = json!({ "display_text": label, "url": url });
            ("cta_url", json!({ "name": "cta_url", "parameters": parameters }))
        }
        Action::AskLocation => ("location_request_message", json!({ "name": "send_location" })),
    };
    let mut object = Map::new();
    object.insert("type".into(), kind.into());
    if let Some(header) = &sent.header {
        object.insert("header".into(), json!({ "type": "text", "text": header }));
    }
    object.insert("body".into(), json!({ "text": sent.body }));
    if let Some(footer) = &sent.footer {
        object.insert("footer".into(), json!({ "text": footer }));
    }
    object.insert("action".into(), action);
    object.into()
}

fn section(section: &Section) -> Value {
    let row = |row: &Row| {
        let mut object = Map::new();
        put(&mut object, "id", Some(&row.id));
        put(&mut object, "title", Some(&row.title));
        put(&mut object, "description", row.detail.as_deref());
        Value::Object(object)
    };
    let mut object = Map::new();
    put(&mut object, "title", section.title.as_deref());
    object.insert("rows".into(), section.rows.iter().map(row).collect());
    object.into()
}

fn put(object: &mut Map<String, Value>, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        object.insert(key.into(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use shared::model::interactive::Reply;

    use super::*;

    #[test]
    fn a_place_is_text_as_in_metas_example() {
        let there = Place {
            latitude_e6: 37_442_162,
            longitude_e6: -122_161_536,
            name: Some("Philz Coffee".into()),
            address: Some("101 Forest Ave, Palo Alto, CA 94301".into()),
        };
        assert_eq!(
            place(&there),
            json!({
                "latitude": "37.442162", "longitude": "-122.161536",
                "name": "Philz Coffee", "address": "101 Forest Ave, Palo Alto, CA 94301",
            })
        );
        let bare = Place { name: None, address: None, ..there };
        assert_eq!(place(&bare), json!({ "latitude": "37.442162", "longitude": "-122.161536" }));
    }

    #[test]
    fn a_card_has_what_is_known_of_somebody() {
        let ada = Card {
            name: Some("Ada Lovelace".into()),
            organisation: Some("Engines".into()),
            phones: vec!["+44 20 7946 0018".into(), "+44 20 7946 0019".into()],
            emails: vec!["ada@engines.example".into()],
        };
        let bob = Card { name: Some("Bob".into()), emails: vec!["bob@x.example".into()], ..Card::default() };
        assert_eq!(
            cards(&[ada, bob]),
            json!([
                {
                    "name": { "formatted_name": "Ada Lovelace", "first_name": "Ada Lovelace" },
                    "org": { "company": "Engines" },
                    "phones": [{ "phone": "+44 20 7946 0018" }, { "phone": "+44 20 7946 0019" }],
                    "emails": [{ "email": "ada@engines.example" }],
                },
                {
                    "name": { "formatted_name": "Bob", "first_name": "Bob" },
                    "emails": [{ "email": "bob@x.example" }],
                },
            ])
        );
    }

    fn with(action: Action) -> Interactive {
        Interactive { header: None, body: "Which?".into(), footer: None, action }
    }

    #[test]
    fn each_thing_to_tap_has_its_own_shape() {
        let reply = |id: &str, title: &str| Reply { id: id.into(), title: title.into() };
        let buttons = Interactive {
            header: Some("Delivery".into()),
            footer: Some("Thank you".into()),
            ..with(Action::Buttons { buttons: vec![reply("1", "Morning"), reply("2", "Evening")] })
        };
        assert_eq!(
            interactive(&buttons),
            json!({
                "type": "button",
                "header": { "type": "text", "text": "Delivery" },
                "body": { "text": "Which?" },
                "footer": { "text": "Thank you" },
                "action": { "buttons": [
                    { "type": "reply", "reply": { "id": "1", "title": "Morning" } },
                    { "type": "reply", "reply": { "id": "2", "title": "Evening" } },
                ] },
            })
        );
        let tea = Row { id: "1".into(), title: "Tea".into(), detail: Some("Green".into()) };
        let coffee = Row { id: "2".into(), title: "Coffee".into(), detail: None };
        let sections = vec![
            Section { title: Some("Leaves".into()), rows: vec![tea] },
            Section { title: Some("Beans".into()), rows: vec![coffee.clone()] },
        ];
        assert_eq!(
            interactive(&with(Action::List { label: "Drinks".into(), sections })),
            json!({
                "type": "list",
                "body": { "text": "Which?" },
                "action": { "button": "Drinks", "sections": [
                    { "title": "Leaves", "rows": [{ "id": "1", "title": "Tea", "description": "Green" }] },
                    { "title": "Beans", "rows": [{ "id": "2", "title": "Coffee" }] },
                ] },
            })
        );
        let one = vec![Section { title: None, rows: vec![coffee] }];
        let plain = interactive(&with(Action::List { label: "Drinks".into(), sections: one }));
        assert_eq!(plain["action"]["sections"], json!([{ "rows": [{ "id": "2", "title": "Coffee" }] }]));
        assert_eq!(
            interactive(&with(Action::Link {
                label: "Buy now".into(),
                url: "https://shop.example/x".into()
            })),
            json!({
                "type": "cta_url",
                "body": { "text": "Which?" },
                "action": { "name": "cta_url", "parameters": {
                    "display_text": "Buy now", "url": "https://shop.example/x",
                } },
            })
        );
        assert_eq!(
            interactive(&with(Action::AskLocation)),
            json!({
                "type": "location_request_message",
                "body": { "text": "Which?" },
                "action": { "name": "send_location" },
            })
        );
    }
}
