//! What a supervisor reads beside the live board.

pub(super) mod get_shift;
pub(super) mod list_conversations;
