//! From Meta's POST to what a console sees.

mod authenticity;
mod changes;
mod content;
mod duplicates;
mod poison;
mod replay;
mod routing;
mod statuses;
mod text;
