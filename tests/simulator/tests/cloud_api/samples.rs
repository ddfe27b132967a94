//! Samples of templates, by the Resumable Upload API.

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

fn app() -> (String, String) {
    let app = Config::for_tests().app;
    (app.app_id, app.access_token)
}

async fn post(meta: &Running, path: &str, headers: &[(&str, String)], body: Vec<u8>) -> Value {
    let mut request = http().post(format!("{}/v25.0/{path}", meta.base_url)).body(body);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request.send().await.unwrap().json().await.unwrap()
}

async fn begin(meta: &Running, mime_type: &str, length: usize) -> Value {
    let (id, token) = app();
    let path = format!("{id}/uploads?file_name=a&file_length={length}&file_type={mime_type}");
    post(meta, &path, &[("Authorization", format!("Bearer {token}"))], Vec::new()).await
}

async fn pour(meta: &Running, session: &Value, bytes: &[u8]) -> Value {
    let headers = [("Authorization", format!("OAuth {}", app().1)), ("file_offset", "0".to_owned())];
    post(meta, session["id"].as_str().unwrap(), &headers, bytes.to_vec()).await
}

fn code(answer: &Value) -> (u64, u64) {
    let number = |key: &str| answer["error"][key].as_u64().unwrap_or(0);
    (number("code"), number("error_subcode"))
}

async fn create(meta: &Running, name: &str, header: Value) -> Value {
    let body = json!({ "name": name, "language": "en", "category": "UTILITY",
                       "components": [header, { "type": "BODY", "text": "Hello." }] });
    let headers =
        [("Authorization", format!("Bearer {}", app().1)), ("Content-Type", "application/json".to_owned())];
    post(meta, &format!("{ACCOUNT}/message_templates"), &headers, body.to_string().into_bytes()).await
}

#[actix_web::test]
async fn a_sample_has_its_length_and_its_type_and_comes_once() {
    let meta = start();
    assert_eq!(code(&begin(&meta, "image/gif", 9).await).0, 100);
    assert_eq!(code(&begin(&meta, "image/png", 0).await).0, 100);
    let other = "7/uploads?file_length=9&file_type=image/png";
    let bearer = [("Authorization", format!("Bearer {}", app().1))];
    assert_eq!(code(&post(&meta, other, &bearer, Vec::new()).await), (100, 33));
    let session = begin(&meta, "image/png", PNG.len()).await;
    assert!(session["id"].as_str().unwrap().starts_with("upload:"));
    let path = session["id"].as_str().unwrap();
    assert_eq!(code(&post(&meta, path, &bearer, PNG.to_vec()).await).0, 190, "bearers are not known");
    assert_eq!(code(&pour(&meta, &session, &PNG[1..]).await).0, 100);
    assert_eq!(code(&pour(&meta, &session, &b"%PDF-"[..].repeat(3)[..PNG.len()]).await).0, 100);
    let done = pour(&meta, &session, PNG).await;
    assert!(done["h"].as_str().unwrap().starts_with("4::"), "{done}");
    assert_eq!(code(&pour(&meta, &session, PNG).await), (100, 33));
}

#[actix_web::test]
async fn a_file_above_the_text_needs_a_sample_of_its_kind() {
    let meta = start();
    let session = begin(&meta, "image/png", PNG.len()).await;
    let handle = pour(&meta, &session, PNG).await["h"].clone();
    let header = |format: &str, handle: &Value| json!({ "type": "HEADER", "format": format, "example": { "header_handle": [handle] } });
    let bare = json!({ "type": "HEADER", "format": "IMAGE" });
    assert_eq!(code(&create(&meta, "bare", bare).await), (100, 2_388_043));
    assert_eq!(code(&create(&meta, "none", header("IMAGE", &Value::Null)).await), (100, 2_388_043));
    assert_eq!(code(&create(&meta, "odd", header("IMAGE", &json!("4::a"))).await), (100, 2_494_102));
    assert_eq!(code(&create(&meta, "film", header("VIDEO", &handle)).await), (100, 2_494_102));
    assert_eq!(create(&meta, "fine", header("IMAGE", &handle)).await["status"], "PENDING");
    let place = json!({ "type": "HEADER", "format": "LOCATION" });
    assert_eq!(create(&meta, "place", place).await["status"], "PENDING");
    let listed = meta.control().templates(ACCOUNT).into_iter().find(|one| one.name == "fine").unwrap();
    let shown = listed.components[0]["example"]["header_handle"][0].as_str().unwrap();
    assert!(shown.starts_with("https://"), "{shown}");
}
