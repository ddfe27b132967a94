//! The two handlers Meta calls.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::ContentType,
    web::{Bytes, Data, Path, Query},
};
use secrecy::ExposeSecret;
use serde::Deserialize;
use shared::error::ErrorCode;
use subtle::ConstantTimeEq;

use super::{
    calls, intake,
    signature::{self, Verdict},
    split,
};
use crate::{
    app::App,
    domain::numbers::Call,
    fault::{self, Point},
    http::ApiError,
};

/// What Meta sends to prove that the URL is ours.
#[derive(Deserialize)]
pub struct Handshake {
    #[serde(rename = "hub.mode", default)]
    mode: String,
    #[serde(rename = "hub.verify_token", default)]
    verify_token: String,
    #[serde(rename = "hub.challenge", default)]
    challenge: String,
}

/// `GET /webhooks/whatsapp/{key}`: answers the challenge when the token is right.
///
/// # Errors
/// `not_found` for an unknown key, `forbidden` for a wrong token or mode.
pub async fn verify_webhook(
    app: Data<App>,
    key: Path<String>,
    handshake: Query<Handshake>,
) -> Result<HttpResponse, ApiError> {
    let connection = app.connections.by_key(&key).await?;
    let connection = connection.ok_or(ErrorCode::NotFound)?;
    let expected = connection.verify_token.expose_secret().as_bytes();
    let right = !expected.is_empty() && bool::from(expected.ct_eq(handshake.verify_token.as_bytes()));
    if !right || handshake.mode != "subscribe" {
        calls::note(&app, &connection, Call::WrongVerifyToken);
        return Err(ErrorCode::Forbidden.into());
    }
    calls::note(&app, &connection, Call::Confirmed);
    Ok(HttpResponse::Ok().content_type(ContentType::plaintext()).body(handshake.challenge.clone()))
}

/// `POST /webhooks/whatsapp/{key}`: 200 once everything in the body is durable, 503 when not.
///
/// # Errors
/// `not_found`, `unauthenticated` without a signature, `forbidden` with a wrong one, `unavailable`.
pub async fn receive_webhook(
    request: HttpRequest,
    app: Data<App>,
    key: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, ApiError> {
    let connection = app.connections.by_key(&key).await?;
    let connection = connection.ok_or(ErrorCode::NotFound)?;
    let mut headers = request.headers().get_all("x-hub-signature-256");
    let header = headers.next().and_then(|value| value.to_str().ok());
    if headers.next().is_some() {
        return Err(ErrorCode::Forbidden.into()); // two signatures: one of them is a trick
    }
    match signature::check(&connection.app_secrets, header, &body) {
        Verdict::Authentic => {}
        Verdict::Missing => return Err(ErrorCode::Unauthenticated.into()),
        Verdict::Forged => {
            tracing::warn!(connection.id = %connection.id, "a webhook with a wrong signature was refused");
            calls::note(&app, &connection, Call::WrongSignature);
            return Err(ErrorCode::Forbidden.into());
        }
        Verdict::NoSecret => {
            tracing::error!(connection.id = %connection.id, "no app secret is configured; webhooks are refused");
            return Err(ErrorCode::Unavailable.into());
        }
    }
    fault::reach(Point::IngestVerified);
    let items = std::str::from_utf8(&body).ok().and_then(|text| split::split(text).ok());
    let taken = match items {
        Some(items) => intake::take(&app.store, &app.connections, &connection, items).await,
        None => intake::isolate_body(&app.store, &connection, &body).await,
    };
    match taken {
        Ok(()) => {
            calls::note(&app, &connection, Call::Webhook);
            fault::reach(Point::IngestDurable);
            Ok(HttpResponse::Ok().finish())
        }
        Err(intake::NotDurable) => Err(ErrorCode::Unavailable.into()),
    }
}
