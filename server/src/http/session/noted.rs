//! Signing in and out in the tenant's audit log.

use shared::ids::MemberId;

use crate::db::{TenantStore, record::Actor};

/// A session of this member began.
pub(super) const BEGIN: &str = "session.begin";
/// One ended because they wished so.
pub(super) const END: &str = "session.end";
/// They have another password, and all their other sessions ended.
pub(super) const PASSWORD: &str = "session.password";

/// Notes it. Sessions are in another database and were stored before; that this could not be noted is a line in the
/// process's log and locks nobody out.
pub(super) async fn note(tenant: &TenantStore, member: MemberId, action: &'static str) {
    let written = tenant.write(move |tx| tx.audit(Actor::Member(member), action, ""));
    if let Err(error) = written.await {
        let id = tenant.id();
        tracing::error!(tenant.id = %id, action, error = %error, "what happened to a session is not in the audit log");
    }
}
