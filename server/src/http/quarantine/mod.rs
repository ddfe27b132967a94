//! What came and could not be taken in, for administrators.

pub(super) mod discard_item;
pub(super) mod get_item;
pub(super) mod list_quarantine;
pub(super) mod replay_item;

use shared::{error::ErrorCode, permission::Permission};

use super::{ApiError, SignedIn};

/// Whoever looks after the tenant's settings looks after these.
fn allowed(signed: &SignedIn) -> Result<(), ApiError> {
    if signed.member.member.role.may(Permission::ManageSettings) {
        return Ok(());
    }
    Err(ErrorCode::Forbidden.into())
}
