//! Members: what administrators change, what members choose, and what the sockets tell.

pub mod availability;
pub mod change;
pub mod idle;
pub mod masking;
pub mod presence;

use shared::{error::ErrorCode, ids::MemberId, live::event::Event, permission::Audience};

use crate::db::{
    Fault, Tx,
    rows::member::{self, MemberRow},
};

pub(crate) fn load(tx: &mut Tx<'_>, id: MemberId) -> Result<MemberRow, Fault> {
    member::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))
}

/// Stores a member's row one revision higher and tells everybody.
pub(crate) fn save(tx: &mut Tx<'_>, mut row: MemberRow) -> Result<(), Fault> {
    row.member.rev += 1;
    member::update(tx, &row)?;
    tx.emit(Audience::Tenant, None, Event::Member(row.member));
    Ok(())
}
