//! What makes a tenant work: its settings, queues, members and channels, as the operator creates
//! them. Each function is one part of a tenant's transaction, with its event and its audit entry.
//!
//! Absent on purpose: the control tables. Nothing spans both kinds of database; whoever composes the
//! two orders the steps so that an interrupted command can be repeated.

mod add_channel;
mod create_member;
mod create_queue;
mod found;
mod set_zone;

pub use add_channel::{NewChannel, NewQueue, add_channel};
pub use create_member::{NewMember, create_member};
pub use create_queue::create_queue;
pub use found::found;
pub use set_zone::set_zone;
