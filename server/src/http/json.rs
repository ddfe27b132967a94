//! Bodies and query strings, read with our own refusals.

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    error::JsonPayloadError,
    web::{Json, JsonConfig, Query},
};
use serde::de::DeserializeOwned;
use shared::error::ErrorCode;

use super::{error::ApiError, signed_in::SignedIn};

/// Largest JSON body; the largest command is a few KiB.
pub(super) const MOST_BYTES: usize = 256 * 1024;

/// How JSON bodies are read everywhere.
pub(super) fn config() -> JsonConfig {
    config_for(MOST_BYTES)
}

/// How a JSON body of at most so many bytes is read.
pub(super) fn config_for(most: usize) -> JsonConfig {
    JsonConfig::default().limit(most).error_handler(|error, _| refusal(error).into())
}

fn refusal(error: JsonPayloadError) -> ApiError {
    match error {
        JsonPayloadError::ContentType => ErrorCode::UnsupportedMediaType.into(),
        JsonPayloadError::OverflowKnownLength { .. } | JsonPayloadError::Overflow { .. } => {
            ErrorCode::PayloadTooLarge.into()
        }
        // Line, column and the name of a field; serde quotes no values of strings it did not expect.
        JsonPayloadError::Deserialize(error) if error.is_data() => {
            ApiError::with_detail(ErrorCode::BadRequest, "the body does not have the expected fields")
        }
        JsonPayloadError::Deserialize(_) => {
            ApiError::with_detail(ErrorCode::BadRequest, "the body is not well-formed JSON")
        }
        JsonPayloadError::Payload(_) => {
            ApiError::with_detail(ErrorCode::BadRequest, "the body did not arrive completely")
        }
        _ => ErrorCode::BadRequest.into(),
    }
}

/// A signed-in member and a JSON body. The session comes first: nobody without one learns what is
/// wrong with a body.
pub(super) struct SignedJson<T> {
    pub(super) signed: SignedIn,
    pub(super) body: T,
}

impl<T: DeserializeOwned + 'static> FromRequest for SignedJson<T> {
    type Error = actix_web::Error;
    type Future = futures_util::future::LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let signed = SignedIn::of(&request).await?;
            let Json(body) = Json::<T>::from_request(&request, &mut payload).await?;
            Ok(Self { signed, body })
        })
    }
}

/// The query string as a value.
pub(super) fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, ApiError> {
    Query::<T>::from_query(request.query_string())
        .map(Query::into_inner)
        .map_err(|_| ApiError::with_detail(ErrorCode::BadRequest, "the query is not understood"))
}
