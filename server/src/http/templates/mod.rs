//! WhatsApp's message templates.

pub(super) mod create_template;
pub(super) mod delete_template;
pub(super) mod edit_template;
pub(super) mod list_templates;

use super::SignedIn;
use crate::{app::App, whatsapp::TemplateDesk};

/// Where a signed-in member changes templates.
fn desk<'a>(app: &'a App, signed: &'a SignedIn) -> TemplateDesk<'a> {
    TemplateDesk {
        tenant: &signed.tenant,
        member: signed.member.member.id,
        connections: &app.connections,
        graph: &app.graph,
        files: &app.files,
    }
}
