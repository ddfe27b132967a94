//! Looking over the shoulder of whoever holds a conversation. It begins with an audit entry, whether or not the one
//! who holds it may know; nobody who only looks is told of what happens here.

use chrono::Duration;
use shared::{
    Instant,
    error::ErrorCode,
    ids::{ConversationId, MemberId},
    model::{
        conversation::Conversation,
        message::{Author, AuthorKind},
    },
    permission::Permission,
};

use super::{
    conversations::Loaded,
    seat::{self, Seat},
};
use crate::db::{
    Fault, Scoped, TenantStore, Tx,
    record::{Actor, FactKind},
    rows::{
        conversation::{self, ConversationRow},
        fact, settings,
    },
};

/// Whoever comes back within this time goes on looking.
const SAME_LOOK_MINUTES: i64 = 60;

/// A member who looks over somebody's shoulder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Monitoring {
    /// Over whose.
    pub holder: MemberId,
    /// Whether they may know.
    pub visible: bool,
    /// Whether it has begun a while ago.
    pub noted: bool,
}

/// Over whose shoulder a member looks who sees a conversation, if over anybody's.
///
/// # Errors
/// The database's, and `unauthenticated` when the member is locked out.
pub fn of(
    scoped: &mut Scoped,
    member: MemberId,
    id: ConversationId,
    now: Instant,
) -> Result<Option<Monitoring>, Fault> {
    let seat = seat::take(scoped, member)?;
    let row = conversation::find(scoped, id)?;
    let Some(holder) = row.and_then(|row| watched(&seat, &row.model)) else { return Ok(None) };
    let visible = settings::get(scoped)?.routing.monitor_visible;
    let since = now - Duration::minutes(SAME_LOOK_MINUTES);
    let noted = fact::was_monitored(scoped, id, member, since)?;
    Ok(Some(Monitoring { holder, visible, noted }))
}

/// The same, and writes down that it begins. Who may not be written down may not look.
///
/// # Errors
/// What [`of`] refuses, and `unavailable` when nothing can be written now.
pub async fn begin(
    tenant: &TenantStore,
    member: MemberId,
    id: ConversationId,
) -> Result<Option<Monitoring>, ErrorCode> {
    let now = tenant.clock().now();
    let found = tenant.read(move |scoped| of(scoped, member, id, now)).await.map_err(|error| error.code())?;
    if found.is_some_and(|monitoring| !monitoring.noted) {
        let written = tenant.write(move |tx| note(tx, member, id)).await;
        written.map_err(|error| error.code())?;
    }
    Ok(found)
}

/// Writes down that somebody reads how colleagues answered, to judge it; within an hour it is the same look.
///
/// # Errors
/// `unavailable` when nothing can be written now.
pub async fn begin_review(
    tenant: &TenantStore,
    member: MemberId,
    id: ConversationId,
) -> Result<(), ErrorCode> {
    let since = tenant.clock().now() - Duration::minutes(SAME_LOOK_MINUTES);
    let noted = tenant.read(move |scoped| fact::was_monitored(scoped, id, member, since));
    if noted.await.map_err(|error| error.code())? {
        return Ok(());
    }
    let written = tenant.write(move |tx| {
        let Some(row) = conversation::find(tx, id)? else { return Ok(()) };
        look(tx, member, row, &id.to_string())
    });
    written.await.map(drop).map_err(|error| error.code())
}

/// Whether a member with this seat looks over somebody's shoulder when they see a conversation.
fn watched(seat: &Seat, conversation: &Conversation) -> Option<MemberId> {
    let holder = conversation.holder().filter(|holder| *holder != seat.member.id)?;
    seat.member.role.may(Permission::Monitor).then_some(holder)
}

/// Writes down that somebody began to look, unless that is written down already.
fn note(tx: &mut Tx<'_>, member: MemberId, id: ConversationId) -> Result<(), Fault> {
    let now = tx.now();
    let Some(Monitoring { holder, noted: false, .. }) = of(tx, member, id, now)? else { return Ok(()) };
    let Some(row) = conversation::find(tx, id)? else { return Ok(()) };
    look(tx, member, row, &format!("{id} {holder}"))
}

fn look(tx: &mut Tx<'_>, member: MemberId, row: ConversationRow, object: &str) -> Result<(), Fault> {
    let author = Author { kind: AuthorKind::Member, member: Some(member) };
    Loaded::from_row(row).fact(tx, FactKind::ConversationMonitored, &author)?;
    tx.audit(Actor::Member(member), "conversation.monitor", object)
}
