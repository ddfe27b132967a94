//! The supervisor's board: who sees it, when it comes, and that its figures are what the rows and the facts say.

mod alerts;
mod days;
mod doors;
mod drill;
mod order;
mod pushed;
mod recount;
mod shift;
