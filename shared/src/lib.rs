//! What the server and the console agree on: ids, models, requests, the live protocol and the pure
//! rules both sides run (visibility, limits, the reducer).
//!
//! Absent on purpose: I/O, clocks, randomness other than fresh ids, and every framework. Whatever
//! is written here must compile for the browser and for the server alike.

pub mod api;
pub mod apply;
pub mod attachments;
pub mod canned;
pub mod error;
pub mod flow;
pub mod health;
pub mod ids;
pub mod instant;
pub mod limits;
pub mod links;
pub mod live;
pub mod model;
mod office;
pub mod outgoing_rules;
pub mod permission;
pub mod phone;
pub mod position;
pub mod profile;
pub mod program;
pub mod search;
pub mod template_rules;

/// An instant in UTC. The server truncates to whole microseconds, so a value survives the database,
/// JSON and back unchanged.
pub type Instant = chrono::DateTime<chrono::Utc>;

/// A place in a tenant's live log: gapless, starting at 1, in commit order. 0 is "before everything".
pub type Pos = u64;
