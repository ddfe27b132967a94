//! The Switchboard server.
//!
//! Arrows point one way: `http`, `live`, `whatsapp` and `jobs` call `domain`, `domain` calls `db`.
//! Only `db` sees diesel; only `live` sees sockets; only `whatsapp` knows Meta.

pub mod admin;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod domain;
pub mod fault;
pub mod files;
pub mod http;
pub mod jobs;
pub mod keys;
pub mod live;
pub mod mail;
mod net;
pub mod outbound;
pub mod run;
pub mod secrets;
pub mod tenant;
pub mod whatsapp;
