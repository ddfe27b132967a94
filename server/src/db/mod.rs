//! Storage: one schema on two engines behind one façade. The only room that knows diesel.
//!
//! `store.tenant(id).read(..)` and `.write(..)` are the only ways to a tenant's rows; each runs in one
//! transaction that is bound to that tenant (its own file on SQLite, row-level security on
//! PostgreSQL). All writes of a tenant pass one writer thread that commits them in groups.
//!
//! Absent on purpose: row locks in domain code, network calls, and raw connections outside this room.

pub mod chains;
pub mod connection;
pub mod control;
pub mod data_map;
pub mod engine;
pub mod error;
mod fixed;
pub mod lock;
pub mod migrate;
mod pragmas;
mod reader;
pub mod record;
pub mod rows;
pub mod schema;
pub mod store;
pub mod tx;
mod writer;

pub use connection::Scoped;
pub use error::{Fault, ReadError, WriteError};
pub use store::{Store, StoreConfig, TenantStore};
pub use tx::Tx;
