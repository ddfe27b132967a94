//! Finding agents: a store without sockets and with a clock that the test moves, so that minutes cost nothing.

mod claims;
mod crowd;
mod floor;
mod invariants;
mod kill;
mod model;
mod protocol;
mod rules;
mod theory;
