//! Single messages.

pub(super) mod get_file;
mod range;
