//! Labels, and which contacts and conversations have them.

use std::collections::BTreeMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    ids::{ContactId, ConversationId, LabelId},
    model::{channel::ChannelColour, label::Label},
};

use crate::db::{
    Fault, Scoped,
    schema::{contact_label::dsl as c, conversation_label::dsl as v, label::dsl as l},
};

type Row = (String, String, String);

/// Adds a label.
///
/// # Errors
/// A unique violation when the name is taken.
pub fn insert(scoped: &mut Scoped, label: &Label) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(l::label)
        .values((
            l::tenant_id.eq(tenant),
            l::id.eq(label.id.to_string()),
            l::name.eq(&label.name),
            l::colour.eq(label.colour.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores name and colour.
///
/// # Errors
/// A unique violation when the name is taken.
pub fn update(scoped: &mut Scoped, label: &Label) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(l::label.filter(l::tenant_id.eq(tenant).and(l::id.eq(label.id.to_string()))))
        .set((l::name.eq(&label.name), l::colour.eq(label.colour.as_str())))
        .execute(conn)?;
    Ok(())
}

/// Removes a label from everything that has it, and then itself.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, id: LabelId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let id = id.to_string();
    diesel::delete(c::contact_label.filter(c::tenant_id.eq(tenant).and(c::label_id.eq(&id))))
        .execute(conn)?;
    diesel::delete(v::conversation_label.filter(v::tenant_id.eq(tenant).and(v::label_id.eq(&id))))
        .execute(conn)?;
    diesel::delete(l::label.filter(l::tenant_id.eq(tenant).and(l::id.eq(&id)))).execute(conn)?;
    Ok(())
}

/// One label.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: LabelId) -> Result<Option<Label>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = l::label
        .filter(l::tenant_id.eq(tenant).and(l::id.eq(id.to_string())))
        .select((l::id, l::name, l::colour))
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// All labels, by name.
///
/// # Errors
/// The database's.
pub fn all(scoped: &mut Scoped) -> Result<Vec<Label>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = l::label
        .filter(l::tenant_id.eq(tenant))
        .order((l::name, l::id))
        .select((l::id, l::name, l::colour))
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// The labels of a contact.
///
/// # Errors
/// The database's.
pub fn of_contact(scoped: &mut Scoped, contact: ContactId) -> Result<Vec<LabelId>, Fault> {
    let (conn, tenant) = scoped.parts();
    let ids: Vec<String> = c::contact_label
        .filter(c::tenant_id.eq(tenant).and(c::contact_id.eq(contact.to_string())))
        .order(c::label_id)
        .select(c::label_id)
        .load(conn)?;
    ids.into_iter().map(|id| Ok(id.parse()?)).collect()
}

/// The labels of some contacts.
///
/// # Errors
/// The database's.
pub fn of_contacts(
    scoped: &mut Scoped,
    contacts: &[ContactId],
) -> Result<BTreeMap<ContactId, Vec<LabelId>>, Fault> {
    let contacts: Vec<String> = contacts.iter().map(ToString::to_string).collect();
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, String)> = c::contact_label
        .filter(c::tenant_id.eq(tenant).and(c::contact_id.eq_any(contacts)))
        .order((c::contact_id, c::label_id))
        .select((c::contact_id, c::label_id))
        .load(conn)?;
    let mut found: BTreeMap<ContactId, Vec<LabelId>> = BTreeMap::new();
    for (contact, label) in rows {
        found.entry(contact.parse()?).or_default().push(label.parse()?);
    }
    Ok(found)
}

/// The labels of a contact's conversations.
///
/// # Errors
/// The database's.
pub fn of_conversations(
    scoped: &mut Scoped,
    contact: ContactId,
) -> Result<BTreeMap<ConversationId, Vec<LabelId>>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, String)> = v::conversation_label
        .filter(v::tenant_id.eq(tenant).and(v::contact_id.eq(contact.to_string())))
        .order((v::conversation_id, v::label_id))
        .select((v::conversation_id, v::label_id))
        .load(conn)?;
    let mut found: BTreeMap<ConversationId, Vec<LabelId>> = BTreeMap::new();
    for (conversation, label) in rows {
        found.entry(conversation.parse()?).or_default().push(label.parse()?);
    }
    Ok(found)
}

/// Gives a contact a label; says whether that was news.
///
/// # Errors
/// A foreign-key violation when there is no such label.
pub fn put(scoped: &mut Scoped, contact: ContactId, label: LabelId) -> Result<bool, Fault> {
    if of_contact(scoped, contact)?.contains(&label) {
        return Ok(false);
    }
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(c::contact_label)
        .values((
            c::tenant_id.eq(tenant),
            c::contact_id.eq(contact.to_string()),
            c::label_id.eq(label.to_string()),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Takes a label from a contact; says whether it had it.
///
/// # Errors
/// The database's.
pub fn take(scoped: &mut Scoped, contact: ContactId, label: LabelId) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let this = c::tenant_id.eq(tenant).and(c::contact_id.eq(contact.to_string()));
    let gone = diesel::delete(c::contact_label.filter(this.and(c::label_id.eq(label.to_string()))));
    Ok(gone.execute(conn)? > 0)
}

/// Gives a conversation a label; says whether that was news.
///
/// # Errors
/// A foreign-key violation when there is no such label.
pub fn put_on_conversation(
    scoped: &mut Scoped,
    conversation: ConversationId,
    contact: ContactId,
    label: LabelId,
) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let (id, label) = (conversation.to_string(), label.to_string());
    let known: Option<String> = v::conversation_label
        .filter(v::tenant_id.eq(tenant).and(v::conversation_id.eq(&id)).and(v::label_id.eq(&label)))
        .select(v::label_id)
        .first(conn)
        .optional()?;
    if known.is_some() {
        return Ok(false);
    }
    diesel::insert_into(v::conversation_label)
        .values((
            v::tenant_id.eq(tenant),
            v::conversation_id.eq(id),
            v::label_id.eq(label),
            v::contact_id.eq(contact.to_string()),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Takes a label from a conversation; says whether it had it.
///
/// # Errors
/// The database's.
pub fn take_from_conversation(
    scoped: &mut Scoped,
    conversation: ConversationId,
    label: LabelId,
) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let this = v::tenant_id.eq(tenant).and(v::conversation_id.eq(conversation.to_string()));
    let gone = diesel::delete(v::conversation_label.filter(this.and(v::label_id.eq(label.to_string()))));
    Ok(gone.execute(conn)? > 0)
}

fn model((id, name, colour): Row) -> Result<Label, Fault> {
    let colour = ChannelColour::parse(&colour).ok_or_else(|| Fault::Broken(format!("colour {colour}")))?;
    Ok(Label { id: id.parse()?, name, colour })
}
