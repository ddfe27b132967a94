//! `GET /api/labels`: all of them.

use actix_web::web::Json;
use shared::{api::contacts::LabelsPage, error::Problem};

use crate::{
    domain::labels,
    http::{ApiError, SignedIn},
};

/// Lists all of them.
#[utoipa::path(
    get, path = "/api/labels", tag = "contacts",
    responses(
        (status = 200, description = "All of them", body = LabelsPage),
        (status = 401, description = "Nobody is signed in", body = Problem),
    )
)]
pub(in crate::http) async fn list_labels(signed: SignedIn) -> Result<Json<LabelsPage>, ApiError> {
    let labels = labels::list(&signed.tenant, signed.member.member.id).await?;
    Ok(Json(LabelsPage { labels }))
}
