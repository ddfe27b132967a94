//! The settings: WhatsApp numbers, message templates, and what could not be taken in.

pub(crate) mod connect;
pub(crate) mod fields;
mod findings;
pub(crate) mod number;
pub(crate) mod numbers;
mod profile;
pub(crate) mod quarantine;
mod secrets;
pub(crate) mod setup;
mod share;
pub(crate) mod template_form;
pub(crate) mod templates;
mod webhook;
