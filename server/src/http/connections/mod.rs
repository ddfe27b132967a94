//! Meta apps.

pub(super) mod check_connection;
pub(super) mod list_connections;
pub(super) mod replace_secrets;
