//! The server as it is seen from outside: over HTTP, over the live socket, and, for the promises of
//! the store, through its own façade. Every behaviour runs on both database engines.
//!
//! Nothing here stands in for a part of ours. Meta is the simulator; time may be a clock that the
//! test moves; everything else is the real thing, in this process or as the built binary.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[macro_use]
mod harness;

mod alerts;
mod audit;
mod board;
mod canned;
mod contacts;
mod fault;
mod files;
mod http;
mod isolation;
mod live;
mod numbers;
mod outbox;
mod password;
mod receipts;
mod retention;
mod reviews;
mod routing;
mod schema;
mod sending;
mod session;
mod store;
mod templates;
mod truth;
mod webhook;
