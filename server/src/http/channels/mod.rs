//! The business's numbers.

pub(super) mod check_number;
pub(super) mod connect_number;
pub(super) mod edit_number;
pub(super) mod get_profile;
pub(super) mod get_qr;
pub(super) mod register_number;
pub(super) mod set_profile;
pub(super) mod subscribe_number;
pub(super) mod test_number;

use super::SignedIn;
use crate::{app::App, whatsapp::NumberDesk};

/// Where a signed-in member looks after numbers.
pub(super) fn desk<'a>(app: &'a App, signed: &'a SignedIn) -> NumberDesk<'a> {
    NumberDesk { app, tenant: &signed.tenant, tenant_id: signed.tenant_id, member: signed.member.member.id }
}
