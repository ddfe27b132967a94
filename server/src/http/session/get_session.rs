//! `GET /api/session`: who is signed in.

use actix_web::HttpResponse;
use shared::{api::session::Session, error::ErrorCode};

use super::describe;
use crate::http::{ApiError, SignedIn};

/// Says who is signed in. That nobody is, is an answer and no failure: a page asks before anybody is.
#[utoipa::path(
    get, path = "/api/session", tag = "session",
    responses(
        (status = 200, description = "Who is signed in", body = Session),
        (status = 204, description = "Nobody is"),
    )
)]
pub(in crate::http) async fn get_session(
    signed: Result<SignedIn, ApiError>,
) -> Result<HttpResponse, ApiError> {
    match signed {
        Ok(signed) => {
            let session = describe(&signed.tenant, signed.account, &signed.member).await?;
            Ok(HttpResponse::Ok().json(session))
        }
        Err(error) if error.problem().code == ErrorCode::Unauthenticated => {
            Ok(HttpResponse::NoContent().finish())
        }
        Err(error) => Err(error),
    }
}
