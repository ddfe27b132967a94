//! `GET /api/conversations/{id}/messages`: a page of a timeline.

use actix_web::{
    HttpRequest,
    web::{Json, Path},
};
use shared::{
    api::conversations::{MessagesPage, MessagesQuery},
    error::{ErrorCode, Problem},
    ids::ConversationId,
};

use crate::{
    domain::{monitor, views},
    http::{ApiError, SignedIn, json::query},
};

/// Lists messages of a conversation in sight, oldest first.
#[utoipa::path(
    get, path = "/api/conversations/{id}/messages", tag = "conversations",
    params(
        ("id" = ConversationId, Path, description = "Which conversation"),
        ("before" = Option<u64>, Query, description = "Only messages with a smaller `seq`"),
    ),
    responses(
        (status = 200, description = "A page", body = MessagesPage),
        (status = 400, description = "The query is not understood", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 404, description = "There is no such conversation in sight", body = Problem),
    )
)]
pub(in crate::http) async fn list_messages(
    request: HttpRequest,
    signed: SignedIn,
    id: Path<String>,
) -> Result<Json<MessagesPage>, ApiError> {
    // What is not an id answers like an id that nothing has.
    let id: ConversationId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let query: MessagesQuery = query(&request)?;
    let member = signed.member.member.id;
    let page = monitor::shown(&signed.tenant, member, move |scoped| {
        Ok((id, views::messages(scoped, member, id, &query)?))
    });
    Ok(Json(page.await?.0))
}
