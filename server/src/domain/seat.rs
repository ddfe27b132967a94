//! The seat a member looks from: who, with which rights, over which scope.

use shared::{
    error::ErrorCode,
    ids::MemberId,
    model::{member::Member, settings::Settings},
    permission::{Permission, PhoneSight, Scope},
};

use crate::db::{
    Fault, Scoped,
    rows::{member, settings},
};

/// A member who may act, and what they may see.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Who.
    pub member: Member,
    /// What they may see.
    pub scope: Scope,
    /// The version of the scope.
    pub scope_rev: u64,
}

/// The seat of an active member.
///
/// # Errors
/// `unauthenticated` when there is no such member or they are locked out.
pub fn take(scoped: &mut Scoped, id: MemberId) -> Result<Seat, Fault> {
    let row = member::find(scoped, id)?
        .filter(|row| row.member.active)
        .ok_or(Fault::Refused(ErrorCode::Unauthenticated))?;
    let settings = settings::get(scoped)?;
    let scope = scope(&row.member, &settings);
    Ok(Seat { member: row.member, scope, scope_rev: row.scope_rev })
}

/// What a member may see.
pub fn scope(member: &Member, settings: &Settings) -> Scope {
    let masked = settings.mask_phones && !member.role.may(Permission::SeePhoneNumbers);
    Scope {
        member: member.id,
        role: member.role,
        queues: member.queues.iter().copied().collect(),
        phones: if masked { PhoneSight::Masked } else { PhoneSight::Whole },
    }
}
