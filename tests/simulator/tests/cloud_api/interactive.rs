//! Places, cards and what can be tapped: what Meta takes and refuses, and what the customer can do with it.

use simulator::{Said, Utterance};

use super::receiver::Receiver;
use super::*;

fn message(kind: &str, content: Value) -> Value {
    json!({ "messaging_product": "whatsapp", "to": format!("+{CUSTOMER}"), "type": kind, kind: content })
}

/// A message with something changed by a JSON pointer; null takes it out.
fn changed(message: &Value, pointer: &str, value: Value) -> Value {
    let mut message = message.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match message.pointer_mut(parent).unwrap() {
        Value::Object(object) if value.is_null() => drop(object.remove(key)),
        Value::Object(object) => drop(object.insert(key.into(), value)),
        Value::Array(array) => array[key.parse::<usize>().unwrap()] = value,
        other => panic!("{other} has no parts"),
    }
    message
}

fn buttons() -> Value {
    let reply = |id: &str, title: &str| json!({ "type": "reply", "reply": { "id": id, "title": title } });
    let action = json!({ "buttons": [reply("1", "Yes"), reply("2", "No")] });
    let parts = json!({
        "type": "button", "header": { "type": "text", "text": "Question" }, "body": { "text": "Do you?" },
        "footer": { "text": "Thank you" }, "action": action,
    });
    message("interactive", parts)
}

fn list() -> Value {
    let row = |id: &str| json!({ "id": id, "title": "Tea", "description": "Green" });
    let sections = json!([{ "title": "Hot", "rows": [row("1")] }, { "title": "Cold", "rows": [row("2")] }]);
    let action = json!({ "button": "Drinks", "sections": sections });
    message("interactive", json!({ "type": "list", "body": { "text": "Which?" }, "action": action }))
}

fn link() -> Value {
    let action = json!({ "name": "cta_url", "parameters": { "display_text": "Open", "url": "https://shop.example/" } });
    message("interactive", json!({ "type": "cta_url", "body": { "text": "Look" }, "action": action }))
}

fn asked() -> Value {
    let action = json!({ "name": "send_location" });
    message(
        "interactive",
        json!({ "type": "location_request_message", "body": { "text": "Where?" }, "action": action }),
    )
}

fn place() -> Value {
    let place =
        json!({ "latitude": "37.44", "longitude": "-122.16", "name": "Coffee", "address": "Forest Ave 1" });
    message("location", place)
}

fn cards() -> Value {
    let name = json!({ "formatted_name": "Ada Lovelace", "first_name": "Ada Lovelace" });
    message(
        "contacts",
        json!([{ "name": name, "phones": [{ "phone": "+44 1" }], "emails": [{ "email": "a@b.example" }] }]),
    )
}

#[actix_web::test]
async fn each_kind_is_taken_and_what_is_missing_or_wrong_has_metas_code() {
    let meta = start();
    for body in [buttons(), list(), link(), asked(), place(), cards()] {
        let (status, answer) = send(&meta, &body).await.unwrap();
        assert_eq!(status, 200, "{body} {answer}");
    }
    let reply = "/interactive/action/buttons/0/reply";
    let row = "/interactive/action/sections/0/rows/0";
    let long = |most: usize| Value::from("ü".repeat(most + 1));
    let rows = |many: usize| -> Value {
        (0..many).map(|n| json!({ "id": n.to_string(), "title": "Tea" })).collect()
    };
    let case = |whole: &dyn Fn() -> Value, pointer: &str, value: Value, code: u32| {
        (changed(&whole(), pointer, value), pointer.to_owned(), code)
    };
    let cases = [
        case(&buttons, "/interactive/type", Value::Null, 131_008),
        case(&buttons, "/interactive/body", Value::Null, 131_008),
        case(&buttons, "/interactive/body/text", " \n".into(), 131_008),
        case(&buttons, "/interactive/body/text", long(1024), 131_009),
        case(&buttons, "/interactive/header/text", long(60), 131_009),
        case(&buttons, "/interactive/header/text", "a\nb".into(), 131_009),
        case(&buttons, "/interactive/header", json!({ "type": "location" }), 131_009),
        case(&buttons, "/interactive/footer/text", long(60), 131_009),
        case(&buttons, "/interactive/action/buttons", json!([]), 131_009),
        case(&buttons, &format!("{reply}/title"), long(20), 131_009),
        case(&buttons, &format!("{reply}/title"), "No".into(), 131_009),
        case(&buttons, &format!("{reply}/id"), "2".into(), 131_009),
        case(&buttons, &format!("{reply}/id"), Value::Null, 131_008),
        case(&list, "/interactive/body/text", long(4096), 131_009),
        case(&list, "/interactive/header", json!({ "type": "image", "image": { "id": "1" } }), 131_009),
        case(&list, "/interactive/action/button", Value::Null, 131_008),
        case(&list, "/interactive/action/button", long(20), 131_009),
        case(&list, "/interactive/action/sections/0/title", Value::Null, 131_008),
        case(&list, "/interactive/action/sections/0/title", long(24), 131_009),
        case(&list, "/interactive/action/sections/0/rows", rows(10), 131_009),
        case(&list, "/interactive/action/sections/0/rows", json!([]), 131_009),
        case(&list, &format!("{row}/title"), long(24), 131_009),
        case(&list, &format!("{row}/description"), long(72), 131_009),
        case(&list, &format!("{row}/id"), long(200), 131_009),
        case(&list, &format!("{row}/id"), "2".into(), 131_009),
        case(&link, "/interactive/action/parameters/display_text", long(20), 131_009),
        case(&link, "/interactive/action/parameters/url", "shop.example".into(), 131_009),
        case(&link, "/interactive/action/parameters/url", Value::Null, 131_008),
        case(&asked, "/interactive/action/name", "go".into(), 131_009),
        case(&asked, "/interactive/body/text", long(1024), 131_009),
        case(&place, "/location/latitude", Value::Null, 131_008),
        case(&place, "/location/latitude", "90.1".into(), 131_009),
        case(&place, "/location/longitude", "west".into(), 131_009),
        case(&cards, "/contacts/0/name", Value::Null, 131_008),
        case(&cards, "/contacts/0/name/first_name", Value::Null, 131_008),
        case(&cards, "/contacts/0/phones/0", json!({}), 131_008),
        case(&cards, "/contacts", json!([]), 131_009),
    ];
    for (body, pointer, code) in cases {
        let (status, answer) = send(&meta, &body).await.unwrap();
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(code)), "{pointer} {body}");
        assert!(answer["error"]["error_data"]["details"].is_string(), "{answer}");
    }
}

#[actix_web::test]
async fn the_phone_shows_what_can_be_tapped_and_the_tap_names_its_message() {
    let mut receiver = Receiver::start();
    let meta = start();
    meta.control().set_webhook_url(&receiver.url);
    let mut ids = Vec::new();
    for body in [list(), link(), asked(), place(), cards()] {
        ids.push(send(&meta, &body).await.unwrap().1["messages"][0]["id"].as_str().unwrap().to_owned());
    }
    let view = format!("{}/phone/api/view?customer={CUSTOMER}", meta.base_url);
    let view: Value = http().get(view).send().await.unwrap().json().await.unwrap();
    let chat = &view["chat"];
    assert_eq!(chat[0]["offer"]["list"], "Drinks");
    assert_eq!(
        chat[0]["choices"][1],
        json!({ "kind": "list_row", "id": "2", "title": "Tea", "description": "Green", "section": "Cold" })
    );
    assert_eq!(chat[1]["offer"]["link"], json!({ "title": "Open", "url": "https://shop.example/" }));
    assert_eq!(chat[2]["offer"]["asks_location"], true);
    assert_eq!(chat[3]["text"], "Coffee\nForest Ave 1\n37.44, -122.16");
    assert_eq!(chat[4]["text"], "Ada Lovelace\n+44 1\na@b.example");
    let there = Said::Location { latitude: 52.5, longitude: 13.4, name: None };
    let said = Utterance { reply_to: Some(ids[2].clone()), ..Utterance::of(there) };
    meta.control().say(CUSTOMER, said).await;
    let mut message = receiver.next_value().await;
    while message.get("messages").is_none() {
        message = receiver.next_value().await;
    }
    assert_eq!(message["messages"][0]["context"]["id"], ids[2].as_str());
    assert_eq!(message["messages"][0]["location"]["latitude"], 52.5);
}
