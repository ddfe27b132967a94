//! `GET /api/audit`: who did what, page by page.

use actix_web::{HttpRequest, web::Json};
use shared::{
    api::audit::{AuditPage, AuditQuery},
    error::{ErrorCode, Problem},
    ids::MemberId,
};

use crate::{
    domain::audit,
    http::{ApiError, SignedIn, json::query},
};

/// Lists what was done, the newest first. Everybody may read what they did themselves; the first page of what others
/// did is an entry of the log.
#[utoipa::path(
    get, path = "/api/audit", tag = "audit",
    params(
        ("member" = Option<MemberId>, Query, description = "Only done by this member"),
        ("action" = Option<String>, Query, description = "Only this, or all that begin with it and a dot"),
        ("object" = Option<String>, Query, description = "Only what names this id"),
        ("from" = Option<String>, Query, description = "On this day or later, `2026-01-31`"),
        ("to" = Option<String>, Query, description = "On this day or before"),
        ("before" = Option<u64>, Query, description = "Only numbers below; `next` of the page before"),
    ),
    responses(
        (status = 200, description = "At most 100; 100,000 are looked at", body = AuditPage),
        (status = 400, description = "The query is not understood", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "They are of somebody else, and the member may not see them", body = Problem),
    )
)]
pub(in crate::http) async fn list_audit(
    request: HttpRequest,
    signed: SignedIn,
) -> Result<Json<AuditPage>, ApiError> {
    let (tenant, member, wanted) = (signed.tenant, signed.member.member.id, understood(&request)?);
    if wanted.before.is_none() && wanted.member != Some(member) {
        let noted = wanted.clone();
        tenant.write(move |tx| audit::begin(tx, member, "audit.read", &noted)).await?;
    }
    Ok(Json(audit::page(&tenant, member, wanted).await?))
}

/// The query, if it can be one.
pub(super) fn understood(request: &HttpRequest) -> Result<AuditQuery, ApiError> {
    let wanted: AuditQuery = query(request)?;
    if wanted.is_valid() {
        Ok(wanted)
    } else {
        Err(ApiError::with_detail(ErrorCode::BadRequest, "no entry has such an action or object"))
    }
}
