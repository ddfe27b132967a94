//! Requests and responses of the HTTP API.

pub mod alerts;
pub mod audit;
pub mod canned;
pub mod contacts;
pub mod conversations;
pub mod notices;
pub mod numbers;
pub mod quarantine;
pub mod reviews;
pub mod session;
pub mod stickers;
pub mod templates;
