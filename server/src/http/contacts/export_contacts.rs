//! `GET /api/contacts/export`: all contacts as a file.

use actix_web::{HttpResponse, http::header, web::Bytes};
use futures_util::stream;
use shared::error::Problem;

use crate::{
    domain::contacts::export::{self, Place},
    http::{ApiError, SignedIn},
};

/// Gives all contacts as a file of comma-separated cells, piece by piece.
#[utoipa::path(
    get, path = "/api/contacts/export", tag = "contacts",
    responses(
        (status = 200, description = "`phone`, `name`, `labels`, and a column for each field", body = String,
            content_type = "text/csv"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
    )
)]
pub(in crate::http) async fn export_contacts(signed: SignedIn) -> Result<HttpResponse, ApiError> {
    let (tenant, member) = (signed.tenant, signed.member.member.id);
    tenant.write(move |tx| export::begin(tx, member)).await?;
    let pieces = stream::try_unfold((tenant, Place::Beginning), move |(tenant, place)| async move {
        let piece = export::piece(&tenant, member, place).await;
        // The answer has begun: all that is left is to break it off, so that nobody takes a part for the whole.
        let piece = piece.map_err(|error| {
            tracing::error!(error = %error, "an export of contacts broke off");
            actix_web::error::ErrorInternalServerError("")
        })?;
        Ok::<_, actix_web::Error>(piece.map(|(text, next)| (Bytes::from(text), (tenant, next))))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"contacts.csv\""))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(Box::pin(pieces)))
}
