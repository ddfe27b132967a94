//! Foreign sites change nothing, on any route.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::error::{ErrorCode, Problem};

use crate::harness::{Engine, User, World, server::ORIGIN, sql, webhook::ann};

on_both_engines!(
    no_unsafe_route_takes_a_request_from_a_foreign_site,
    no_route_with_a_body_takes_what_a_foreign_form_sends,
    outside_a_demonstration_the_sign_in_page_offers_no_logins,
);

/// Every route and method of the API, as its own description lists them.
async fn routes(world: &World) -> Vec<(Method, String)> {
    let url = format!("{}/api/openapi.json", world.server.base);
    let document: Value = world.server.http.get(url).send().await.unwrap().json().await.unwrap();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            all.push((method, path.replace("{id}", "cnv_00000000000000000000000000000000")));
        }
    }
    assert!(all.len() >= 8, "{all:?}");
    all
}

fn is_unsafe((method, path): &(Method, String)) -> bool {
    // Meta's webhooks come from no browser; their signature is checked instead.
    ![Method::GET, Method::HEAD].contains(method) && path.starts_with("/api/")
}

/// A request with the session's cookie and nothing else, as a foreign page could make a browser send it.
fn bare(user: &User, method: &Method, path: &str) -> reqwest::RequestBuilder {
    let url = format!("{}{path}", user.base());
    reqwest::Client::new().request(method.clone(), url).header("cookie", &user.cookie)
}

async fn no_unsafe_route_takes_a_request_from_a_foreign_site(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hi").await;
    let agent = world.agent().await;
    let conversation = world.only_conversation().await;
    let command = json!({
        "key": "key_00000000000000000000000000000000",
        "command": { "assign_to_me": { "conversation": conversation } },
    });
    let foreign: [&[(&str, &str)]; 6] = [
        &[],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("origin", ORIGIN)],
        &[("sec-fetch-site", "same-site"), ("origin", ORIGIN)],
        &[("sec-fetch-site", "none")],
    ];
    let tested: Vec<_> = routes(&world).await.into_iter().filter(is_unsafe).collect();
    assert!(tested.len() >= 3, "{tested:?}");
    for (method, path) in &tested {
        for headers in foreign {
            let mut request = bare(&agent, method, path).json(&command);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{method} {path} {headers:?}");
            let problem: Problem = answer.json().await.unwrap();
            assert_eq!(problem.code, ErrorCode::ForeignOrigin);
        }
    }
    // Nothing happened: the session lives and nobody holds the conversation.
    assert!(agent.get("/api/session").await.0 == 200);
    let held = "SELECT count(*) AS n FROM conversation WHERE tenant_id = $1 AND assignee_id IS NOT NULL";
    assert_eq!(sql::number(&world.store().await, held).await, 0);
}

async fn no_route_with_a_body_takes_what_a_foreign_form_sends(engine: Engine) {
    let world = World::new(engine).await;
    let agent = world.agent().await;
    for (method, path) in routes(&world).await.into_iter().filter(is_unsafe) {
        if method == Method::DELETE {
            continue; // it has no body
        }
        for kind in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"] {
            let request = bare(&agent, &method, &path).header("origin", ORIGIN).header("content-type", kind);
            let answer = request.body("{}").send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{method} {path} {kind}");
        }
        let untyped = bare(&agent, &method, &path).header("origin", ORIGIN).body("{}").send().await.unwrap();
        assert_eq!(untyped.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{method} {path}");
    }
}

async fn outside_a_demonstration_the_sign_in_page_offers_no_logins(engine: Engine) {
    let world = World::new(engine).await;
    // Also when the file of a demonstration lies there.
    let seed = server::admin::AdminCommand::SeedDemo {};
    server::admin::execute(&world.server.admin(), seed).await.unwrap_or_else(|e| panic!("{e}"));
    assert!(world.server.database.dir().join("demo.json").exists());
    let answer = world.server.http.get(format!("{}/api/sign-in", world.server.base)).send().await.unwrap();
    let text = answer.text().await.unwrap();
    assert!(!text.contains("password") && !text.contains('@'), "{text}");
    let page: shared::api::session::SignInPage = serde_json::from_str(&text).unwrap();
    assert!(page.demo_logins.is_empty() && page.demo_phone.is_none());
}
