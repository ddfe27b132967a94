//! What the console sees: the plain nouns of the domain.

pub mod board;
pub mod calendar;
pub mod canned;
pub mod channel;
pub mod contact;
pub mod content;
pub mod conversation;
pub mod draft;
pub mod field;
pub mod file;
pub mod health;
pub mod interactive;
pub mod label;
pub mod member;
pub mod message;
pub mod notice;
pub mod outgoing;
pub mod queue;
pub mod review;
pub mod routing;
pub mod settings;
pub mod shift;
pub mod sticker;
pub mod template;
