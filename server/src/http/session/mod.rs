//! Signing in and out, and who is signed in.

mod buckets;
pub(super) mod change_password;
mod cookie;
pub(super) mod gate;
pub(super) mod get_session;
mod new_password;
mod noted;
pub(super) mod sign_in;
pub(super) mod sign_out;
mod throttle;

use shared::{api::session::Session, permission::permissions};

use super::error::ApiError;
use crate::db::{
    TenantStore,
    rows::{self, member::MemberRow},
};

/// What a signed-in member is told.
async fn describe(
    tenant: &TenantStore,
    account: shared::ids::AccountId,
    row: &MemberRow,
) -> Result<Session, ApiError> {
    let settings = tenant.read(rows::settings::get).await?;
    Ok(Session {
        account,
        member: row.member.id,
        name: row.member.name.clone(),
        role: row.member.role,
        permissions: permissions(row.member.role).to_vec(),
        tenant_name: settings.tenant_name,
    })
}
