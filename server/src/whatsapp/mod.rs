//! Meta's WhatsApp Cloud API: the only room that knows it.
//!
//! In: verify the raw bytes, split into items, route each to its tenant, store in one transaction,
//! answer 200 when durable. Out: the outbox worker leases, sends, records.
//!
//! Absent on purpose: fetching any URL that arrived in a webhook, and parsing before the signature.

mod ask;
pub(crate) mod binding;
mod block;
mod breaker;
mod calls;
mod check;
mod concerned;
mod connections;
mod content;
mod errors;
mod fields;
#[cfg(feature = "faults")]
pub mod fuzz;
mod graph;
mod groups;
mod handovers;
mod health_news;
mod intake;
mod interactive;
mod item;
mod media;
mod nodes;
mod number_desk;
mod number_orders;
mod outbox;
mod outgoing;
mod pace;
mod payload;
mod people;
mod phone_calls;
mod preferences;
mod sample;
mod signature;
mod split;
mod template_body;
mod template_changes;
mod template_desk;
mod template_news;
mod template_parts;
mod templates;
mod upload;
mod webhook;

pub(crate) use block::Kept;
pub(crate) use connections::place;
pub use connections::{Connection, Connections};
pub use graph::Graph;
pub(crate) use graph::{Marked, Reaction};
pub use intake::{Replayed, replay, replay_one, replay_quarantine};
pub(crate) use media::Wanted;
pub(crate) use number_desk::NumberDesk;
pub use outbox::{OutboxConfig, OutboxWorker};
pub(crate) use template_desk::TemplateDesk;
pub use webhook::{receive_webhook, verify_webhook};
