//! What happens after a commit: one task per tenant that has work, woken by commits and by time.

mod prune;
mod runner;

pub use runner::{Workers, WorkersConfig};
