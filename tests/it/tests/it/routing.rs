//! Finding agents: a store without sockets and with a clock that the test moves, so that minutes cost nothing.

mod crowd;
mod floor;
mod hours;
mod invariants;
mod model;
mod rules;
mod theory;
