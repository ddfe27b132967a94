//! Words by which contacts and conversations are sorted.

pub(super) mod create_label;
pub(super) mod delete_label;
pub(super) mod edit_label;
pub(super) mod list_labels;
