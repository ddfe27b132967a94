//! The pages, one per address.

pub(crate) mod inbox;
pub(crate) mod settings;
pub(crate) mod sign_in;
