//! The supervisor's board: how many wait, who is there, how well the day goes.

pub mod estimate;
