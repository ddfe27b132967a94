//! `GET /api/session`: who is signed in.

use actix_web::web::Json;
use shared::{api::session::Session, error::Problem};

use super::describe;
use crate::http::{ApiError, SignedIn};

/// Says who is signed in.
#[utoipa::path(
    get, path = "/api/session", tag = "session",
    responses(
        (status = 200, description = "Who is signed in", body = Session),
        (status = 401, description = "Nobody is", body = Problem),
    )
)]
pub(in crate::http) async fn get_session(signed: SignedIn) -> Result<Json<Session>, ApiError> {
    describe(&signed.tenant, signed.account, &signed.member).await.map(Json)
}
