use std::time::Duration;

use serde_json::json;
use simulator::{Outcome, SendKind, Utterance};

use super::*;

const SOON: Duration = Duration::from_secs(5);

#[actix_web::test]
async fn an_accepted_send_is_answered_and_recorded() {
    let meta = start();
    let (status, body) = send(&meta, &text("Hello")).await.unwrap();
    assert_eq!(status, 200);
    assert_eq!(body["contacts"][0], json!({ "input": "+4917604069050", "wa_id": "4917604069050" }));
    let sends = meta.control().wait_for_sends(1, SOON).await.unwrap();
    assert_eq!(sends[0].text(), Some("Hello"));
    assert_eq!(sends[0].callback_data(), Some("out_1"));
    assert_eq!(sends[0].wamid.as_deref(), body["messages"][0]["id"].as_str());
    assert_eq!(sends[0].version, "v25.0");
    meta.stop().await;
}

#[actix_web::test]
async fn waiting_in_vain_says_what_there_was() {
    let meta = start();
    let error = meta.control().wait_for_sends(1, Duration::from_millis(1)).await.unwrap_err();
    assert!(error.to_string().contains("0 sends"), "{error}");
}

#[actix_web::test]
async fn what_meta_refuses_is_refused_with_its_code() {
    let meta = start();
    let mut nobody = text("Hello");
    nobody.as_object_mut().unwrap().remove("to");
    let cases = [
        (text(&"x".repeat(4097)), 400, 100),
        (nobody, 400, 100),
        (json!({ "messaging_product": "whatsapp", "to": "+49", "type": "poll" }), 400, 100),
        (
            json!({ "messaging_product": "whatsapp", "to": "+491", "type": "template",
                    "template": { "name": "nonsense", "language": { "code": "en" } } }),
            404,
            132_001,
        ),
        (
            json!({ "messaging_product": "whatsapp", "to": "+491", "type": "template",
                    "template": { "name": "order_update", "language": { "code": "en" } } }),
            400,
            132_000,
        ),
        (
            json!({ "messaging_product": "whatsapp", "to": "+491", "type": "interactive", "interactive": {
                "type": "button", "body": { "text": "?" }, "action": { "buttons": [
                    { "type": "reply", "reply": { "id": "a", "title": "far too long for a button" } } ] } } }),
            400,
            131_009,
        ),
    ];
    for (body, http, code) in cases {
        let (status, answer) = send(&meta, &body).await.unwrap();
        assert_eq!((status, &answer["error"]["code"]), (http, &json!(code)), "{body}");
    }
    assert!(meta.control().sends().iter().all(|send| !send.was_accepted()));
}

#[actix_web::test]
async fn queued_outcomes_come_once_and_in_order() {
    let meta = start();
    meta.control().answer_next([
        Outcome::Refuse { code: 131_026, details: Some("Not on WhatsApp.".into()), http: None },
        Outcome::RateLimited { retry_after_s: 7 },
        Outcome::ServerError,
    ]);
    let (status, refused) = send(&meta, &text("1")).await.unwrap();
    assert_eq!((status, &refused["error"]["error_data"]["details"]), (400, &json!("Not on WhatsApp.")));
    assert_eq!(send(&meta, &text("2")).await.unwrap().0, 429);
    assert_eq!(send(&meta, &text("3")).await.unwrap().0, 500);
    assert_eq!(send(&meta, &text("4")).await.unwrap().0, 200);
    let outcomes: Vec<String> = meta.control().sends().into_iter().map(|send| send.outcome).collect();
    assert_eq!(outcomes, ["refused:131026", "rate_limited", "server_error", "accepted"]);
}

#[actix_web::test]
async fn a_cut_connection_answers_nothing_whether_accepted_or_not() {
    let meta = start();
    meta.control().answer_next([
        Outcome::AcceptThenCut,
        Outcome::CutBeforeAccept,
        Outcome::Stall { delay_ms: 1 },
        Outcome::AcceptThenInvalidJson,
    ]);
    for _ in 0..4 {
        assert!(send(&meta, &text("lost")).await.is_err());
    }
    let accepted: Vec<bool> = meta.control().sends().iter().map(|send| send.was_accepted()).collect();
    assert_eq!(accepted, [true, false, false, true]);
}

#[actix_web::test]
async fn a_wrong_token_and_a_foreign_number_are_told_apart_like_at_meta() {
    let meta = start();
    let url = format!("{}/v25.0/{NUMBER}/messages", meta.base_url);
    let answer = http().post(url).bearer_auth("wrong").json(&text("x")).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let (status, body) = get(&meta, "999").await;
    assert_eq!((status, &body["error"]["error_subcode"]), (400, &json!(33)));
}

#[actix_web::test]
async fn the_strict_window_closes_after_a_day() {
    let meta = start();
    meta.control().set_strict_window(true);
    assert_eq!(send(&meta, &text("too early")).await.unwrap().1["error"]["code"], 131_047);
    meta.control().say(CUSTOMER, Utterance::text("Hi")).await;
    assert_eq!(send(&meta, &text("in time")).await.unwrap().0, 200);
    meta.control().set_clock_offset(24 * 3600 + 5);
    assert_eq!(send(&meta, &text("too late")).await.unwrap().1["error"]["code"], 131_047);
}

#[actix_web::test]
async fn read_marks_are_recorded_apart_from_messages() {
    let meta = start();
    let mark = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.X" });
    let (status, body) = send(&meta, &mark).await.unwrap();
    assert_eq!((status, body), (200, json!({ "success": true })));
    let mut typing = mark;
    typing["typing_indicator"] = json!({ "type": "text" });
    send(&meta, &typing).await.unwrap();
    let kinds: Vec<SendKind> = meta.control().sends().iter().map(|send| send.kind).collect();
    assert_eq!(kinds, [SendKind::Read, SendKind::Typing]);
}
