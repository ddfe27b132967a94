//! Which tenant. Never parsed from a request: only the session, a webhook's number route and the
//! operator's command line produce one.

use std::fmt;

/// A tenant of this installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(i64);

impl TenantId {
    /// For rows of the control database, which are the only truth about tenants.
    pub(crate) const fn from_control(id: i64) -> Self {
        Self(id)
    }

    /// The number in every row of the tenant.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
