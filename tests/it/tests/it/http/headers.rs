//! Security headers are on every kind of answer.

use diesel::{RunQueryDsl, sql_query};
use reqwest::{Method, StatusCode, header::HeaderMap};
use tokio_tungstenite::{client_async, tungstenite::client::IntoClientRequest};

use crate::harness::{Engine, World, server::ORIGIN};

on_both_engines!(every_kind_of_answer_carries_the_security_headers, a_fault_of_ours_says_nothing);

/// What is the same on every answer, whatever it is.
const ALWAYS: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

fn check(what: &str, headers: &HeaderMap) {
    for (name, value) in ALWAYS {
        assert_eq!(headers.get(name).and_then(|v| v.to_str().ok()), Some(value), "{name} of {what}");
    }
    let policy = headers.get("content-security-policy").and_then(|v| v.to_str().ok()).unwrap_or_default();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{what}: {policy}"
    );
    assert!(!policy.contains("unsafe-inline"), "{what}: {policy}");
    assert!(headers.contains_key("permissions-policy"), "{what}");
}

async fn every_kind_of_answer_carries_the_security_headers(engine: Engine) {
    let world = World::new(engine).await;
    let agent = world.agent().await;
    let webhook = format!("/webhooks/whatsapp/{}", world.alpha.key);
    let big = "x".repeat(5 * 1024 * 1024);
    let asked = [
        (Method::GET, "/healthz", "", StatusCode::OK),
        (Method::GET, "/api/openapi.json", "", StatusCode::OK),
        (Method::GET, "/api/session", "", StatusCode::OK),
        (Method::GET, "/api/conversations?after=nonsense", "", StatusCode::BAD_REQUEST),
        (Method::POST, "/api/commands", "{", StatusCode::BAD_REQUEST),
        (Method::GET, "/api/nothing", "", StatusCode::NOT_FOUND),
        (Method::GET, "/webhooks/whatsapp/nothing", "", StatusCode::NOT_FOUND),
        (Method::PUT, "/api/session", "", StatusCode::METHOD_NOT_ALLOWED),
        (Method::PUT, "/", "", StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, webhook.as_str(), big.as_str(), StatusCode::PAYLOAD_TOO_LARGE),
        (Method::POST, webhook.as_str(), "{}", StatusCode::UNAUTHORIZED),
        (Method::GET, "/live", "", StatusCode::BAD_REQUEST),
    ];
    for (method, path, body, status) in asked {
        let request = agent.request(method.clone(), path).header("content-type", "application/json");
        let answer = request.body(body.to_owned()).send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {path}");
        check(&format!("{method} {path}"), answer.headers());
        if path.starts_with("/api") {
            assert_eq!(answer.headers()["cache-control"], "no-store", "{method} {path}");
        }
    }
    // The upgrade is an answer like the others.
    let address = agent.base().strip_prefix("http://").unwrap();
    let mut request = format!("ws://{address}/live").into_client_request().unwrap();
    request.headers_mut().insert("cookie", agent.cookie.parse().unwrap());
    request.headers_mut().insert("origin", ORIGIN.parse().unwrap());
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (_socket, answer) = client_async(request, stream).await.unwrap();
    assert_eq!(answer.status().as_u16(), 101);
    check("the upgrade", answer.headers());
}

async fn a_fault_of_ours_says_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let written = world.server.app.store.control().write(|conn| {
        sql_query("UPDATE connection SET access_token_sealed = 'canary'").execute(conn)?;
        Ok(())
    });
    written.await.unwrap();
    world.server.app.connections.invalidate();
    let url = format!("{}/webhooks/whatsapp/{}", world.server.base, world.alpha.key);
    let answer = world.server.http.post(url).body("{}").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR, "a broken row is not worth another try");
    check("500", answer.headers());
    let text = answer.text().await.unwrap();
    assert!(!text.contains("canary") && !text.contains("seal"), "{text}");
}
