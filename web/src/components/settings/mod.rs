//! The settings: WhatsApp numbers and message templates.

pub(crate) mod connect;
pub(crate) mod fields;
mod findings;
pub(crate) mod number;
pub(crate) mod numbers;
mod profile;
mod secrets;
pub(crate) mod setup;
mod share;
pub(crate) mod template_form;
pub(crate) mod templates;
mod webhook;
