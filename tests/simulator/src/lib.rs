//! Plays Meta's Cloud API and the customers behind it, for tests, benchmarks and the demo.
//!
//! The server under test does not know that this is not Meta: only the Graph base URL in its
//! configuration differs. Three doors open on one port:
//!
//! - `/v{N}.0/…`: the Cloud API (messages, media, numbers, templates, subscribed apps),
//! - `/control/…`: what a test or a benchmark steers it with (see [`control`]),
//! - `/phone`: a page that looks like a phone, for a person who plays the customer.
//!
//! In a test:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use simulator::{Config, Simulator, Utterance};
//!
//! let meta = Simulator::start(Config::for_tests())?;
//! meta.control().set_webhook_url("http://127.0.0.1:8080/webhooks/whatsapp/key");
//! let delivery = meta.control().say("4915200000001", Utterance::text("Is it in stock?")).await;
//! assert_eq!(delivery.status, Some(200));
//! let sends = meta.control().wait_for_sends(1, Duration::from_secs(5)).await?;
//! assert_eq!(sends[0].outcome, "accepted");
//! meta.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! It must not depend on any other crate of the workspace: a mistake shared by both sides would
//! hide itself.

mod behaviour;
mod chat;
mod clock;
mod config;
pub mod control;
mod customer;
mod delivery;
mod graph;
mod lively;
mod media;
mod numbers;
pub mod payload;
mod phone;
mod ports;
mod random;
mod recording;
mod running;
mod samples;
mod signature;
mod state;
mod statuses;
mod templates;

pub use behaviour::{Behaviour, MediaFault, Order, Outcome, StatusPlan, StatusStep};
pub use config::{App, Config, Customers, Number};
pub use control::{Control, Verification, WaitTimeout};
pub use customer::{Customer, Said, Utterance};
pub use delivery::Delivery;
pub use numbers::{NumberNode, TokenNode};
pub use payload::Status;
pub use ports::HeldPort;
pub use recording::{RecordedSend, SendKind};
pub use running::{Running, Simulator, StartError};
pub use signature::sign;
pub use templates::{Template, TemplateNews};
