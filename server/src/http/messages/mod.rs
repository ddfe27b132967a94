//! Single messages.

pub(super) mod get_file;
pub(super) mod get_raw;
mod range;
