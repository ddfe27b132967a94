//! The live view: one socket, one `shared::apply::View`, and signals that say when to draw again.
//!
//! Frames are collected and applied once per animation frame; in a hidden tab, where animation
//! frames stop, they are applied as they come. Nothing else in the console talks to `/live`.

mod absorb;
mod backoff;
mod board;
mod commands;
mod connection;
mod intake;
mod outbox;
mod socket;
mod store;
mod unanswered;
mod watching;

pub(crate) use outbox::{Bubble, More, Pending};
pub(crate) use store::{Live, Refusal, Status};
