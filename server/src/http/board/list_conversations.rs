//! `GET /api/board/conversations`: the conversations behind a figure of the board.

use actix_web::{HttpRequest, web::Json};
use shared::{
    error::Problem,
    ids::{MemberId, QueueId},
    model::board::{BoardConversations, BoardQuery, Figure},
};

use crate::{
    domain::board::drill,
    http::{ApiError, SignedIn, json::query},
};

/// Lists the conversations behind a figure of the board.
#[utoipa::path(
    get, path = "/api/board/conversations", tag = "board",
    params(
        ("figure" = Figure, Query, description = "Behind which figure"),
        ("queue" = Option<QueueId>, Query, description = "Of which queue; of all when absent"),
        ("member" = Option<MemberId>, Query, description = "Only those of this member"),
    ),
    responses(
        (status = 200, description = "The figure and what it is of", body = BoardConversations),
        (status = 400, description = "The query is not understood", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "The member may not see the board", body = Problem),
    )
)]
pub(in crate::http) async fn list_board_conversations(
    request: HttpRequest,
    signed: SignedIn,
) -> Result<Json<BoardConversations>, ApiError> {
    let query: BoardQuery = query(&request)?;
    Ok(Json(drill::conversations(&signed.tenant, signed.member.member.id, query).await?))
}
