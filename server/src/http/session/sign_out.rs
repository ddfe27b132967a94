//! `DELETE /api/session`: the session is over, on this connection and on the live one.

use actix_web::{HttpResponse, web::Data};
use shared::error::Problem;

use super::{cookie, noted};
use crate::{
    app::App,
    db::control::session,
    http::{ApiError, SignedIn},
};

/// Signs out.
#[utoipa::path(
    delete, path = "/api/session", tag = "session",
    responses(
        (status = 204, description = "Signed out; takes the session cookie away"),
        (status = 401, description = "Nobody is signed in", body = Problem),
    )
)]
pub(in crate::http) async fn sign_out(app: Data<App>, signed: SignedIn) -> Result<HttpResponse, ApiError> {
    let ended = signed.token_hash.clone();
    app.store.control().write(move |conn| session::delete(conn, &ended)).await?;
    app.hub.end_session(&signed.token_hash);
    noted::note(&signed.tenant, signed.member.member.id, noted::END).await;
    Ok(HttpResponse::NoContent().insert_header(cookie::drop()).finish())
}
