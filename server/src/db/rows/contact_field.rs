//! What else a business wants to know of its customers, and what it knows.

use std::collections::BTreeMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    ids::{ContactId, FieldId},
    model::field::{Field, FieldKind},
};

use super::message::json;
use crate::db::{
    Fault, Scoped,
    schema::{contact_field::dsl as f, contact_value::dsl as v},
};

type Row = (String, String, String, String, String, bool);

macro_rules! columns {
    () => {
        (f::id, f::key, f::title, f::kind, f::choices, f::personal)
    };
}

/// Adds a field.
///
/// # Errors
/// A unique violation when the key is taken.
pub fn insert(scoped: &mut Scoped, field: &Field) -> Result<(), Fault> {
    let choices = json(&field.choices)?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(f::contact_field)
        .values((
            f::tenant_id.eq(tenant),
            f::id.eq(field.id.to_string()),
            f::key.eq(&field.key),
            f::title.eq(&field.title),
            f::kind.eq(field.kind.as_str()),
            f::choices.eq(choices),
            f::personal.eq(field.personal),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores everything that can change in a field.
///
/// # Errors
/// The database's.
pub fn update(scoped: &mut Scoped, field: &Field) -> Result<(), Fault> {
    let choices = json(&field.choices)?;
    let (conn, tenant) = scoped.parts();
    diesel::update(f::contact_field.filter(f::tenant_id.eq(tenant).and(f::id.eq(field.id.to_string()))))
        .set((f::title.eq(&field.title), f::choices.eq(choices), f::personal.eq(field.personal)))
        .execute(conn)?;
    Ok(())
}

/// Removes a field with all it says of anybody.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, id: FieldId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let id = id.to_string();
    diesel::delete(v::contact_value.filter(v::tenant_id.eq(tenant).and(v::field_id.eq(&id))))
        .execute(conn)?;
    diesel::delete(f::contact_field.filter(f::tenant_id.eq(tenant).and(f::id.eq(&id)))).execute(conn)?;
    Ok(())
}

/// One field.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: FieldId) -> Result<Option<Field>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = f::contact_field
        .filter(f::tenant_id.eq(tenant).and(f::id.eq(id.to_string())))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// All fields, by title.
///
/// # Errors
/// The database's.
pub fn all(scoped: &mut Scoped) -> Result<Vec<Field>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = f::contact_field
        .filter(f::tenant_id.eq(tenant))
        .order((f::title, f::id))
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// What is known of a contact.
///
/// # Errors
/// The database's.
pub fn values(scoped: &mut Scoped, contact: ContactId) -> Result<BTreeMap<FieldId, String>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, String)> = v::contact_value
        .filter(v::tenant_id.eq(tenant).and(v::contact_id.eq(contact.to_string())))
        .select((v::field_id, v::value))
        .load(conn)?;
    rows.into_iter().map(|(field, value)| Ok((field.parse()?, value))).collect()
}

/// What is known of some contacts.
///
/// # Errors
/// The database's.
pub fn values_of(
    scoped: &mut Scoped,
    contacts: &[ContactId],
) -> Result<BTreeMap<ContactId, BTreeMap<FieldId, String>>, Fault> {
    let contacts: Vec<String> = contacts.iter().map(ToString::to_string).collect();
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, String, String)> = v::contact_value
        .filter(v::tenant_id.eq(tenant).and(v::contact_id.eq_any(contacts)))
        .select((v::contact_id, v::field_id, v::value))
        .load(conn)?;
    let mut found: BTreeMap<ContactId, BTreeMap<FieldId, String>> = BTreeMap::new();
    for (contact, field, value) in rows {
        found.entry(contact.parse()?).or_default().insert(field.parse()?, value);
    }
    Ok(found)
}

/// Stores what a field says of a contact in the place of what it said; none takes it away. Says whether that was
/// news.
///
/// # Errors
/// A foreign-key violation when there is no such field.
pub fn put(
    scoped: &mut Scoped,
    contact: ContactId,
    field: FieldId,
    value: Option<&str>,
) -> Result<bool, Fault> {
    let known = values(scoped, contact)?.remove(&field);
    if known.as_deref() == value {
        return Ok(false);
    }
    let (conn, tenant) = scoped.parts();
    let (contact, field) = (contact.to_string(), field.to_string());
    let this = v::tenant_id.eq(tenant).and(v::contact_id.eq(&contact)).and(v::field_id.eq(&field));
    match (known, value) {
        (Some(_), Some(value)) => {
            diesel::update(v::contact_value.filter(this)).set(v::value.eq(value)).execute(conn)?;
        }
        (None, Some(value)) => {
            diesel::insert_into(v::contact_value)
                .values((
                    v::tenant_id.eq(tenant),
                    v::contact_id.eq(&contact),
                    v::field_id.eq(&field),
                    v::value.eq(value),
                ))
                .execute(conn)?;
        }
        (_, None) => {
            diesel::delete(v::contact_value.filter(this)).execute(conn)?;
        }
    }
    Ok(true)
}

fn model((id, key, title, kind, choices, personal): Row) -> Result<Field, Fault> {
    let kind = FieldKind::parse(&kind).ok_or_else(|| Fault::Broken(format!("a field {kind}")))?;
    let choices =
        serde_json::from_str(&choices).map_err(|error| Fault::Broken(format!("choices: {error}")))?;
    Ok(Field { id: id.parse()?, key, title, kind, choices, personal })
}
