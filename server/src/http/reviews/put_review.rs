//! `PUT /api/reviews/{id}`: reviews a conversation.

use actix_web::web::{Json, Path};
use shared::{
    api::reviews::ReviewRequest,
    error::{ErrorCode, Problem},
    ids::{ConversationId, ReviewId},
    model::review::Review,
};

use crate::{
    domain::reviews,
    http::{ApiError, json::SignedJson},
};

/// Stores what the reviewer thinks of how a member answered; another opinion for seven days.
#[utoipa::path(
    put, path = "/api/reviews/{id}", tag = "reviews", request_body = ReviewRequest,
    params(("id" = ConversationId, Path, description = "Which conversation")),
    responses(
        (status = 200, description = "As it is now", body = Review),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "The member may not review, or held the conversation", body = Problem),
        (status = 404, description = "There is no such conversation in sight, or the member wrote nothing in it", body = Problem),
        (status = 409, description = "The review is older than seven days", body = Problem),
        (status = 422, description = "The scores are not those of the card, or the comment is too long", body = Problem),
    )
)]
pub(in crate::http) async fn put_review(
    request: SignedJson<ReviewRequest>,
    id: Path<String>,
) -> Result<Json<Review>, ApiError> {
    let SignedJson { signed, body } = request;
    let id: ConversationId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    // Made here: what is written may run more than once.
    let (new, member) = (ReviewId::new(), signed.member.member.id);
    let written = signed.tenant.write(move |tx| reviews::write(tx, member, id, new, &body)).await?;
    Ok(Json(written.0))
}
