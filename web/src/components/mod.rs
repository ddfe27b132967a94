//! Components that know the domain: list, conversation, context, rail.

pub(crate) mod about;
pub(crate) mod banner;
pub(crate) mod begin;
pub(crate) mod bell;
pub(crate) mod blocked;
pub(crate) mod board;
pub(crate) mod connection_state;
pub(crate) mod contact;
pub(crate) mod context_pane;
pub(crate) mod conversation;
pub(crate) mod help;
pub(crate) mod list;
pub(crate) mod presence_menu;
pub(crate) mod rail;
pub(crate) mod routing_story;
pub(crate) mod settings;
pub(crate) mod templates;

/// So many seconds count as waited already when somebody is to be answered sooner.
pub(crate) const SOONER_SECS: u32 = 3_600;
