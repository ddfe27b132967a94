//! The pages, one per address.

pub(crate) mod inbox;
pub(crate) mod sign_in;
