//! What members send besides plain words: files, and answers to one message.

mod answers;
mod base;
mod begin;
mod files;
mod interactive;
mod reactions;
pub(crate) mod stickers;
mod templates;

use reqwest::{Method, StatusCode};
use serde_json::Value;
use shared::{
    error::{ErrorCode, Problem},
    ids::{ConversationId, MessageId, UploadId},
    live::command::Command,
    model::{
        message::{DeliveryState, Message},
        outgoing::{Outgoing, Upload},
    },
};

use crate::{
    harness::{User, eventually},
    webhook::changes::timeline,
};

/// A request that brings bytes.
fn octets(user: &User, path: &str) -> reqwest::RequestBuilder {
    user.request(Method::POST, path).header("content-type", "application/octet-stream")
}

/// Uploads a file.
pub(crate) async fn uploads(user: &User, name: &str, bytes: &[u8]) -> Result<Upload, ErrorCode> {
    let path = format!("/api/uploads?name={name}");
    let answer = octets(user, &path).body(bytes.to_vec()).send().await.unwrap();
    match answer.status() {
        StatusCode::OK => Ok(answer.json().await.unwrap()),
        _ => Err(answer.json::<Problem>().await.unwrap().code),
    }
}

/// Sends an uploaded file.
fn file(conversation: ConversationId, upload: UploadId, caption: Option<&str>) -> Command {
    let what = Outgoing::File { upload, caption: caption.map(str::to_owned) };
    Command::Send { conversation, answers: None, base: None, what }
}

/// A message once it is as wanted.
pub(crate) async fn becomes(
    user: &User,
    id: ConversationId,
    message: MessageId,
    state: DeliveryState,
) -> Message {
    eventually(&format!("the message is {}", state.as_str()), async || {
        let found = timeline(user, id).await.into_iter().find(|found| found.id == message)?;
        found.delivery.as_ref().is_some_and(|delivery| delivery.state == state).then_some(found)
    })
    .await
}

/// What the Graph API was asked to send, newest last.
pub(crate) fn bodies(meta: &simulator::Running) -> Vec<Value> {
    let sends = meta.control().sends().into_iter();
    sends.filter(|send| send.kind == simulator::SendKind::Message).map(|send| send.body).collect()
}
