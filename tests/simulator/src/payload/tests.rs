use super::*;

fn line() -> Line {
    Line {
        waba_id: "1022".into(),
        phone_number_id: "1065".into(),
        display_phone_number: "+49 30 555-0100".into(),
    }
}

#[test]
fn a_text_message_has_metas_shape() {
    let webhook = text_message(&line(), &Sender::phone("49152", "Ada"), "wamid.A", 1_749_416_383, "Hello");
    let expected = json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "1022", "changes": [{ "field": "messages", "value": {
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "49305550100", "phone_number_id": "1065" },
            "contacts": [{ "profile": { "name": "Ada" }, "wa_id": "49152" }],
            "messages": [{
                "from": "49152", "id": "wamid.A", "timestamp": "1749416383",
                "type": "text", "text": { "body": "Hello" }
            }]
        }}]}]
    });
    assert_eq!(webhook, expected);
}

#[test]
fn a_person_without_a_phone_leaves_the_keys_out() {
    let webhook = text_message(&line(), &Sender::scoped("DE.1", "Bo"), "wamid.B", 1, "Hi");
    let value = webhook.pointer("/entry/0/changes/0/value").unwrap();
    assert_eq!(value["contacts"][0], json!({ "profile": { "name": "Bo" }, "user_id": "DE.1" }));
    assert_eq!(value["messages"][0].get("from"), None);
    assert_eq!(value["messages"][0]["from_user_id"], "DE.1");
}

#[test]
fn timestamps_are_strings_everywhere() {
    let report = StatusReport {
        wamid: "wamid.C".into(),
        status: Status::Failed,
        at: 1_750_030_073,
        recipient_id: Some("49152".into()),
        recipient_user_id: None,
        biz_opaque_callback_data: Some("out_1".into()),
        category: "service".into(),
        error: Some((131_047, "Too late.".into())),
    };
    let item = status_of(&report);
    assert_eq!(item["timestamp"], "1750030073");
    assert_eq!(item["biz_opaque_callback_data"], "out_1");
    assert_eq!(item["recipient_id"], "49152");
    assert_eq!(item["errors"][0]["code"], 131_047);
    assert_eq!(item["errors"][0]["title"], item["errors"][0]["message"]);
    assert_eq!(item["errors"][0]["error_data"]["details"], "Too late.");
}

#[test]
fn pricing_stands_in_sent_and_delivered_only() {
    let report = |status| StatusReport {
        wamid: "wamid.D".into(),
        status,
        at: 1,
        recipient_id: None,
        recipient_user_id: Some("DE.1".into()),
        biz_opaque_callback_data: None,
        category: "utility".into(),
        error: None,
    };
    assert_eq!(status_of(&report(Status::Sent))["pricing"]["pricing_model"], "PMP");
    assert!(status_of(&report(Status::Delivered)).get("pricing").is_some());
    assert!(status_of(&report(Status::Read)).get("pricing").is_none());
}

#[test]
fn a_batch_joins_one_number_and_keeps_accounts_apart() {
    let ada = Sender::phone("49152", "Ada");
    let elsewhere = Line { waba_id: "2033".into(), ..line() };
    let joined = batch([
        text_message(&line(), &ada, "wamid.1", 1, "one"),
        text_message(&line(), &ada, "wamid.2", 2, "two"),
        text_message(&elsewhere, &ada, "wamid.3", 3, "three"),
    ]);
    assert_eq!(joined["entry"].as_array().unwrap().len(), 2);
    let value = joined.pointer("/entry/0/changes/0/value").unwrap();
    assert_eq!(value["messages"].as_array().unwrap().len(), 2);
    assert_eq!(value["contacts"].as_array().unwrap().len(), 1);
}

#[test]
fn an_unsupported_message_names_its_kind_and_error() {
    let webhook = unsupported_message(&line(), &Sender::phone("1", "A"), "wamid.E", 1, "poll");
    let message = webhook.pointer("/entry/0/changes/0/value/messages/0").unwrap();
    assert_eq!(message["type"], "unsupported");
    assert_eq!(message["unsupported"]["type"], "poll");
    assert_eq!(message["errors"][0]["code"], 131_051);
}
