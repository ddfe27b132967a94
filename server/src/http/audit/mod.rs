//! `/api/audit`: who did what.

pub(super) mod export_audit;
pub(super) mod list_audit;
