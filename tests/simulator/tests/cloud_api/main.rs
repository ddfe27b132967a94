//! The simulator over its own HTTP: what a server under test would see.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod customers;
mod interactive;
mod media_and_templates;
mod receiver;
mod samples;
mod sends;
mod statuses;
mod templates;

use serde_json::{Value, json};
use simulator::{Config, Running, Simulator};

const NUMBER: &str = "106540352240001";
const ACCOUNT: &str = "102290129340001";
const CUSTOMER: &str = "4917604069050";

fn start() -> Running {
    Simulator::start(Config::for_tests()).unwrap()
}

fn http() -> reqwest::Client {
    // The simulator has installed the TLS provider by then.
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn text(body: &str) -> Value {
    json!({
        "messaging_product": "whatsapp", "to": format!("+{CUSTOMER}"), "type": "text",
        "text": { "body": body }, "biz_opaque_callback_data": "out_1",
    })
}

async fn send(meta: &Running, body: &Value) -> Result<(u16, Value), reqwest::Error> {
    let url = format!("{}/v25.0/{NUMBER}/messages", meta.base_url);
    let token = Config::for_tests().app.access_token;
    let answer = http().post(url).bearer_auth(token).json(body).send().await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

async fn get(meta: &Running, path: &str) -> (u16, Value) {
    let url = format!("{}/v25.0/{path}", meta.base_url);
    let token = Config::for_tests().app.access_token;
    let answer = http().get(url).bearer_auth(token).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}
