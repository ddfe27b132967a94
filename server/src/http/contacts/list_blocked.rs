//! `GET /api/blocked`: who is kept from writing to us.

use actix_web::web::Json;
use shared::{error::Problem, model::contact::BlockedContacts};

use crate::{
    domain::contacts::blocked,
    http::{ApiError, SignedIn},
};

/// Lists the customers who are kept from writing, with who wished it and why.
#[utoipa::path(
    get, path = "/api/blocked", tag = "contacts",
    responses(
        (status = 200, description = "Those that nobody has judged first", body = BlockedContacts),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
    )
)]
pub(in crate::http) async fn list_blocked(signed: SignedIn) -> Result<Json<BlockedContacts>, ApiError> {
    Ok(Json(blocked::list(&signed.tenant, signed.member.member.id).await?))
}
