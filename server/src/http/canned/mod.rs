//! Canned replies.

pub(super) mod create_reply;
pub(super) mod delete_reply;
pub(super) mod export_replies;
pub(super) mod import_replies;
pub(super) mod list_replies;
pub(super) mod put_reply;
pub(super) mod upload_file;

use shared::{api::canned::WriteCannedRequest, error::ErrorCode, ids::CannedReplyId};

use super::ApiError;

/// What was written, without blanks around it; what is wrong with it is said.
fn tidy(written: WriteCannedRequest) -> Result<WriteCannedRequest, ApiError> {
    let words = written.words.trimmed();
    match words.check() {
        Ok(()) => Ok(WriteCannedRequest { words, ..written }),
        Err(fault) => Err(ApiError::with_detail(ErrorCode::ReplyInvalid, fault.detail())),
    }
}

fn id(text: &str) -> Result<CannedReplyId, ApiError> {
    text.parse().map_err(|_| ErrorCode::NotFound.into())
}
