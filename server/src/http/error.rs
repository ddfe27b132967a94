//! Refusals as HTTP answers: `application/problem+json` (RFC 9457).

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode, http::header};
use shared::{
    api::session::{TenantChoice, TenantChoices},
    error::{ErrorCode, Problem},
};

use crate::db::{ReadError, WriteError, connection::OpenError};

/// A refusal, and for the log what was behind it.
#[derive(Debug)]
pub struct ApiError {
    /// Boxed: a refusal must not make every `Result` of the happy path large.
    problem: Box<Problem>,
    cause: Option<String>,
}

impl ApiError {
    /// Adds a sentence about this one case.
    pub(super) fn with_detail(code: ErrorCode, detail: &str) -> Self {
        Problem { detail: Some(detail.to_owned()), ..Problem::new(code) }.into()
    }

    /// "Too many", and when to try again.
    pub(super) fn retry_after(seconds: u32) -> Self {
        Problem { retry_after: Some(seconds), ..Problem::new(ErrorCode::RateLimited) }.into()
    }

    /// Right, but where? With the tenants to choose from.
    pub(super) fn choose(tenants: Vec<TenantChoice>) -> Self {
        Problem { tenants: Some(Box::new(TenantChoices(tenants))), ..Problem::new(ErrorCode::TenantNeeded) }
            .into()
    }

    /// A fault of ours; only the log hears of the cause.
    pub(super) fn internal(cause: impl fmt::Display) -> Self {
        Self::because(ErrorCode::Internal, cause)
    }

    fn because(code: ErrorCode, cause: impl fmt::Display) -> Self {
        Self { problem: Box::new(code.into()), cause: Some(cause.to_string()) }
    }

    /// What was behind it, if that is more than the code.
    pub(super) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// What the caller reads.
    pub(super) fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.title)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        respond(&self.problem)
    }
}

/// A problem as an answer.
pub(super) fn respond(problem: &Problem) -> HttpResponse {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
    if let Some(seconds) = problem.retry_after {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    match serde_json::to_vec(problem) {
        Ok(body) => response.body(body),
        Err(_) => response.finish(),
    }
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Problem::new(code).into()
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), cause: None }
    }
}

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        Self::because(error.code(), error)
    }
}

impl From<WriteError> for ApiError {
    fn from(error: WriteError) -> Self {
        Self::because(error.code(), error)
    }
}

impl From<OpenError> for ApiError {
    fn from(error: OpenError) -> Self {
        Self::because(ErrorCode::Unavailable, error)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    #[actix_web::test]
    async fn a_refusal_is_a_problem_document() {
        let response = ApiError::retry_after(7).error_response();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers().get("retry-after").unwrap(), "7");
        assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json");
        let body = to_bytes(response.into_body()).await.unwrap();
        let problem: Problem = serde_json::from_slice(&body).unwrap();
        assert_eq!((problem.code, problem.retry_after), (ErrorCode::RateLimited, Some(7)));
    }

    #[actix_web::test]
    async fn what_the_database_said_stays_inside() {
        let error = ApiError::from(ReadError::Unavailable("disk I/O error in /secret/place".into()));
        let body = to_bytes(error.error_response().into_body()).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
        assert!(error.cause().is_some_and(|cause| cause.contains("disk")));
    }
}
