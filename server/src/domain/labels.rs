//! The words by which a team sorts its contacts and conversations.

use shared::{
    api::contacts::LabelRequest,
    error::ErrorCode,
    ids::{LabelId, MemberId},
    model::label::{LABELS, Label, label_name, same_name},
    permission::Permission,
};

use super::seat;
use crate::db::{Fault, ReadError, Scoped, TenantStore, Tx, record::Actor, rows::label};

/// All labels, by name.
///
/// # Errors
/// `unauthenticated` when the member is locked out.
pub async fn list(tenant: &TenantStore, member: MemberId) -> Result<Vec<Label>, ReadError> {
    let read = tenant.read(move |scoped| {
        seat::take(scoped, member)?;
        label::all(scoped)
    });
    read.await
}

/// Adds a label; one with this id is taken as it is, so that it can be repeated.
///
/// # Errors
/// `forbidden`, `name_taken`, `too_many`, and what [`label_name`] refuses.
pub fn create(tx: &mut Tx<'_>, member: MemberId, id: LabelId, new: &LabelRequest) -> Result<Label, Fault> {
    may_manage(tx, member)?;
    if let Some(known) = label::find(tx, id)? {
        return Ok(known);
    }
    let all = label::all(tx)?;
    if all.len() >= LABELS {
        return Err(ErrorCode::TooMany.into());
    }
    let made = checked(&all, id, new)?;
    label::insert(tx, &made)?;
    tx.audit(Actor::Member(member), "labels.create", &id.to_string())?;
    Ok(made)
}

/// Gives a label another name or colour.
///
/// # Errors
/// `forbidden`, `not_found`, and what [`create`] refuses.
pub fn change(tx: &mut Tx<'_>, member: MemberId, id: LabelId, new: &LabelRequest) -> Result<Label, Fault> {
    may_manage(tx, member)?;
    let known = label::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let changed = checked(&label::all(tx)?, id, new)?;
    if changed != known {
        label::update(tx, &changed)?;
        tx.audit(Actor::Member(member), "labels.change", &id.to_string())?;
    }
    Ok(changed)
}

/// Removes a label, also from everything that has it.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn remove(tx: &mut Tx<'_>, member: MemberId, id: LabelId) -> Result<(), Fault> {
    may_manage(tx, member)?;
    label::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    label::remove(tx, id)?;
    tx.audit(Actor::Member(member), "labels.remove", &id.to_string())
}

/// Whether a member looks after contacts, and so after what they are described by.
///
/// # Errors
/// `forbidden`.
pub(super) fn may_manage(scoped: &mut Scoped, member: MemberId) -> Result<(), Fault> {
    let seat = seat::take(scoped, member)?;
    let may = seat.member.role.may(Permission::ManageContacts);
    if may { Ok(()) } else { Err(ErrorCode::Forbidden.into()) }
}

fn checked(all: &[Label], id: LabelId, new: &LabelRequest) -> Result<Label, Fault> {
    let name = label_name(&new.name)?.to_owned();
    if all.iter().any(|other| other.id != id && same_name(&other.name, &name)) {
        return Err(ErrorCode::NameTaken.into());
    }
    Ok(Label { id, name, colour: new.colour })
}
