//! `GET /api/contacts`: a page of contacts in sight.

use actix_web::{HttpRequest, web::Json};
use shared::{
    api::contacts::{ContactsPage, ContactsQuery},
    error::Problem,
    ids::{ChannelId, LabelId},
};

use crate::{
    domain::contacts::page,
    http::{ApiError, SignedIn, json::query},
};

/// Lists contacts in sight, the last active first.
#[utoipa::path(
    get, path = "/api/contacts", tag = "contacts",
    params(
        ("search" = Option<String>, Query, description = "How names begin, or numbers begin or end"),
        ("label" = Option<LabelId>, Query, description = "Only those with this label"),
        ("channel" = Option<ChannelId>, Query, description = "Only those with a conversation on this channel"),
        ("before" = Option<String>, Query, description = "Continue after this cursor"),
    ),
    responses(
        (status = 200, description = "A page", body = ContactsPage),
        (status = 400, description = "The query is not understood", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
    )
)]
pub(in crate::http) async fn list_contacts(
    request: HttpRequest,
    signed: SignedIn,
) -> Result<Json<ContactsPage>, ApiError> {
    let query: ContactsQuery = query(&request)?;
    Ok(Json(page::list(&signed.tenant, signed.member.member.id, query).await?))
}
