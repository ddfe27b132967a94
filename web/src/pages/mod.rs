//! The pages, one per address.

mod board;
pub(crate) mod floor;
pub(crate) mod inbox;
pub(crate) mod settings;
pub(crate) mod sign_in;
