//! What else a business wants to know of its customers.

pub(super) mod create_field;
pub(super) mod delete_field;
pub(super) mod edit_field;
pub(super) mod list_fields;
