//! The supervisor's board: how many wait, who is there, how well the day goes.
//!
//! What is so now is read from the rows of what is open (`gauges`); what happened today is folded out of the facts
//! (`tally`). Both are pure once the rows are read, `watched` reads them in one transaction, and `drill` shows the
//! conversations behind a figure by the same rules. Absent on purpose: anything on the way of a write. A board exists
//! while somebody looks at it. Thresholds need nobody who looks: `watch` compares the same figures with them from time to
//! time, and what is crossed (`alerts`) is rows that every board shows.

mod alerts;
mod day;
pub mod drill;
pub mod estimate;
mod gauges;
pub mod shift;
pub mod tally;
pub mod watch;
mod watched;

pub use watched::{Levels, Recent, Watched};
