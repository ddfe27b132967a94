//! HTTP: who asks, whether they may, what the domain says, and how that is written down.
//!
//! A handler takes what it needs from the request, calls the domain and maps the answer; the route
//! table is [`routes`]. What holds for every route (request ids, headers, the check against foreign
//! sites, deadlines) is middleware here and nowhere else.
//!
//! Absent on purpose: SQL, sockets, and any way to name a tenant other than the session.

mod alert_webhook;
mod audit;
mod board;
mod canned;
mod channels;
mod commands;
mod connections;
pub mod console;
mod contact_fields;
mod contacts;
mod conversations;
mod deadline;
mod error;
mod headers;
mod json;
mod labels;
mod messages;
mod notices;
mod observe;
mod openapi;
mod origin;
mod probes;
mod quarantine;
mod reviews;
mod routes;
mod serve;
mod session;
mod sign_in_page;
mod signed_in;
mod stickers;
mod templates;
mod uploads;

pub use error::ApiError;
pub use origin::origin_is_ours;
pub use probes::Readiness;
pub use routes::configure;
pub use serve::{server, server_with};
pub use signed_in::SignedIn;
pub(crate) use signed_in::{IDLE, is_alive};
