//! What happens after a commit: one task per tenant that has work, woken by commits and by time.

mod anchor;
mod check_numbers;
mod drop_file;
mod fetch_file;
mod import_past;
mod persist;
pub(crate) mod post_alert;
mod prune;
mod runner;
mod sync_templates;
mod tasks;
mod tell_block;
mod tell_reaction;
mod tell_read;
mod turns;
mod typing;

pub use runner::{Means, Workers, WorkersConfig};
