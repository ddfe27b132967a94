//! Moving what is one contact's to another: every table whose rows say whose they are.
//!
//! Labels, fields and notes of contacts move with `domain::contacts::extras`, which knows what both have.
//!
//! Absent on purpose: the live log, which says whom an event was about when it happened and is forgotten after
//! three days.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use serde::{Deserialize, Serialize};
use shared::{
    Instant,
    ids::{ChannelId, ContactId, ConversationId},
};

use super::{message, search};
use crate::{
    clock::micros,
    db::{
        Fault, Scoped,
        fixed::{Fixed, statements},
        schema::{
            early_status::dsl as e, message_change::dsl as m, past_message::dsl as p, raw_item::dsl as r,
            search_token::dsl as s,
        },
    },
};

/// Words per statement; SQLite takes 32,766 values in one.
const WORDS: usize = 500;

statements! {
    MoveConversation: "UPDATE conversation SET contact_id = ? WHERE tenant_id = ? AND id = ?";
    MoveMessages: "UPDATE message SET contact_id = ? WHERE tenant_id = ? AND conversation_id = ?";
    MoveFiles: "UPDATE file SET contact_id = ? WHERE tenant_id = ? AND contact_id = ? AND message_id IN \
    (SELECT id FROM message WHERE tenant_id = ? AND conversation_id = ?)";
    MoveOutbox: "UPDATE outbox SET contact_id = ? WHERE tenant_id = ? AND contact_id = ? AND conversation_id = ?";
    MoveDrafts: "UPDATE draft SET contact_id = ? WHERE tenant_id = ? AND conversation_id = ?";
    MoveLabels: "UPDATE conversation_label SET contact_id = ? WHERE tenant_id = ? AND conversation_id = ?";
    MoveReviews: "UPDATE review SET contact_id = ? WHERE tenant_id = ? AND conversation_id = ?";
    MoveAwaited: "UPDATE awaited SET contact_id = ? WHERE tenant_id = ? AND message_id IN \
    (SELECT id FROM message WHERE tenant_id = ? AND conversation_id = ?)";
    MoveReceipts: "UPDATE group_receipt SET contact_id = ? WHERE tenant_id = ? AND message_id IN \
    (SELECT id FROM message WHERE tenant_id = ? AND conversation_id = ?)";
    MoveChanges: "UPDATE message_change SET contact_id = ? WHERE tenant_id = ? AND contact_id = ? \
    AND channel_id = ? AND target_wamid IN \
    (SELECT wamid FROM message WHERE tenant_id = ? AND conversation_id = ? AND wamid IS NOT NULL)";
}

/// Moves a conversation and everything in it.
///
/// # Errors
/// A unique violation when the other contact has an open one on the channel, too.
pub fn conversation(
    scoped: &mut Scoped,
    id: ConversationId,
    channel: ChannelId,
    from: ContactId,
    to: ContactId,
) -> Result<(), Fault> {
    let texts = message::texts(scoped, id)?;
    let words: Vec<String> = texts.iter().flat_map(|text| search::tokens(text)).collect();
    let (conn, tenant) = scoped.parts();
    let (id, channel, from, to) = (id.to_string(), channel.to_string(), from.to_string(), to.to_string());
    let (id, channel, from, to) = (id.as_str(), channel.as_str(), from.as_str(), to.as_str());
    Fixed::<MoveConversation, _>::new([to.into(), tenant.into(), id.into()]).execute(conn)?;
    // Before the messages: they are found by whose these say they are.
    let values = [to.into(), tenant.into(), from.into(), tenant.into(), id.into()];
    Fixed::<MoveFiles, _>::new(values).execute(conn)?;
    let values = [to.into(), tenant.into(), from.into(), channel.into(), tenant.into(), id.into()];
    Fixed::<MoveChanges, _>::new(values).execute(conn)?;
    let values = || [to.into(), tenant.into(), tenant.into(), id.into()];
    Fixed::<MoveAwaited, _>::new(values()).execute(conn)?;
    Fixed::<MoveReceipts, _>::new(values()).execute(conn)?;
    Fixed::<MoveOutbox, _>::new([to.into(), tenant.into(), from.into(), id.into()]).execute(conn)?;
    Fixed::<MoveDrafts, _>::new([to.into(), tenant.into(), id.into()]).execute(conn)?;
    Fixed::<MoveReviews, _>::new([to.into(), tenant.into(), id.into()]).execute(conn)?;
    Fixed::<MoveLabels, _>::new([to.into(), tenant.into(), id.into()]).execute(conn)?;
    Fixed::<MoveMessages, _>::new([to.into(), tenant.into(), id.into()]).execute(conn)?;
    for some in words.chunks(WORDS) {
        let found = s::tenant_id.eq(tenant).and(s::token.eq_any(some)).and(s::conversation_id.eq(id));
        diesel::update(s::search_token.filter(found)).set(s::contact_id.eq(to)).execute(conn)?;
    }
    Ok(())
}

/// What is a contact's without belonging to a conversation yet, by its keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loose {
    /// Items that were not understood.
    pub raw_items: Vec<String>,
    /// Changes of messages, by channel and WhatsApp's id.
    pub changes: Vec<(String, String)>,
    /// Statuses of messages that nobody knows, by channel, WhatsApp's id and state.
    pub statuses: Vec<(String, String, String)>,
    /// Messages from before a number was connected that wait for their order, by channel and WhatsApp's id.
    #[serde(default)]
    pub past: Vec<(String, String)>,
}

/// What is a contact's without belonging to a conversation, of what came since an instant. Changes of the
/// contact's own messages belong to their conversations.
///
/// # Errors
/// The database's.
pub fn loose(scoped: &mut Scoped, contact: ContactId, since: Instant) -> Result<Loose, Fault> {
    let (contact, since) = (contact.to_string(), micros(since));
    let (conn, tenant) = scoped.parts();
    let raw_items = r::raw_item
        .filter(r::tenant_id.eq(tenant).and(r::contact_id.eq(&contact)).and(r::received_at.ge(since)))
        .order(r::id)
        .select(r::id)
        .load(conn)?;
    let statuses = e::early_status
        .filter(e::tenant_id.eq(tenant).and(e::contact_id.eq(&contact)).and(e::received_at.ge(since)))
        .order((e::channel_id, e::wamid, e::state))
        .select((e::channel_id, e::wamid, e::state))
        .load(conn)?;
    let past = p::past_message
        .filter(p::tenant_id.eq(tenant).and(p::contact_id.eq(&contact)).and(p::received_at.ge(since)))
        .order((p::channel_id, p::wamid))
        .select((p::channel_id, p::wamid))
        .load(conn)?;
    let all: Vec<(String, String, String)> = m::message_change
        .filter(m::tenant_id.eq(tenant).and(m::contact_id.eq(&contact)).and(m::received_at.ge(since)))
        .order((m::channel_id, m::wamid))
        .select((m::channel_id, m::wamid, m::target_wamid))
        .load(conn)?;
    let mut changes = Vec::new();
    for (channel, wamid, target) in all {
        let of_theirs = message::by_wamid(scoped, channel.parse()?, &target)?
            .is_some_and(|row| row.contact.to_string() == contact);
        if !of_theirs {
            changes.push((channel, wamid));
        }
    }
    Ok(Loose { raw_items, changes, statuses, past })
}

/// Makes what is loose another contact's, as far as it is still the first one's.
///
/// # Errors
/// The database's.
pub fn move_loose(scoped: &mut Scoped, loose: &Loose, from: ContactId, to: ContactId) -> Result<(), Fault> {
    let (from, to) = (Some(from.to_string()), to.to_string());
    let (conn, tenant) = scoped.parts();
    for id in &loose.raw_items {
        let this = r::tenant_id.eq(tenant).and(r::id.eq(id)).and(r::contact_id.eq(&from));
        diesel::update(r::raw_item.filter(this)).set(r::contact_id.eq(&to)).execute(conn)?;
    }
    for (channel, wamid, state) in &loose.statuses {
        let this = e::tenant_id.eq(tenant).and(e::channel_id.eq(channel)).and(e::wamid.eq(wamid));
        let this = this.and(e::state.eq(state)).and(e::contact_id.eq(&from));
        diesel::update(e::early_status.filter(this)).set(e::contact_id.eq(&to)).execute(conn)?;
    }
    let from = from.unwrap_or_default();
    for (channel, wamid) in &loose.past {
        let this = p::tenant_id.eq(tenant).and(p::channel_id.eq(channel)).and(p::wamid.eq(wamid));
        let theirs = p::past_message.filter(this.and(p::contact_id.eq(&from)));
        diesel::update(theirs).set(p::contact_id.eq(&to)).execute(conn)?;
    }
    for (channel, wamid) in &loose.changes {
        let this = m::tenant_id.eq(tenant).and(m::channel_id.eq(channel)).and(m::wamid.eq(wamid));
        let theirs = m::message_change.filter(this.and(m::contact_id.eq(&from)));
        diesel::update(theirs).set(m::contact_id.eq(&to)).execute(conn)?;
    }
    Ok(())
}
