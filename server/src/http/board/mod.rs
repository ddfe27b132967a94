//! What a supervisor reads beside the live board.

pub(super) mod list_conversations;
