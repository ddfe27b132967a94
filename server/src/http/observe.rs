//! One id and one log line per request, and the boundary at which faults are logged and emptied.

use std::time::Instant as Monotonic;

use actix_web::{
    Error, HttpMessage,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    middleware::Next,
};
use shared::error::{ErrorCode, Problem};
use uuid::Uuid;

use super::error::{ApiError, respond};
use crate::tenant::TenantId;

/// Tells a request from others, in the answer and in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps everything else. Never logs query strings, bodies, cookies or addresses.
pub(super) async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = Uuid::now_v7().simple().to_string();
    let started = Monotonic::now();
    let mut response = next.call(request).await?.map_into_boxed_body();
    let theirs = response.response().error().is_some_and(|error| error.as_error::<ApiError>().is_none());
    if response.status().is_server_error() {
        response = empty_fault(response, &id);
    } else if theirs {
        let problem = Problem::new(code_of(response.status()));
        response = replace(response, &problem);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    log(&response, &id, started);
    Ok(response)
}

/// Logs what happened and answers nothing but the code and where to find it in the log. Answers that
/// are not problems (the page that stands in for a missing console) stay as they are.
fn empty_fault(response: ServiceResponse, id: &str) -> ServiceResponse {
    let problem = match response.response().error() {
        None => return response,
        Some(error) => {
            let api = error.as_error::<ApiError>();
            let cause = api.and_then(ApiError::cause).map_or_else(|| error.to_string(), str::to_owned);
            let tenant = response.request().extensions().get::<TenantId>().map(|id| id.get());
            tracing::error!(
                request.id = id,
                tenant.id = tenant,
                method = %response.request().method(),
                route = response.request().match_pattern().unwrap_or_default(),
                status = response.status().as_u16(),
                cause,
                "a request failed"
            );
            let code = api.map_or(ErrorCode::Internal, |api| api.problem().code);
            let retry_after = api.and_then(|api| api.problem().retry_after);
            Problem { request_id: Some(id.into()), retry_after, ..Problem::new(code) }
        }
    };
    replace(response, &problem)
}

/// What the framework refused by itself, in our words.
fn code_of(status: StatusCode) -> ErrorCode {
    match status {
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ErrorCode::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::PayloadTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ErrorCode::UnsupportedMediaType,
        _ => ErrorCode::BadRequest,
    }
}

/// Another answer to the same request; headers that inner middleware set stay.
fn replace(response: ServiceResponse, problem: &Problem) -> ServiceResponse {
    let mut answer = respond(problem);
    let (request, replaced) = response.into_parts();
    for (name, value) in replaced.headers() {
        if !answer.headers().contains_key(name) {
            answer.headers_mut().insert(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, answer)
}

fn log(response: &ServiceResponse, id: &str, started: Monotonic) {
    let request = response.request();
    tracing::debug!(
        request.id = id,
        tenant.id = request.extensions().get::<TenantId>().map(|id| id.get()),
        method = %request.method(),
        route = request.match_pattern().unwrap_or_default(),
        status = response.status().as_u16(),
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
}
