//! What the product does, as plain functions over a transaction.
//!
//! A domain function takes a [`Tx`](crate::db::Tx) and returns a value; rows, events, facts and audit
//! entries are written on the way. It knows no HTTP, no sockets and no clock of its own.

pub mod alert_webhook;
pub mod audit;
pub mod banner;
pub mod board;
pub mod bulk;
pub mod calendars;
pub mod canned;
pub mod commands;
pub mod contacts;
pub mod conversations;
mod csv;
pub mod drafts;
pub mod fields;
mod finding;
pub mod hours;
pub(crate) mod keeping;
pub mod labels;
pub mod members;
pub mod monitor;
pub mod notices;
pub mod numbers;
pub mod outbox;
pub mod queues;
mod refusal;
pub mod reviews;
pub mod routing;
pub mod saved_views;
pub mod seat;
pub mod stickers;
pub mod templates;
pub mod tenancy;
pub mod views;
pub mod zone;
