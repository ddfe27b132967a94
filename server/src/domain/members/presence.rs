//! What the sockets tell: the first console of a member came, the last one is gone.

use shared::{ids::MemberId, live::event::Event, model::message::AuthorKind, permission::Audience};

use super::load;
use crate::db::{
    Fault, Tx,
    record::{Fact, FactKind},
    rows::member,
};

/// Stores whether a member is connected, as seen by one run of the server.
///
/// # Errors
/// `not_found`.
pub fn set(tx: &mut Tx<'_>, id: MemberId, connected: bool, incarnation: &str) -> Result<(), Fault> {
    let mut row = load(tx, id)?;
    let changed = row.member.connected != connected;
    let now = tx.now();
    row.member.connected = connected;
    if !changed {
        // Only the run of the server changed; nobody needs to hear that.
        return member::set_presence(tx, &row.member, Some(incarnation), now);
    }
    row.member.rev += 1;
    member::set_presence(tx, &row.member, Some(incarnation), now)?;
    member::update(tx, &row)?;
    tx.fact(Fact {
        what: if connected { FactKind::MemberConnected } else { FactKind::MemberDisconnected },
        written_at: None,
        conversation: None,
        queue: None,
        member: Some(id),
        channel: None,
        author: Some(AuthorKind::System),
    })?;
    tx.emit(Audience::Tenant, None, Event::Member(row.member));
    Ok(())
}
