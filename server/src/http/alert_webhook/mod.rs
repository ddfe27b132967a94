//! Where a tenant's alerts are posted to.

pub(super) mod get_webhook;
pub(super) mod put_webhook;
pub(super) mod remove_webhook;
pub(super) mod renew_secret;
pub(super) mod test_webhook;

use shared::error::ErrorCode;

use crate::{app::App, jobs::post_alert::place, secrets, tenant::TenantId};

/// A new secret, in the clear and sealed.
fn fresh_secret(app: &App, tenant: TenantId) -> Result<(String, String), ErrorCode> {
    let secret = secrets::token().map_err(|_| ErrorCode::Internal)?;
    let sealed = app.keys.seal(&place(tenant), &secret).map_err(|_| ErrorCode::Internal)?;
    Ok((secret, sealed))
}
