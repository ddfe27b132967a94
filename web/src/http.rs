//! Requests to our own server: JSON in, JSON or a [`Problem`] out.

use gloo_net::http::{Request, Response};
use serde::{Serialize, de::DeserializeOwned};
use shared::error::{ErrorCode, Problem};

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

/// `GET` with a JSON answer.
pub(crate) async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Refused> {
    let response = Request::get(path).send().await.map_err(|_| Refused::Unreachable)?;
    read(accepted(response).await?).await
}

/// `POST` of a JSON body with a JSON answer.
pub(crate) async fn post<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T, Refused> {
    let request = Request::post(path).json(body).map_err(|_| Refused::Unreachable)?;
    let response = request.send().await.map_err(|_| Refused::Unreachable)?;
    read(accepted(response).await?).await
}

/// `DELETE` without an answer.
pub(crate) async fn delete(path: &str) -> Result<(), Refused> {
    let response = Request::delete(path).send().await.map_err(|_| Refused::Unreachable)?;
    accepted(response).await.map(|_| ())
}

/// A value for a query string.
pub(crate) fn encoded(value: &str) -> String {
    js_sys::encode_uri_component(value).into()
}

async fn accepted(response: Response) -> Result<Response, Refused> {
    if response.ok() {
        return Ok(response);
    }
    Err(response.json().await.map_or(Refused::Unreachable, Refused::Problem))
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Refused> {
    // Text first: serde_json is here anyway, and one JSON reader is enough for the download.
    let text = response.text().await.map_err(|_| Refused::Unreachable)?;
    serde_json::from_str(&text).map_err(|_| Refused::Unreachable)
}
