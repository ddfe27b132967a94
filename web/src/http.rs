//! Requests to our own server: JSON in, JSON or a [`Problem`] out.

use std::pin::Pin;

use js_sys::futures::JsFuture;
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use shared::error::{ErrorCode, Problem};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, RequestInit, Response};

use crate::json;

/// Why there is no answer to use.
#[derive(Debug, Clone)]
pub(crate) enum Refused {
    /// The server said no, and why.
    Problem(Problem),
    /// The server could not be reached, or what answered was not our server.
    Unreachable,
}

impl Refused {
    /// The code, when the server gave one.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            Self::Unreachable => None,
        }
    }
}

thread_local! {
    // Requests are made where no session is at hand; whoever has one listens here.
    static DOUBTS: ArcRwSignal<u32> = ArcRwSignal::new(0);
}

/// Notes that the server answered as if nobody were signed in.
pub(crate) fn doubt() {
    DOUBTS.with(|doubts| doubts.update(|n| *n += 1));
}

/// How often that was noted; tracked.
pub(crate) fn doubts() -> u32 {
    DOUBTS.with(ArcRwSignal::get)
}

/// `GET` with a JSON answer; no content reads as `null`.
pub(crate) async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Refused> {
    read(&ask("GET", path, None).await?)
}

/// `POST` of a JSON body with a JSON answer.
pub(crate) async fn post<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T, Refused> {
    let body = serde_json::to_string(body).map_err(|_| Refused::Unreachable)?;
    read(&ask("POST", path, Some(body)).await?)
}

/// `PUT` of a JSON body with a JSON answer.
pub(crate) async fn put<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T, Refused> {
    let body = serde_json::to_string(body).map_err(|_| Refused::Unreachable)?;
    read(&ask("PUT", path, Some(body)).await?)
}

/// `POST` of a body that is JSON already, as a file that somebody chose may be.
pub(crate) async fn post_text<T: DeserializeOwned>(path: &str, body: String) -> Result<T, Refused> {
    read(&ask("POST", path, Some(body)).await?)
}

/// `DELETE` without an answer.
pub(crate) async fn delete(path: &str) -> Result<(), Refused> {
    ask("DELETE", path, None).await.map(|_| ())
}

/// A value for a query string.
pub(crate) fn encoded(value: &str) -> String {
    js_sys::encode_uri_component(value).into()
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Refused> {
    json::read(if text.is_empty() { "null" } else { text }).map_err(|_| Refused::Unreachable)
}

/// Compiled once: what every kind of answer has a copy of would weigh.
fn ask(method: &'static str, path: &str, body: Option<String>) -> Answer {
    Box::pin(asked(method, path.to_owned(), body))
}

type Answer = Pin<Box<dyn Future<Output = Result<String, Refused>>>>;

async fn asked(method: &'static str, path: String, body: Option<String>) -> Result<String, Refused> {
    let (accepted, text) = fetch(method, &path, body).await.map_err(|_| Refused::Unreachable)?;
    if accepted {
        return Ok(text);
    }
    let refused = json::read(&text).map_or(Refused::Unreachable, Refused::Problem);
    if refused.code() == Some(ErrorCode::Unauthenticated) {
        doubt();
    }
    Err(refused)
}

/// Whether the status is one of success, and the body.
async fn fetch(method: &str, path: &str, body: Option<String>) -> Result<(bool, String), JsValue> {
    let init = RequestInit::new();
    init.set_method(method);
    if let Some(body) = body {
        let headers = Headers::new()?;
        headers.set("content-type", "application/json")?;
        init.set_headers(&headers);
        init.set_body(&body.into());
    }
    let response = JsFuture::from(window().fetch_with_str_and_init(path, &init)).await?;
    let response: Response = response.unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.ok(), text.as_string().unwrap_or_default()))
}
