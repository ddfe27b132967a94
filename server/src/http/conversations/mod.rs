//! Pages of what is not live: closed conversations, search, older messages.

pub(super) mod get_routing;
pub(super) mod list_contact_changes;
pub(super) mod list_conversations;
pub(super) mod list_messages;
pub(super) mod set_label;
