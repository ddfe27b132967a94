//! What members note of customers.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    ids::{ContactId, ContactNoteId},
    model::field::{CONTACT_NOTES, ContactNote},
};

use crate::{
    clock::{from_micros, micros},
    db::{Fault, Scoped, schema::contact_note::dsl as n},
};

type Row = (String, String, String, i64);

/// Adds a note.
///
/// # Errors
/// A unique violation when there is one with this id.
pub fn insert(scoped: &mut Scoped, contact: ContactId, note: &ContactNote) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(n::contact_note)
        .values((
            n::tenant_id.eq(tenant),
            n::id.eq(note.id.to_string()),
            n::contact_id.eq(contact.to_string()),
            n::member_id.eq(note.by.to_string()),
            n::text.eq(&note.text),
            n::at.eq(micros(note.at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// A note and whom it is about.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: ContactNoteId) -> Result<Option<(ContactId, ContactNote)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<(String, Row)> = n::contact_note
        .filter(n::tenant_id.eq(tenant).and(n::id.eq(id.to_string())))
        .select((n::contact_id, (n::id, n::text, n::member_id, n::at)))
        .first(conn)
        .optional()?;
    row.map(|(contact, row)| Ok((contact.parse()?, model(row)?))).transpose()
}

/// The notes of a contact, newest first.
///
/// # Errors
/// The database's.
pub fn of(scoped: &mut Scoped, contact: ContactId) -> Result<Vec<ContactNote>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = n::contact_note
        .filter(n::tenant_id.eq(tenant).and(n::contact_id.eq(contact.to_string())))
        .order(n::id.desc())
        .limit(CONTACT_NOTES as i64)
        .select((n::id, n::text, n::member_id, n::at))
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// The ids of all notes of a contact.
///
/// # Errors
/// The database's.
pub fn ids(scoped: &mut Scoped, contact: ContactId) -> Result<Vec<(ContactNoteId, i64)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, i64)> = n::contact_note
        .filter(n::tenant_id.eq(tenant).and(n::contact_id.eq(contact.to_string())))
        .order(n::id)
        .select((n::id, n::at))
        .load(conn)?;
    rows.into_iter().map(|(id, at)| Ok((id.parse()?, at))).collect()
}

/// Makes a note another contact's, if it is still the first one's.
///
/// # Errors
/// The database's.
pub fn hand_over(
    scoped: &mut Scoped,
    id: ContactNoteId,
    from: ContactId,
    to: ContactId,
) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let this = n::tenant_id.eq(tenant).and(n::id.eq(id.to_string())).and(n::contact_id.eq(from.to_string()));
    diesel::update(n::contact_note.filter(this)).set(n::contact_id.eq(to.to_string())).execute(conn)?;
    Ok(())
}

/// Removes a note.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, id: ContactNoteId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(n::contact_note.filter(n::tenant_id.eq(tenant).and(n::id.eq(id.to_string()))))
        .execute(conn)?;
    Ok(())
}

fn model((id, text, by, at): Row) -> Result<ContactNote, Fault> {
    Ok(ContactNote { id: id.parse()?, text, by: by.parse()?, at: from_micros(at) })
}
