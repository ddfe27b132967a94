//! Canned replies: who sees and writes them, taking them elsewhere, and the files that go with them.

mod doors;
mod files;
mod transfer;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::{
    api::canned::{CannedPage, WriteCannedRequest, WrittenFile},
    ids::CannedReplyId,
    model::canned::{CannedReply, CannedScope, CannedWords},
};

use crate::harness::User;

fn words(shortcut: &str) -> CannedWords {
    CannedWords {
        folder: "Greetings".into(),
        shortcut: shortcut.into(),
        language: String::new(),
        title: format!("About {shortcut}"),
        text: "Hello {{first_name}}".into(),
    }
}

fn reply(scope: CannedScope, shortcut: &str) -> WriteCannedRequest {
    WriteCannedRequest { scope, words: words(shortcut), file: WrittenFile::Nothing }
}

async fn create(user: &User, written: &WriteCannedRequest) -> (StatusCode, Value) {
    user.send(Method::POST, "/api/canned", &json!(written)).await
}

async fn created(user: &User, written: &WriteCannedRequest) -> CannedReply {
    let (status, body) = create(user, written).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    serde_json::from_value(body).unwrap()
}

fn path(id: CannedReplyId) -> String {
    format!("/api/canned/{id}")
}

async fn put(user: &User, id: CannedReplyId, written: &WriteCannedRequest) -> (StatusCode, Value) {
    user.send(Method::PUT, &path(id), &json!(written)).await
}

async fn remove(user: &User, id: CannedReplyId) -> StatusCode {
    user.send(Method::DELETE, &path(id), &Value::Null).await.0
}

async fn all(user: &User) -> Vec<CannedReply> {
    let (status, body) = user.get("/api/canned").await;
    assert_eq!(status, StatusCode::OK);
    serde_json::from_value::<CannedPage>(body).unwrap().replies
}

/// The shortcuts that somebody can use, in order.
async fn shortcuts(user: &User) -> Vec<String> {
    let mut all: Vec<String> = all(user).await.into_iter().map(|reply| reply.words.shortcut).collect();
    all.sort();
    all
}
