use simulator::{MediaFault, Said, Utterance};

use super::receiver::Receiver;
use super::*;

#[actix_web::test]
async fn an_upload_can_be_sent_and_downloaded_with_the_token_only() {
    let meta = start();
    let form = "--b\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n\
                --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
                Content-Type: image/png\r\n\r\nPNGDATA\r\n--b--\r\n";
    let token = Config::for_tests().app.access_token;
    let upload = http()
        .post(format!("{}/v25.0/{NUMBER}/media", meta.base_url))
        .bearer_auth(&token)
        .header("Content-Type", "multipart/form-data; boundary=b")
        .body(form);
    let uploaded: Value = upload.send().await.unwrap().json().await.unwrap();
    let id = uploaded["id"].as_str().unwrap();
    let picture =
        json!({ "messaging_product": "whatsapp", "to": "+491", "type": "image", "image": { "id": id } });
    assert_eq!(send(&meta, &picture).await.unwrap().0, 200);
    let (_, described) = get(&meta, id).await;
    assert_eq!((&described["mime_type"], &described["file_size"]), (&json!("image/png"), &json!(7)));
    let url = described["url"].as_str().unwrap();
    assert_eq!(http().get(url).send().await.unwrap().status(), 401);
    let file = || http().get(url).bearer_auth(&token).send();
    assert_eq!(file().await.unwrap().bytes().await.unwrap().as_ref(), b"PNGDATA");
    meta.control().fault_media([MediaFault::Expired]);
    assert_eq!(file().await.unwrap().status(), 404);
    assert_eq!(file().await.unwrap().status(), 200);
}

#[actix_web::test]
async fn a_customers_picture_can_be_fetched() {
    let mut receiver = Receiver::start();
    let meta = start();
    meta.control().set_webhook_url(&receiver.url);
    let caption = Some("Look".to_owned());
    meta.control().say(CUSTOMER, Utterance::of(Said::Image { caption, media_id: None })).await;
    let image = receiver.next_value().await["messages"][0]["image"].clone();
    assert_eq!(image["mime_type"], "image/png");
    let (status, described) = get(&meta, image["id"].as_str().unwrap()).await;
    assert_eq!((status, &described["mime_type"]), (200, &json!("image/png")));
}

#[actix_web::test]
async fn templates_are_paged_by_cursor() {
    let meta = start();
    let (_, first) = get(&meta, &format!("{ACCOUNT}/message_templates?limit=4")).await;
    assert_eq!(first["data"].as_array().unwrap().len(), 4);
    let after = first["paging"]["cursors"]["after"].as_str().unwrap();
    let (_, second) = get(&meta, &format!("{ACCOUNT}/message_templates?limit=4&after={after}")).await;
    assert_eq!(second["data"].as_array().unwrap().len(), 4);
    let after = second["paging"]["cursors"]["after"].as_str().unwrap();
    let (_, third) = get(&meta, &format!("{ACCOUNT}/message_templates?limit=4&after={after}")).await;
    assert_eq!(third["data"].as_array().unwrap().len(), 1);
    assert!(third["paging"].get("next").is_none());
}

#[actix_web::test]
async fn an_account_lists_numbers_and_subscriptions() {
    let meta = start();
    let (_, numbers) = get(&meta, &format!("{ACCOUNT}/phone_numbers")).await;
    assert_eq!(numbers["data"][0]["id"], NUMBER);
    let path = format!("{ACCOUNT}/subscribed_apps");
    assert_eq!(get(&meta, &path).await.1["data"], json!([]));
    let url = format!("{}/v25.0/{path}", meta.base_url);
    let token = Config::for_tests().app.access_token;
    let answer = http().post(url).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap(), json!({ "success": true }));
    assert_eq!(get(&meta, &path).await.1["data"].as_array().unwrap().len(), 1);
}
