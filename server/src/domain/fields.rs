//! What else a business wants to know of its customers.

use shared::{
    api::contacts::FieldRequest,
    error::ErrorCode,
    ids::{FieldId, MemberId},
    model::field::{FIELDS, Field},
};

use super::{labels::may_manage, seat};
use crate::db::{Fault, ReadError, TenantStore, Tx, record::Actor, rows::contact_field};

/// All fields, by title.
///
/// # Errors
/// `unauthenticated` when the member is locked out.
pub async fn list(tenant: &TenantStore, member: MemberId) -> Result<Vec<Field>, ReadError> {
    let read = tenant.read(move |scoped| {
        seat::take(scoped, member)?;
        contact_field::all(scoped)
    });
    read.await
}

/// Adds a field; one with this id is taken as it is, so that it can be repeated.
///
/// # Errors
/// `forbidden`, `name_taken` when there is one with this key, `too_many`, and what [`Field::check`] refuses.
pub fn create(tx: &mut Tx<'_>, member: MemberId, id: FieldId, new: &FieldRequest) -> Result<Field, Fault> {
    may_manage(tx, member)?;
    if let Some(known) = contact_field::find(tx, id)? {
        return Ok(known);
    }
    let all = contact_field::all(tx)?;
    if all.len() >= FIELDS {
        return Err(ErrorCode::TooMany.into());
    }
    let made = Field {
        id,
        key: new.key.clone(),
        title: new.title.trim().to_owned(),
        kind: new.kind,
        choices: new.choices.clone(),
        personal: new.personal,
    };
    made.check()?;
    if all.iter().any(|other| other.key == made.key) {
        return Err(ErrorCode::NameTaken.into());
    }
    contact_field::insert(tx, &made)?;
    tx.audit(Actor::Member(member), "fields.create", &id.to_string())?;
    Ok(made)
}

/// Changes what a field is called, what can be chosen, and whom it is hidden from. Values that were chosen stay, also
/// when they cannot be chosen any more.
///
/// # Errors
/// `forbidden`, `not_found`, `value_invalid` for another key or kind, and what [`Field::check`] refuses.
pub fn change(tx: &mut Tx<'_>, member: MemberId, id: FieldId, new: &FieldRequest) -> Result<Field, Fault> {
    may_manage(tx, member)?;
    let known = contact_field::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    if new.key != known.key || new.kind != known.kind {
        return Err(ErrorCode::ValueInvalid.into());
    }
    let changed = Field {
        title: new.title.trim().to_owned(),
        choices: new.choices.clone(),
        personal: new.personal,
        ..known.clone()
    };
    changed.check()?;
    if changed != known {
        contact_field::update(tx, &changed)?;
        tx.audit(Actor::Member(member), "fields.change", &id.to_string())?;
    }
    Ok(changed)
}

/// Removes a field with everything that it says of anybody.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn remove(tx: &mut Tx<'_>, member: MemberId, id: FieldId) -> Result<(), Fault> {
    may_manage(tx, member)?;
    contact_field::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    contact_field::remove(tx, id)?;
    tx.audit(Actor::Member(member), "fields.remove", &id.to_string())
}
