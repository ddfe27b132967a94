//! From Meta's POST to what a console sees.

mod authenticity;
pub(crate) mod changes;
mod content;
mod duplicates;
pub(crate) mod elsewhere;
mod fixtures;
mod identity;
mod orders;
mod permuted;
mod poison;
mod quarantine;
mod replay;
mod routing;
mod statuses;
mod text;
