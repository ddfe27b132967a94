//! `GET /api/notices`: a page of what the member was told of.

use actix_web::{HttpRequest, web::Json};
use shared::{
    api::notices::{NoticesPage, NoticesQuery},
    error::Problem,
    ids::NoticeId,
};

use crate::{
    domain::notices,
    http::{ApiError, SignedIn, json::query},
};

/// Lists what the member was told of, read or not, newest first.
#[utoipa::path(
    get, path = "/api/notices", tag = "conversations",
    params(("before" = Option<NoticeId>, Query, description = "Only older ones than this")),
    responses(
        (status = 200, description = "A page", body = NoticesPage),
        (status = 400, description = "The query is not understood", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
    )
)]
pub(in crate::http) async fn list_notices(
    request: HttpRequest,
    signed: SignedIn,
) -> Result<Json<NoticesPage>, ApiError> {
    let query: NoticesQuery = query(&request)?;
    Ok(Json(notices::page(&signed.tenant, signed.member.member.id, query).await?))
}
