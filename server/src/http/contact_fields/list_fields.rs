//! `GET /api/contact-fields`: all of them.

use actix_web::web::Json;
use shared::{api::contacts::FieldsPage, error::Problem};

use crate::{
    domain::fields,
    http::{ApiError, SignedIn},
};

/// Lists all of them.
#[utoipa::path(
    get, path = "/api/contact-fields", tag = "contacts",
    responses(
        (status = 200, description = "All of them", body = FieldsPage),
        (status = 401, description = "Nobody is signed in", body = Problem),
    )
)]
pub(in crate::http) async fn list_fields(signed: SignedIn) -> Result<Json<FieldsPage>, ApiError> {
    let fields = fields::list(&signed.tenant, signed.member.member.id).await?;
    Ok(Json(FieldsPage { fields }))
}
