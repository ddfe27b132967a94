//! Requests and responses of the HTTP API.

pub mod conversations;
pub mod numbers;
pub mod session;
pub mod templates;
