//! `GET /api/conversations`: a page of conversations in sight.

use actix_web::{HttpRequest, web::Json};
use shared::{
    api::conversations::{ConversationFilter, ConversationsPage, ConversationsQuery},
    error::Problem,
};

use crate::{
    domain::views,
    http::{ApiError, SignedIn, json::query},
};

/// Lists conversations in sight, most recently changed first.
#[utoipa::path(
    get, path = "/api/conversations", tag = "conversations",
    params(
        ("state" = Option<ConversationFilter>, Query, description = "Only these; open ones when absent"),
        ("search" = Option<String>, Query, description = "Words, each of which must begin a word, and operators"),
        ("after" = Option<String>, Query, description = "Continue after this cursor"),
    ),
    responses(
        (status = 200, description = "A page", body = ConversationsPage),
        (status = 400, description = "The query is not understood", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
    )
)]
pub(in crate::http) async fn list_conversations(
    request: HttpRequest,
    signed: SignedIn,
) -> Result<Json<ConversationsPage>, ApiError> {
    let query: ConversationsQuery = query(&request)?;
    Ok(Json(views::conversations(&signed.tenant, signed.member.member.id, query).await?))
}
