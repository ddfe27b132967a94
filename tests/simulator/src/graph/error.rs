//! Errors as Meta words and shapes them.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

/// A refusal of the Graph API.
#[derive(Debug, Clone)]
pub(crate) struct GraphError {
    pub(crate) http: u16,
    pub(crate) code: u32,
    subcode: Option<u32>,
    message: String,
    details: Option<String>,
    retry_after_s: Option<u64>,
}

impl GraphError {
    /// One of the codes of the messages endpoint, with its status and texts.
    pub(crate) fn of(code: u32) -> Self {
        Self::with_details(code, details_of(code))
    }

    pub(crate) fn with_details(code: u32, details: impl Into<String>) -> Self {
        let message = format!("(#{code}) {}", title_of(code));
        let details = Some(details.into());
        Self { http: http_of(code), code, subcode: None, message, details, retry_after_s: None }
    }

    /// A parameter Meta does not like: code 100 with the reason in the message.
    pub(crate) fn parameter(message: impl fmt::Display) -> Self {
        let message = format!("(#100) {message}");
        Self { http: 400, code: 100, subcode: None, message, details: None, retry_after_s: None }
    }

    /// The token is wrong or missing.
    pub(crate) fn token() -> Self {
        let message = "Error validating access token: The session is invalid.".to_owned();
        Self { http: 401, code: 190, subcode: Some(467), message, details: None, retry_after_s: None }
    }

    /// App id and secret do not fit.
    pub(crate) fn app() -> Self {
        let message = "Invalid OAuth access token signature.".to_owned();
        Self { http: 400, code: 190, subcode: None, message, details: None, retry_after_s: None }
    }

    /// The id is unknown, or not for this token: Meta does not tell which.
    pub(crate) fn unknown_object(method: &str, id: &str) -> Self {
        let message = format!(
            "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to \
             missing permissions, or does not support this operation."
        );
        Self { http: 400, code: 100, subcode: Some(33), message, details: None, retry_after_s: None }
    }

    /// A template that Meta does not want, with its code for the reason.
    pub(crate) fn template(subcode: u32) -> Self {
        let message = "(#100) Invalid parameter".to_owned();
        Self { http: 400, code: 100, subcode: Some(subcode), message, details: None, retry_after_s: None }
    }

    pub(crate) fn with_http(mut self, http: u16) -> Self {
        self.http = http;
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl fmt::Display for GraphError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl ResponseError for GraphError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.http).unwrap_or(StatusCode::BAD_REQUEST)
    }

    fn error_response(&self) -> HttpResponse {
        let trace = uuid::Uuid::new_v7(uuid::Timestamp::now(uuid::NoContext)).simple().to_string();
        let mut error = json!({
            "message": self.message, "type": "OAuthException", "code": self.code,
            "fbtrace_id": format!("A{}", trace.get(16..).unwrap_or_default()),
        });
        if let Some(object) = error.as_object_mut() {
            if let Some(subcode) = self.subcode {
                object.insert("error_subcode".into(), subcode.into());
            }
            if let Some(details) = &self.details {
                let data = json!({ "messaging_product": "whatsapp", "details": details });
                object.insert("error_data".into(), data);
            }
        }
        let mut answer = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.retry_after_s {
            answer.insert_header(("Retry-After", seconds.to_string()));
        }
        answer.json(json!({ "error": error }))
    }
}

/// HTTP status Meta uses for a code.
fn http_of(code: u32) -> u16 {
    match code {
        0 | 190 => 401,
        3 | 131_000 | 131_016 | 131_045 | 133_004 => 500,
        2 | 131_057 => 503,
        10 | 200..=299 | 368 | 130_497 | 131_005 | 131_031 => 403,
        132_001 => 404,
        _ => 400,
    }
}

/// Meta's title of a code.
pub(crate) fn title_of(code: u32) -> &'static str {
    match code {
        4 => "Application request limit reached",
        100 => "Invalid parameter",
        368 => "Temporarily blocked for policies violations",
        80_007 => "Rate limit issues",
        130_429 => "Rate limit hit",
        130_472 => "User's number is part of an experiment",
        131_000 => "Something went wrong",
        131_005 => "Access denied",
        131_008 => "Required parameter is missing",
        131_009 => "Parameter value is not valid",
        131_016 => "Service unavailable",
        131_021 => "Recipient cannot be sender",
        131_026 => "Message undeliverable",
        131_030 => "Recipient phone number not in allowed list",
        131_031 => "Business Account locked",
        131_042 => "Business eligibility payment issue",
        131_047 => "Re-engagement message",
        131_048 => "Spam rate limit hit",
        131_049 => "This message was not delivered to maintain healthy ecosystem engagement.",
        131_050 => "User has stopped marketing messages",
        131_051 => "Unsupported message type",
        131_052 => "Media download error",
        131_053 => "Media upload error",
        131_056 => "(Business Account, Consumer Account) pair rate limit hit",
        131_057 => "Account in maintenance mode",
        132_000 => "Number of parameters does not match the expected number of params",
        132_001 => "Template name does not exist in the translation",
        132_012 => "Parameter format does not match format in the created template",
        132_015 => "Template is Paused",
        132_016 => "Template is Disabled",
        130_403 => "Recipient is blocked",
        139_100 => "Failed to block/unblock some users",
        139_101 => "Blocklist limit reached",
        139_102 => "Blocklist concurrent update",
        139_103 => "Internal error",
        200 => "You do not have the permission to do this",
        133_005 => "Two step verification PIN Mismatch",
        133_016 => "Account register deregister rate limit exceeded",
        _ => "Message failed",
    }
}

/// Our words for the reason, where a test gives none.
pub(crate) fn details_of(code: u32) -> &'static str {
    match code {
        131_026 => "The recipient cannot receive this message.",
        131_047 => "More than 24 hours have passed since the customer last replied to this number.",
        130_429 => "Too many messages were sent from this number in a short time.",
        131_056 => "Too many messages were sent to this person in a short time.",
        131_000 => "Message failed to send due to an unknown error.",
        _ => "The message was not sent.",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use serde_json::Value;

    use super::*;

    async fn shown(error: GraphError) -> (u16, Value) {
        let answer = error.error_response();
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body()).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[actix_web::test]
    async fn a_refusal_has_metas_shape() {
        let (status, body) = shown(GraphError::of(131_047)).await;
        assert_eq!(status, 400);
        let error = &body["error"];
        assert_eq!(error["message"], "(#131047) Re-engagement message");
        assert_eq!(error["type"], "OAuthException");
        assert_eq!(error["code"], 131_047);
        assert_eq!(error["error_data"]["messaging_product"], "whatsapp");
        assert!(error["error_data"]["details"].as_str().unwrap().contains("24 hours"));
        assert!(error["fbtrace_id"].as_str().unwrap().starts_with('A'));
    }

    #[actix_web::test]
    async fn a_wrong_token_is_401_and_190() {
        let (status, body) = shown(GraphError::token()).await;
        assert_eq!((status, &body["error"]["code"]), (401, &json!(190)));
    }

    #[actix_web::test]
    async fn an_unknown_object_is_100_with_subcode_33() {
        let (status, body) = shown(GraphError::unknown_object("post", "7")).await;
        assert_eq!((status, &body["error"]["code"]), (400, &json!(100)));
        assert_eq!(body["error"]["error_subcode"], 33);
    }
}
