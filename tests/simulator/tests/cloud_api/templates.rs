use simulator::{Template, TemplateNews};

use super::receiver::Receiver;
use super::*;

fn template(name: &str, components: Value) -> Value {
    json!({ "messaging_product": "whatsapp", "to": format!("+{CUSTOMER}"), "type": "template",
            "template": { "name": name, "language": { "code": "en" }, "components": components } })
}

fn part(kind: &str, parameters: Value) -> Value {
    json!({ "type": kind, "parameters": parameters })
}

/// The code a send is refused with; 0 when it is accepted.
async fn code(meta: &Running, name: &str, components: Value) -> u64 {
    let (_, answer) = send(meta, &template(name, components)).await.unwrap();
    answer["error"]["code"].as_u64().unwrap_or(0)
}

#[actix_web::test]
async fn named_values_are_checked_by_name_and_number() {
    let meta = start();
    let named = |name: &str, text: &str| json!({ "type": "text", "parameter_name": name, "text": text });
    let header = part("header", json!([named("first_name", "Ada")]));
    let body = |values: Value| json!([header, part("body", values)]);
    let name = "fitting_appointment";
    assert_eq!(code(&meta, name, body(json!([named("day", "Friday"), named("time", "9:00")]))).await, 0);
    assert_eq!(code(&meta, name, body(json!([named("day", "Friday")]))).await, 132_000);
    assert_eq!(code(&meta, name, body(json!([named("day", "Friday"), named("hour", "9")]))).await, 132_012);
    assert_eq!(code(&meta, name, body(json!([named("day", "Friday"), named("time", "")]))).await, 131_008);
    let nameless = json!([{ "type": "text", "text": "Friday" }, { "type": "text", "text": "9:00" }]);
    assert_eq!(code(&meta, name, body(nameless)).await, 100);
}

#[actix_web::test]
async fn a_header_and_a_button_need_what_they_show() {
    let meta = start();
    let body = part("body", json!([{ "type": "text", "text": "Ada" }]));
    let picture = meta.control().put_media("image/jpeg", b"JPEG".to_vec());
    let header = |kind: &str, id: &str| part("header", json!([{ "type": kind, kind: { "id": id } }]));
    let name = "lamp_of_the_month";
    assert_eq!(code(&meta, name, json!([header("image", &picture), body])).await, 0);
    assert_eq!(code(&meta, name, json!([header("image", "404"), body])).await, 100);
    assert_eq!(code(&meta, name, json!([header("video", &picture), body])).await, 132_012);
    assert_eq!(code(&meta, name, json!([body])).await, 132_012);
    let button = |index: Value, values: Value| json!({ "type": "button", "sub_type": "url", "index": index, "parameters": values });
    let suffix = json!([{ "type": "text", "text": "P-77" }]);
    let name = "parcel_on_its_way";
    assert_eq!(code(&meta, name, json!([body, button(json!("0"), suffix.clone())])).await, 0);
    assert_eq!(code(&meta, name, json!([body, button(json!(1), suffix)])).await, 131_008);
    assert_eq!(code(&meta, name, json!([body])).await, 131_008);
}

#[actix_web::test]
async fn only_an_approved_template_is_sent() {
    let meta = start();
    let news = Template::text("news", "en", "We are back.");
    meta.control().put_template(ACCOUNT, news.clone());
    assert_eq!(code(&meta, "news", json!([])).await, 0);
    for (status, refusal) in [("PAUSED", 132_015), ("DISABLED", 132_016), ("REJECTED", 132_001)] {
        let change = TemplateNews::Status { status: status.into(), reason: None };
        assert!(meta.control().change_template(ACCOUNT, &news.id, &change));
        assert_eq!(code(&meta, "news", json!([])).await, refusal, "{status}");
    }
    assert!(meta.control().remove_template(ACCOUNT, &news.id));
    assert_eq!(code(&meta, "news", json!([])).await, 132_001);
    assert!(meta.control().template_pages() == 0 && meta.control().templates("another").len() == 9);
}

#[actix_web::test]
async fn a_change_is_told_as_meta_tells_it() {
    let mut receiver = Receiver::start();
    let meta = start();
    meta.control().set_webhook_url(&receiver.url);
    let id = meta.control().templates(ACCOUNT)[0].id.clone();
    let status = TemplateNews::Status { status: "REJECTED".into(), reason: Some("SCAM".into()) };
    assert!(meta.control().tell_template(ACCOUNT, &id, status).await.is_ok());
    let value = receiver.next_value().await;
    assert_eq!((&value["event"], &value["reason"]), (&json!("REJECTED"), &json!("SCAM")));
    assert_eq!(value["message_template_id"], json!(id.parse::<u64>().unwrap()));
    let quality = TemplateNews::Quality { quality: "RED".into() };
    meta.control().tell_template(ACCOUNT, &id, quality).await;
    let value = receiver.next_value().await;
    assert_eq!(
        (&value["previous_quality_score"], &value["new_quality_score"]),
        (&json!("GREEN"), &json!("RED"))
    );
    let category = TemplateNews::Category { category: "MARKETING".into() };
    meta.control().tell_template(ACCOUNT, &id, category).await;
    assert_eq!(receiver.next_value().await["previous_category"], "UTILITY");
    let components = vec![json!({ "type": "BODY", "text": "Other words" })];
    meta.control().tell_template(ACCOUNT, &id, TemplateNews::Components { components }).await;
    assert_eq!(receiver.next_value().await["message_template_element"], "Other words");
    let (_, list) = get(&meta, &format!("{ACCOUNT}/message_templates?limit=1")).await;
    let listed = &list["data"][0];
    assert_eq!((&listed["status"], &listed["category"]), (&json!("REJECTED"), &json!("MARKETING")));
    assert_eq!(listed["components"][0]["text"], "Other words");
}

#[actix_web::test]
async fn what_the_business_writes_waits_to_be_looked_at() {
    let meta = start();
    let token = Config::for_tests().app.access_token;
    let ask = async |method: reqwest::Method, path: &str, body: Value| {
        let url = format!("{}/v25.0/{path}", meta.base_url);
        let answer = http().request(method, url).bearer_auth(&token).json(&body).send().await.unwrap();
        answer.json::<Value>().await.unwrap()
    };
    let new = |name: &str, text: &str| {
        json!({ "name": name, "language": "en", "category": "UTILITY",
                "components": [{ "type": "BODY", "text": text }] })
    };
    let list = format!("{ACCOUNT}/message_templates");
    let post = reqwest::Method::POST;
    let made = ask(post.clone(), &list, new("news", "We are back.")).await;
    assert_eq!(made["status"], "PENDING");
    let subcode = |answer: &Value| answer["error"]["error_subcode"].as_u64();
    let again = ask(post.clone(), &list, new("news", "We are back.")).await;
    assert_eq!(subcode(&again), Some(2_388_024));
    let edge = ask(post.clone(), &list, new("edge", "{{1}} is back.")).await;
    assert_eq!(subcode(&edge), Some(2_388_299));
    let id = made["id"].as_str().unwrap();
    let texts = json!({ "components": [{ "type": "BODY", "text": "We are here." }] });
    assert_eq!(subcode(&ask(post.clone(), id, texts.clone()).await), Some(2_388_025), "it is looked at");
    let approved = TemplateNews::Status { status: "APPROVED".into(), reason: None };
    meta.control().change_template(ACCOUNT, id, &approved);
    assert_eq!(ask(post, id, texts).await, json!({ "success": true }));
    let theirs = meta.control().templates(ACCOUNT).pop().unwrap();
    assert_eq!((theirs.status.as_str(), &theirs.components[0]["text"]), ("PENDING", &json!("We are here.")));
    let gone = format!("{list}?name=order_update&hsm_id={}", meta.control().templates(ACCOUNT)[0].id);
    assert_eq!(ask(reqwest::Method::DELETE, &gone, json!({})).await, json!({ "success": true }));
    assert_eq!(ask(reqwest::Method::DELETE, &gone, json!({})).await["error"]["code"], 100);
    assert_eq!(meta.control().templates(ACCOUNT).len(), 9);
}
