//! `POST /api/canned`: adds a canned reply.

use actix_web::HttpResponse;
use shared::{api::canned::WriteCannedRequest, error::Problem, model::canned::CannedReply};

use super::tidy;
use crate::{
    domain::canned,
    http::{ApiError, json::SignedJson},
};

/// Adds a canned reply: one's own, or one for others for those who look after these.
#[utoipa::path(
    post, path = "/api/canned", tag = "canned", request_body = WriteCannedRequest,
    responses(
        (status = 201, description = "It is there", body = CannedReply),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such queue", body = Problem),
        (status = 409, description = "The shortcut is taken, there are too many, or the upload is gone", body = Problem),
        (status = 422, description = "It cannot be; the detail says why", body = Problem),
    )
)]
pub(in crate::http) async fn create_reply(
    request: SignedJson<WriteCannedRequest>,
) -> Result<HttpResponse, ApiError> {
    let SignedJson { signed, body } = request;
    let (written, member) = (tidy(body)?, signed.member.member.id);
    let (made, _) = signed.tenant.write(move |tx| canned::create(tx, member, written.clone())).await?;
    Ok(HttpResponse::Created().json(made))
}
