//! Everything that is stored of a tenant's customers, line by line, without what is another for each tenant.

use std::collections::{BTreeSet, HashMap};

use server::db::TenantStore;

use crate::harness::{Tenant, sql};

/// How a contact `c` is known.
pub(super) const LABEL: &str = "coalesce(c.group_id, c.phone, c.bsuid, '?')";

/// What, for whom, which columns, from where beside the contact.
const PARTS: [(&str, &str, &str); 12] = [
    (
        "conversation",
        "v.state, v.unread, v.window_until, v.heard, v.assignee_id, v.close_reason, \
         CASE WHEN v.waiting_since IS NULL THEN 'quiet' ELSE 'waits' END, \
         CASE WHEN v.queue_id IS NULL THEN 'all' ELSE 'queue' END",
        "conversation v JOIN contact c ON c.tenant_id = v.tenant_id AND c.id = v.contact_id",
    ),
    (
        "message",
        "m.wamid, m.author_kind, m.kind, m.text, m.content, m.context, m.happening, m.quoted_wamid, m.reactions, \
         m.edited_at, m.written_at, m.delivery, m.sent_at, m.delivered_at, m.read_at, m.delivery_more, \
         m.failure_code, m.failure_reason, m.failure_detail, m.raw",
        "message m JOIN contact c ON c.tenant_id = m.tenant_id AND c.id = m.contact_id \
         AND (m.happening IS NULL OR m.happening NOT LIKE '%reopened%')",
    ),
    (
        "change",
        "m.wamid, m.target_wamid, m.kind, m.content, m.written_at, m.participant, \
         CASE WHEN m.ours THEN 'ours' ELSE 'theirs' END",
        "message_change m JOIN contact c ON c.tenant_id = m.tenant_id AND c.id = m.contact_id",
    ),
    ("contact", "c.name, c.username, c.phone, c.wa_id, c.bsuid, c.group_id", "contact c"),
    (
        "identity",
        "i.kind, i.value",
        "contact_identity i JOIN contact c ON c.tenant_id = i.tenant_id AND c.id = i.contact_id",
    ),
    (
        "receipt",
        "m.wamid, g.participant, g.state",
        "group_receipt g JOIN contact c ON c.tenant_id = g.tenant_id AND c.id = g.contact_id \
         JOIN message m ON m.tenant_id = g.tenant_id AND m.id = g.message_id",
    ),
    (
        "awaited",
        "m.wamid",
        "awaited a JOIN contact c ON c.tenant_id = a.tenant_id AND c.id = a.contact_id \
         JOIN message m ON m.tenant_id = a.tenant_id AND m.id = a.message_id",
    ),
    (
        "file",
        "m.wamid, f.media_id, f.claimed_sha256",
        "file f JOIN contact c ON c.tenant_id = f.tenant_id AND c.id = f.contact_id \
         JOIN message m ON m.tenant_id = f.tenant_id AND m.id = f.message_id",
    ),
    ("word", "s.token", "search_token s JOIN contact c ON c.tenant_id = s.tenant_id AND c.id = s.contact_id"),
    (
        "name",
        "s.kind, s.token",
        "contact_token s JOIN contact c ON c.tenant_id = s.tenant_id AND c.id = s.contact_id",
    ),
    (
        "item",
        "r.kind, r.error, r.raw",
        "raw_item r LEFT JOIN contact c ON c.tenant_id = r.tenant_id AND c.id = r.contact_id",
    ),
    (
        "early",
        "r.wamid, r.state, r.at",
        "early_status r LEFT JOIN contact c ON c.tenant_id = r.tenant_id AND c.id = r.contact_id",
    ),
];

/// The lines of a tenant; `own` are WhatsApp's names of its answers, by customer.
pub(super) async fn dump(
    store: &TenantStore,
    tenant: &Tenant,
    own: &HashMap<String, String>,
) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for (what, columns, from) in PARTS {
        let columns: Vec<String> = split(columns)
            .into_iter()
            .map(|column| format!("'|' || coalesce(CAST({column} AS TEXT), '-')"))
            .collect();
        let table = from.split_whitespace().nth(1).unwrap();
        let query = format!(
            "SELECT '{what}|' || {LABEL} || {} AS t FROM {from} {} {table}.tenant_id = $1",
            columns.join(" || "),
            "WHERE"
        );
        for mut line in sql::texts(store, &query).await {
            let whose = line.split('|').nth(1).unwrap().to_owned();
            if let Some(name) = own.get(&whose) {
                line = line.replace(name, "own");
            }
            let line = line
                .replace(&tenant.sales.phone_number_id, "number")
                .replace(&tenant.sales.waba_id, "account")
                .replace(&tenant.administrator.member.to_string(), "member");
            let mut copy = line.clone();
            // Two that are equal are two.
            for n in 2.. {
                if lines.insert(copy) {
                    break;
                }
                copy = format!("{line}|{n}");
            }
        }
    }
    lines
}

/// Columns at their commas, of which CASE has none.
fn split(columns: &str) -> Vec<&str> {
    columns.split(", ").map(str::trim).collect()
}
