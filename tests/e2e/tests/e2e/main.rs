//! What people do, in a real browser: journeys through the console while customers write.
//!
//! Needs `chromium`, `chromedriver`, the server's binary (`TEST_SERVER_BIN`) and the built
//! console (`TEST_CONSOLE_DIR`); `cargo xtask test` provides all of them.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop where it stands"
)]

mod activity;
mod alerts;
mod board;
mod browser;
mod cards;
mod contacts;
mod drafts;
mod files;
mod floor;
mod forms;
mod journeys;
mod many;
mod numbers;
mod office;
mod proxy;
mod replies;
mod routing;
mod sending;
mod sessions;
mod shapes;
mod stack;
mod stepping_in;
mod steps;
