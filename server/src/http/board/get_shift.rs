//! `GET /api/shift`: what a supervisor looks at when a shift begins.

use actix_web::{HttpRequest, web::Json};
use shared::{
    error::Problem,
    ids::QueueId,
    model::shift::{Shift, ShiftQuery},
};

use crate::{
    domain::board::shift,
    http::{ApiError, SignedIn, json::query},
};

/// Tells who is missing, what stayed open overnight, whose window closes soon, and which blocks are to be judged.
#[utoipa::path(
    get, path = "/api/shift", tag = "board",
    params(("queue" = Option<QueueId>, Query, description = "Only conversations of this queue")),
    responses(
        (status = 200, description = "At most 200 of each, with how many there are", body = Shift),
        (status = 400, description = "The query is not understood", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "The member may not see the board", body = Problem),
    )
)]
pub(in crate::http) async fn get_shift(
    request: HttpRequest,
    signed: SignedIn,
) -> Result<Json<Shift>, ApiError> {
    let query: ShiftQuery = query(&request)?;
    Ok(Json(shift::shift(&signed.tenant, signed.member.member.id, query).await?))
}
