//! Finding agents: a store without sockets and with a clock that the test moves, so that minutes cost nothing.

mod crowd;
pub(crate) mod floor;
mod hours;
mod invariants;
pub(crate) mod model;
mod rules;
mod theory;
