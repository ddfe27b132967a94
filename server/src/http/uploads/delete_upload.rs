//! `DELETE /api/uploads/{id}`: a file will not be sent after all.

use actix_web::{HttpResponse, web::Path};
use shared::{
    error::{ErrorCode, Problem},
    ids::UploadId,
};

use crate::{
    domain::conversations::upload,
    http::{ApiError, SignedIn},
};

/// Discards an uploaded file that was not sent; one that is gone is discarded.
#[utoipa::path(
    delete, path = "/api/uploads/{id}", tag = "conversations",
    params(("id" = UploadId, Path, description = "Which")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 404, description = "This is no upload's id", body = Problem),
    )
)]
pub(in crate::http) async fn delete_upload(
    signed: SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id: UploadId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let member = signed.member.member.id;
    signed.tenant.write(move |tx| upload::discard(tx, member, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
