//! Rows and queries, one file per table. Every query carries the tenant.

pub mod channel;
pub mod channel_health;
pub mod command_result;
pub mod contact;
pub mod conversation;
pub mod early_status;
pub mod fact;
pub mod file;
pub mod job;
pub mod live_event;
pub mod log;
pub mod member;
pub mod message;
pub mod message_change;
pub mod outbox;
pub mod queue;
pub mod raw_item;
pub mod search;
pub mod sent_file;
pub mod settings;
pub mod slice;
pub mod template;
pub mod upload;
