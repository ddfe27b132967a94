//! Files that members upload to send them.

pub(super) mod delete_upload;
pub(super) mod post_upload;
