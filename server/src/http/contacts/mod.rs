//! Customers: lists, what is known of one, files of many.

pub(super) mod add_note;
pub(super) mod export_contacts;
pub(super) mod get_contact;
pub(super) mod import_contacts;
pub(super) mod list_blocked;
pub(super) mod list_contacts;
pub(super) mod remove_note;
pub(super) mod set_field;
pub(super) mod set_label;
