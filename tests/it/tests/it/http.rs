//! What every caller of the HTTP API meets.

mod search;
mod throttle;
