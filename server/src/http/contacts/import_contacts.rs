//! `POST /api/contacts/import`: contacts out of a file.

use actix_web::web::Json;
use shared::{
    api::contacts::{ImportReport, ImportRequest},
    error::Problem,
};

use crate::{
    domain::contacts::import::{self, ImportError},
    http::{ApiError, json::SignedJson},
};

/// Largest body: a file of 20,000 lines with some fields.
pub(in crate::http) const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Takes contacts in from a file, or only tells what that would do. The same file again changes nothing.
#[utoipa::path(
    post, path = "/api/contacts/import", tag = "contacts", request_body = ImportRequest,
    responses(
        (status = 200, description = "What is done, and which lines have a fault", body = ImportReport),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 409, description = "More than 20,000 lines", body = Problem),
        (status = 413, description = "The file is too large", body = Problem),
    )
)]
pub(in crate::http) async fn import_contacts(
    request: SignedJson<ImportRequest>,
) -> Result<Json<ImportReport>, ApiError> {
    let SignedJson { signed, body } = request;
    let report = import::import(&signed.tenant, signed.member.member.id, body).await;
    Ok(Json(report.map_err(|error| match error {
        ImportError::Read(error) => ApiError::from(error),
        ImportError::Write(error) => ApiError::from(error),
    })?))
}
