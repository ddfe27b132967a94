//! Dialogues that a bot leads: what they are made of, what makes one fit to be published, and the engine that leads
//! them. The page `docs/FLOWS.md` describes all of it.
//!
//! Absent on purpose: I/O, clocks, randomness. The same inputs give the same states and effects on the server and in
//! the browser.

pub mod diff;
pub mod document;
pub mod engine;
pub mod golden;
pub mod node;
pub mod render;
pub mod state;
pub mod validate;
pub mod value;
pub mod version;
pub mod words;

#[cfg(test)]
mod tests;
