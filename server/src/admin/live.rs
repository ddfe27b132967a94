//! What a running server hears of while the operator administrates.

use crate::tenant::TenantId;

/// The running server's side. Called after the change is durable; must not block.
pub trait Live: Send + Sync {
    /// A connection or a number was added: what is cached of them is stale.
    fn connections_changed(&self);

    /// A tenant was suspended: its sockets must go. Nothing more is sent for it.
    fn tenant_suspended(&self, tenant: TenantId);

    /// A tenant may work again: what waits for it is due.
    fn tenant_resumed(&self, tenant: TenantId);
}

/// Stands in when no server runs.
pub struct Nobody;

impl Live for Nobody {
    fn connections_changed(&self) {}

    fn tenant_suspended(&self, _: TenantId) {}

    fn tenant_resumed(&self, _: TenantId) {}
}
