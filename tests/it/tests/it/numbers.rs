//! Connecting WhatsApp numbers and knowing how they are.

mod connecting;
mod doors;
mod health;
mod orders;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::{
    api::numbers::{ConnectedNumber, ConnectionsPage},
    apply::View,
    error::{ErrorCode, Problem},
    ids::ChannelId,
    model::health::ChannelHealth,
};
use simulator::{App, Number, Running};

use crate::harness::{LiveClient, User, World};

/// A third app, which nobody has connected yet, with one number.
fn introduce(world: &World, meta: &Running) -> App {
    let app = App {
        webhook_url: None,
        verify_token: "to be pasted".into(),
        app_secret: "gamma-app-secret".into(),
        access_token: "gamma-access-token".into(),
        app_id: "700000000000003".into(),
        waba_id: "800000000000003".into(),
        numbers: vec![Number {
            phone_number_id: "900000000000005".into(),
            display_phone_number: "+49 30 5550105".into(),
            verified_name: "Gamma".into(),
            waba_id: None,
        }],
    };
    meta.control().add_app(app.clone());
    assert!(!world.server.base.is_empty());
    app
}

fn secrets(app: &App) -> Value {
    json!({ "app_id": app.app_id, "app_secret": app.app_secret, "access_token": app.access_token })
}

fn order(app: &App) -> Value {
    json!({ "app": secrets(app), "account": app.waba_id, "phone_number_id": app.numbers[0].phone_number_id,
            "name": " Gamma shop ", "colour": "rose" })
}

async fn ask(user: &User, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
    let answer = user.request(method, path).json(body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap_or(Value::Null))
}

async fn post(user: &User, path: &str, body: &Value) -> Result<Value, Problem> {
    let (status, body) = ask(user, Method::POST, path, body).await;
    if status.is_success() { Ok(body) } else { Err(serde_json::from_value(body).unwrap()) }
}

async fn refused(user: &User, path: &str, body: &Value) -> ErrorCode {
    post(user, path, body).await.expect_err("a refusal").code
}

async fn connect(user: &User, app: &App) -> ConnectedNumber {
    serde_json::from_value(post(user, "/api/channels", &order(app)).await.unwrap()).unwrap()
}

async fn connections(user: &User) -> ConnectionsPage {
    let (status, body) = user.get("/api/connections").await;
    assert!(status.is_success(), "{status} {body}");
    serde_json::from_value(body).unwrap()
}

/// Waits until what a console knows is as wanted.
async fn until(client: &mut LiveClient, wanted: impl Fn(&View) -> bool) {
    client.until("the console knows", |one| wanted(one.view())).await;
}

async fn check(user: &User, id: ChannelId) -> ChannelHealth {
    serde_json::from_value(post(user, &format!("/api/channels/{id}/check"), &json!({})).await.unwrap())
        .unwrap()
}
