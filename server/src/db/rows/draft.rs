//! What members have begun to write.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{ContactId, ConversationId, MemberId},
    model::draft::Draft,
};

use crate::{
    clock::{from_micros, micros},
    db::{Fault, Scoped, schema::draft::dsl as d},
};

/// A draft as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// What its member sees.
    pub model: Draft,
    /// Whose.
    pub member: MemberId,
    /// To whom.
    pub contact: ContactId,
}

type Row = (String, String, String, i64, String, bool, Option<String>, i64);

macro_rules! columns {
    () => {
        (d::member_id, d::conversation_id, d::contact_id, d::rev, d::text, d::note, d::answers_id, d::at)
    };
}

/// Stores a draft in the place of the one before.
///
/// # Errors
/// The database's.
pub fn put(scoped: &mut Scoped, row: &DraftRow) -> Result<(), Fault> {
    remove(scoped, row.member, row.model.conversation)?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(d::draft)
        .values((
            d::tenant_id.eq(tenant),
            d::member_id.eq(row.member.to_string()),
            d::conversation_id.eq(row.model.conversation.to_string()),
            d::contact_id.eq(row.contact.to_string()),
            d::rev.eq(row.model.rev as i64),
            d::text.eq(&row.model.text),
            d::note.eq(row.model.note),
            d::answers_id.eq(row.model.answers.map(|id| id.to_string())),
            d::at.eq(micros(row.model.at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// A member's draft in a conversation.
///
/// # Errors
/// The database's.
pub fn find(
    scoped: &mut Scoped,
    member: MemberId,
    conversation: ConversationId,
) -> Result<Option<DraftRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let theirs = d::tenant_id.eq(tenant).and(d::member_id.eq(member.to_string()));
    let row: Option<Row> = d::draft
        .filter(theirs.and(d::conversation_id.eq(conversation.to_string())))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// All drafts of a member, the oldest first.
///
/// # Errors
/// The database's.
pub fn of(scoped: &mut Scoped, member: MemberId) -> Result<Vec<DraftRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = d::draft
        .filter(d::tenant_id.eq(tenant).and(d::member_id.eq(member.to_string())))
        .order((d::at, d::conversation_id))
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// The oldest drafts from before an instant.
///
/// # Errors
/// The database's.
pub fn older(scoped: &mut Scoped, before: Instant, most: usize) -> Result<Vec<DraftRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = d::draft
        .filter(d::tenant_id.eq(tenant).and(d::at.lt(micros(before))))
        .order(d::at)
        .limit(most as i64)
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// Removes a draft.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, member: MemberId, conversation: ConversationId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let theirs = d::tenant_id.eq(tenant).and(d::member_id.eq(member.to_string()));
    diesel::delete(d::draft.filter(theirs.and(d::conversation_id.eq(conversation.to_string()))))
        .execute(conn)?;
    Ok(())
}

fn model((member, conversation, contact, rev, text, note, answers, at): Row) -> Result<DraftRow, Fault> {
    Ok(DraftRow {
        model: Draft {
            conversation: conversation.parse()?,
            rev: rev as u64,
            text,
            note,
            answers: answers.map(|id| id.parse()).transpose()?,
            at: from_micros(at),
        },
        member: member.parse()?,
        contact: contact.parse()?,
    })
}
