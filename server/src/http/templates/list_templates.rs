//! `GET /api/templates`: the message templates of a channel or of the tenant.

use actix_web::{HttpRequest, web::Json};
use shared::{
    api::templates::{TemplatesPage, TemplatesQuery},
    error::Problem,
    ids::ChannelId,
};

use crate::{
    domain::templates,
    http::{ApiError, SignedIn, json::query},
};

/// Lists message templates in whatever state, by name and language.
#[utoipa::path(
    get, path = "/api/templates", tag = "templates",
    params(
        ("channel" = Option<ChannelId>, Query, description = "Only those that this channel can send"),
        ("search" = Option<String>, Query, description = "Words to find in names and texts"),
    ),
    responses(
        (status = 200, description = "All of them", body = TemplatesPage),
        (status = 400, description = "The query is not understood", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 404, description = "There is no such channel", body = Problem),
    )
)]
pub(in crate::http) async fn list_templates(
    request: HttpRequest,
    signed: SignedIn,
) -> Result<Json<TemplatesPage>, ApiError> {
    let query: TemplatesQuery = query(&request)?;
    Ok(Json(templates::list(&signed.tenant, signed.member.member.id, query).await?))
}
