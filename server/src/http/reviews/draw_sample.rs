//! `GET /api/reviews/sample`: conversations to be reviewed, drawn at random.

use actix_web::{HttpRequest, web::Json};
use shared::{
    api::reviews::{Sample, SampleQuery},
    error::Problem,
    ids::{MemberId, QueueId},
};

use crate::{
    domain::reviews,
    http::{ApiError, SignedIn, json::query},
};

/// Draws closed conversations that members answered, as evenly over them as can be; none that the reviewer held or
/// has reviewed.
#[utoipa::path(
    get, path = "/api/reviews/sample", tag = "reviews",
    params(
        ("count" = Option<u32>, Query, description = "How many, 1 to 50; 10 when absent"),
        ("member" = Option<MemberId>, Query, description = "Only answered by this member"),
        ("queue" = Option<QueueId>, Query, description = "Only of this queue"),
        ("days" = Option<u32>, Query, description = "Closed within so many days, 1 to 90; 7 when absent"),
        ("seed" = Option<u32>, Query, description = "The same seed draws the same"),
    ),
    responses(
        (status = 200, description = "What was drawn", body = Sample),
        (status = 400, description = "The query is not understood", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "The member may not review", body = Problem),
    )
)]
pub(in crate::http) async fn draw_sample(
    request: HttpRequest,
    signed: SignedIn,
) -> Result<Json<Sample>, ApiError> {
    let query: SampleQuery = query(&request)?;
    Ok(Json(reviews::sample(&signed.tenant, signed.member.member.id, query).await?))
}
