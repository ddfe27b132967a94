//! `GET /api/reviews`: what was thought of how members answered.

use actix_web::{HttpRequest, web::Json};
use shared::{
    api::reviews::{ReviewsPage, ReviewsQuery},
    error::Problem,
    ids::MemberId,
};

use crate::{
    domain::reviews,
    http::{ApiError, SignedIn, json::query},
};

/// Lists reviews and what they come to. Everybody may read those of themselves.
#[utoipa::path(
    get, path = "/api/reviews", tag = "reviews",
    params(
        ("member" = Option<MemberId>, Query, description = "Only of this member"),
        ("from" = Option<String>, Query, description = "Written on this day or later, `2026-01-31`"),
        ("to" = Option<String>, Query, description = "Written on this day or before"),
    ),
    responses(
        (status = 200, description = "The newest 200, and the averages of all", body = ReviewsPage),
        (status = 400, description = "The query is not understood", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "They are of somebody else, and the member may not review", body = Problem),
    )
)]
pub(in crate::http) async fn list_reviews(
    request: HttpRequest,
    signed: SignedIn,
) -> Result<Json<ReviewsPage>, ApiError> {
    let query: ReviewsQuery = query(&request)?;
    Ok(Json(reviews::list(&signed.tenant, signed.member.member.id, query).await?))
}
