//! WhatsApp's message templates.

pub(super) mod list_templates;
