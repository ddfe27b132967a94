//! `GET /api/audit/export`: who did what, as a file.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Bytes};
use futures_util::stream;
use shared::{api::audit::AuditQuery, error::Problem, ids::MemberId};

use super::list_audit::understood;
use crate::{
    domain::audit,
    http::{ApiError, SignedIn},
};

/// Gives what fits as a file of comma-separated cells, the newest first, piece by piece. Taking it out is an entry of
/// the log.
#[utoipa::path(
    get, path = "/api/audit/export", tag = "audit",
    params(
        ("member" = Option<MemberId>, Query, description = "Only done by this member"),
        ("action" = Option<String>, Query, description = "Only this, or all that begin with it and a dot"),
        ("object" = Option<String>, Query, description = "Only what names this id"),
        ("from" = Option<String>, Query, description = "On this day or later, `2026-01-31`"),
        ("to" = Option<String>, Query, description = "On this day or before"),
    ),
    responses(
        (status = 200, description = "`seq`, `at`, `actor`, `name`, `action`, `object`, `hash`", body = String,
            content_type = "text/csv"),
        (status = 400, description = "The query is not understood", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
    )
)]
pub(in crate::http) async fn export_audit(
    request: HttpRequest,
    signed: SignedIn,
) -> Result<HttpResponse, ApiError> {
    let (tenant, member, wanted) = (signed.tenant, signed.member.member.id, understood(&request)?);
    let noted = wanted.clone();
    tenant.write(move |tx| audit::begin(tx, member, "audit.export", &noted)).await?;
    let pieces = stream::try_unfold((tenant, Some(wanted)), move |(tenant, rest)| async move {
        let Some(query) = rest else { return Ok(None) };
        let (text, next) = audit::piece(&tenant, member, query.clone()).await.map_err(|error| {
            // The answer has begun: all that is left is to break it off, so that nobody takes a part for the whole.
            tracing::error!(error = %error, "an export of the audit log broke off");
            actix_web::error::ErrorInternalServerError("")
        })?;
        let rest = next.map(|before| AuditQuery { before: Some(before), ..query });
        Ok::<_, actix_web::Error>(Some((Bytes::from(text), (tenant, rest))))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"activity.csv\""))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(Box::pin(pieces)))
}
