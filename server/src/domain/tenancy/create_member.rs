//! A new member.

use std::collections::BTreeMap;

use shared::{
    error::ErrorCode,
    ids::{AccountId, MemberId},
    live::event::Event,
    model::member::{Availability, Member, Role},
    permission::Audience,
};

use crate::db::{
    Fault, Tx,
    record::Actor,
    rows::{member, queue},
};

/// What a member can hold unless somebody decides otherwise, in slots.
const CAPACITY: u32 = 5;

/// Who joins.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// Chosen before the first write, so that a repeated command finds what it did.
    pub id: MemberId,
    /// Whose membership.
    pub account: AccountId,
    /// Name as shown.
    pub name: String,
    /// Role in this tenant.
    pub role: Role,
    /// Names of the queues to work in.
    pub queues: Vec<String>,
}

/// Adds a member; does nothing and says `false` when the member is there already.
///
/// # Errors
/// `not_found` when there is no queue of that name; the database's.
pub fn create_member(tx: &mut Tx<'_>, actor: Actor, new: &NewMember) -> Result<bool, Fault> {
    if member::find(tx, new.id)?.is_some() {
        return Ok(false);
    }
    let mut queues = Vec::with_capacity(new.queues.len());
    for name in &new.queues {
        queues.push(queue::by_name(tx, name)?.ok_or(ErrorCode::NotFound)?);
    }
    queues.sort();
    queues.dedup();
    let joined = Member {
        id: new.id,
        rev: 1,
        name: new.name.clone(),
        role: new.role,
        active: true,
        availability: Availability::Available,
        connected: false,
        queues,
        levels: BTreeMap::new(),
        skills: Vec::new(),
        capacity: CAPACITY,
        reason: None,
        wrap_until: None,
    };
    let now = tx.now();
    member::insert(tx, &joined, new.account, now)?;
    tx.emit(Audience::Tenant, None, Event::Member(joined));
    tx.audit(actor, "member.create", &new.id.to_string())?;
    Ok(true)
}
