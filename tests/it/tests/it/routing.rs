//! Finding agents: a store without sockets and with a clock that the test moves, so that minutes cost nothing.

mod bulk;
mod claims;
mod crowd;
pub(crate) mod floor;
mod hours;
mod invariants;
mod kill;
pub(crate) mod model;
mod net;
mod priorities;
mod protocol;
mod rules;
mod saved_views;
mod shift;
mod sleep;
mod theory;
