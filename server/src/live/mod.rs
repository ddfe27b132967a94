//! The hub: who is connected, what each connection has been told, and how it gets the rest.
//!
//! A tenant's writer thread hands every commit to the [`Hub`]; each actix worker thread has one
//! [`Shard`] with the connections that live there, so no lock is held while frames are made. A
//! connection has one cursor into its tenant's log. Whoever falls behind keeps the cursor and reads
//! the rest from the ring or the log.
//!
//! Absent on purpose: awaiting a socket while broadcasting, and any state that a resume would need
//! besides the cursor.

mod board;
mod body;
mod catch_up;
mod close;
mod conn;
mod deliver;
mod dirty;
mod encoded;
mod ended;
mod handle;
mod hub;
mod looks;
mod outgoing;
mod presence;
mod renewal;
mod ring;
mod session;
mod shard;
mod upgrade;
mod watch;
mod waves;
mod wire;
mod writing;

pub use handle::Handle;
pub use hub::{Hub, HubConfig};
pub use shard::Shard;
pub use upgrade::live;
