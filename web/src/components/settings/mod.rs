//! The settings: numbers, templates, canned replies, queues, people, and what could not be taken in.

pub(crate) mod alerts;
pub(crate) mod blocked;
pub(crate) mod calendars;
pub(crate) mod connect;
pub(crate) mod contacts;
pub(crate) mod fields;
mod findings;
mod import;
pub(crate) mod labels;
pub(crate) mod number;
pub(crate) mod numbers;
pub(crate) mod oversight;
pub(crate) mod people;
mod priorities;
mod profile;
pub(crate) mod quarantine;
pub(crate) mod queue;
pub(crate) mod queues;
pub(crate) mod replies;
pub(crate) mod reply_form;
mod secrets;
pub(crate) mod setup;
mod share;
mod spans;
pub(crate) mod template_form;
pub(crate) mod templates;
mod webhook;
