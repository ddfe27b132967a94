//! What every caller of the HTTP API meets.

mod guards;
mod headers;
mod input;
mod rates;
mod search;
mod throttle;
mod time;
