//! What the sockets tell: the first console of a member came, the last one is gone.

use chrono::Duration;
use shared::{
    ids::MemberId,
    live::event::Event,
    model::{member::Availability, message::AuthorKind, routing::Ending},
    permission::Audience,
};

use super::{availability, idle, load};
use crate::{
    db::{
        Fault, Tx,
        record::{Fact, FactKind, Kicks},
        rows::{
            member, settings,
            timer::{self, TimerKind},
        },
    },
    domain::routing::offer,
};

/// Members in one write: messages must not wait behind everybody.
pub const AT_ONCE: usize = 128;

/// Stores whether members are connected, as seen by one run of the server. Whoever cannot be stored keeps nobody
/// else from it.
///
/// # Errors
/// The database's.
pub fn set_all(
    tx: &mut Tx<'_>,
    members: &[MemberId],
    connected: impl Fn(MemberId) -> bool,
    incarnation: &str,
) -> Result<(), Fault> {
    for member in members {
        let stored = tx.part(|tx| set(tx, *member, connected(*member), incarnation))?;
        if let Err(fault) = stored {
            tracing::warn!(member.id = %member, error = %fault, "presence was not stored");
        }
    }
    Ok(())
}

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
        calendar: None,
    })?;
    let available = row.member.availability == Availability::Available;
    tx.emit(Audience::Tenant, None, Event::Member(row.member));
    if connected {
        timer::clear(tx, TimerKind::Lost, &id.to_string())?;
        if !available {
            return Ok(());
        }
        idle::active(tx, id)?;
        return availability::offer_work(tx, id);
    }
    expect_back(tx, id)?;
    offer::withdraw_from(tx, id, Ending::Lost)
}

/// A member is not there: unless they come in time, what they hold goes to others.
///
/// # Errors
/// The database's.
pub(crate) fn expect_back(tx: &mut Tx<'_>, id: MemberId) -> Result<(), Fault> {
    let (subject, lost_secs) = (id.to_string(), settings::get(tx)?.routing.lost_secs);
    if lost_secs > 0 && timer::due(tx, TimerKind::Lost, &subject)?.is_none() {
        let due = tx.now() + Duration::seconds(lost_secs.into());
        timer::set(tx, TimerKind::Lost, &subject, due)?;
        tx.kick(Kicks { jobs: true, outbox: false });
    }
    Ok(())
}
