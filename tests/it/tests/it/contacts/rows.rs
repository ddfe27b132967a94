//! What merges and splits may change, as text.

use shared::ids::ContactId;

use crate::harness::{World, sql};

/// Whose every row is, with what every contact is known by. Contacts of whom nothing is left are left out, and
/// so is how often a conversation was told of.
pub(super) async fn dump(world: &World) -> Vec<String> {
    let store = world.store().await;
    let mut all = Vec::new();
    for query in [
        "SELECT 'contact ' || id || ' ' || coalesce(name, '-') || ' ' || coalesce(phone, '-') || ' ' || \
         coalesce(wa_id, '-') || ' ' || coalesce(bsuid, '-') || ' ' || coalesce(username, '-') || ' ' || \
         coalesce(marketing_at, 0) || ' ' || coalesce(blocks, '-') || ' ' || coalesce(merged_into, '-') AS t \
         FROM contact WHERE tenant_id = $1 AND NOT (name IS NULL AND merged_into IS NOT NULL) ORDER BY 1",
        "SELECT 'known ' || kind || ' ' || value || ' ' || contact_id AS t FROM contact_identity \
         WHERE tenant_id = $1 ORDER BY 1",
        "SELECT 'conversation ' || id || ' ' || contact_id || ' ' || coalesce(answer_to, '-') AS t \
         FROM conversation WHERE tenant_id = $1 ORDER BY 1",
        "SELECT 'message ' || id || ' ' || conversation_id || ' ' || contact_id AS t FROM message \
         WHERE tenant_id = $1 ORDER BY 1",
        "SELECT 'draft ' || member_id || ' ' || conversation_id || ' ' || contact_id AS t FROM draft \
         WHERE tenant_id = $1 ORDER BY 1",
        "SELECT 'labelled ' || contact_id || ' ' || label_id AS t FROM contact_label \
         WHERE tenant_id = $1 ORDER BY 1",
        "SELECT 'labelled ' || conversation_id || ' ' || label_id || ' ' || contact_id AS t \
         FROM conversation_label WHERE tenant_id = $1 ORDER BY 1",
        "SELECT 'says ' || contact_id || ' ' || field_id || ' ' || value AS t FROM contact_value \
         WHERE tenant_id = $1 ORDER BY 1",
        "SELECT 'noted ' || id || ' ' || contact_id || ' ' || text AS t FROM contact_note \
         WHERE tenant_id = $1 ORDER BY 1",
        "SELECT 'change ' || wamid || ' ' || contact_id AS t FROM message_change WHERE tenant_id = $1 ORDER BY 1",
        "SELECT 'word ' || token || ' ' || conversation_id || ' ' || contact_id AS t FROM search_token \
         WHERE tenant_id = $1 ORDER BY 1",
        "SELECT 'called ' || kind || ' ' || token || ' ' || contact_id AS t FROM contact_token \
         WHERE tenant_id = $1 ORDER BY 1",
        "SELECT 'item ' || id || ' ' || contact_id AS t FROM raw_item \
         WHERE tenant_id = $1 AND contact_id IS NOT NULL ORDER BY 1",
    ] {
        all.extend(sql::texts(&store, query).await);
    }
    all
}

/// Rows that are still a contact's, beside its own.
pub(super) async fn strays(world: &World, id: ContactId) -> Vec<String> {
    let store = world.store().await;
    let mut found = Vec::new();
    for table in [
        "contact_identity",
        "contact_token",
        "conversation",
        "message",
        "message_change",
        "search_token",
        "file",
        "outbox",
        "draft",
        "contact_label",
        "conversation_label",
        "review",
        "contact_value",
        "contact_note",
        "early_status",
        "raw_item",
    ] {
        let query = format!("SELECT count(*) AS n FROM {table} WHERE tenant_id = $1 AND contact_id = '{id}'");
        if sql::number(&store, &query).await > 0 {
            found.push(table.to_owned());
        }
    }
    found
}
