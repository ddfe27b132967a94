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
    Fault, ReadError, Scoped, TenantStore, Tx,
    record::{Actor, FactKind},
    rows::{
        assignment,
        conversation::{self, ConversationRow},
        fact, settings,
    },
};

/// Whoever comes back within this time goes on looking, while the same member holds the conversation.
const SAME_LOOK_MINUTES: i64 = 60;

/// A member who looks over somebody's shoulder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Monitoring {
    /// Over whose.
    pub holder: MemberId,
    /// Whether they may know.
    pub visible: bool,
    /// When it was written down that this look begins; none until then.
    pub noted: Option<Instant>,
}

impl Monitoring {
    /// Whether what happened at an instant is still seen by the look that was written down.
    pub fn lasts(noted: Instant, at: Instant) -> bool {
        at < noted + Duration::minutes(SAME_LOOK_MINUTES)
    }
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
    if !seat.member.role.may(Permission::Monitor) {
        return Ok(None);
    }
    let row = conversation::find(scoped, id)?;
    let Some(holder) = row.and_then(|row| watched(&seat, &row.model)) else { return Ok(None) };
    let visible = settings::get(scoped)?.routing.monitor_visible;
    // With each who holds it, and each time they do, it is another look.
    let turn = assignment::begun(scoped, id, holder)?;
    let hour = now - Duration::minutes(SAME_LOOK_MINUTES);
    let noted = fact::monitored(scoped, id, member, turn.map_or(hour, |turn| turn.max(hour)))?;
    let noted = noted.filter(|noted| Monitoring::lasts(*noted, now));
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
    write_down(tenant, member, id, found).await
}

/// Reads something that shows what is said in one conversation, and gives it out when it is written down over whose
/// shoulder it was read. Every door to what is said goes through here, so that none can forget it.
///
/// # Errors
/// What the reading refuses, `unauthenticated` when the member is locked out, and `unavailable` when nothing can be
/// written now.
pub async fn shown<T: Send + 'static>(
    tenant: &TenantStore,
    member: MemberId,
    read: impl FnOnce(&mut Scoped) -> Result<(ConversationId, T), Fault> + Send + 'static,
) -> Result<(T, Option<Monitoring>), ReadError> {
    let now = tenant.clock().now();
    // In one transaction: who held it when it was read is whose shoulder it was.
    let read = tenant.read(move |scoped| {
        let (id, shown) = read(scoped)?;
        Ok((id, shown, of(scoped, member, id, now)?))
    });
    let (id, shown, found) = read.await?;
    Ok((shown, write_down(tenant, member, id, found).await?))
}

async fn write_down(
    tenant: &TenantStore,
    member: MemberId,
    id: ConversationId,
    found: Option<Monitoring>,
) -> Result<Option<Monitoring>, ErrorCode> {
    let Some(look) = found.filter(|look| look.noted.is_none()) else { return Ok(found) };
    let written = tenant.write(move |tx| note(tx, member, id, look.holder)).await;
    let (noted, _) = written.map_err(|error| error.code())?;
    Ok(Some(Monitoring { noted: Some(noted), ..look }))
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
    let noted = tenant.read(move |scoped| fact::monitored(scoped, id, member, since));
    if noted.await.map_err(|error| error.code())?.is_some() {
        return Ok(());
    }
    let written = tenant.write(move |tx| {
        let Some(row) = conversation::find(tx, id)? else { return Ok(()) };
        look(tx, member, row, &id.to_string())
    });
    written.await.map(drop).map_err(|error| error.code())
}

/// Over whose shoulder a member with this seat looks, who may monitor, when they see a conversation.
fn watched(seat: &Seat, conversation: &Conversation) -> Option<MemberId> {
    conversation.holder().filter(|holder| *holder != seat.member.id)
}

/// Writes down that somebody began to look over a member's shoulder, unless that is written down already; says when
/// it was. Also where another holds the conversation by now: it is what was looked at.
fn note(tx: &mut Tx<'_>, member: MemberId, id: ConversationId, holder: MemberId) -> Result<Instant, Fault> {
    let now = tx.now();
    let known = of(tx, member, id, now)?.filter(|look| look.holder == holder);
    if let Some(noted) = known.and_then(|look| look.noted) {
        return Ok(noted);
    }
    let Some(row) = conversation::find(tx, id)? else { return Ok(now) };
    look(tx, member, row, &format!("{id} {holder}"))?;
    Ok(now)
}

fn look(tx: &mut Tx<'_>, member: MemberId, row: ConversationRow, object: &str) -> Result<(), Fault> {
    let author = Author { kind: AuthorKind::Member, member: Some(member) };
    Loaded::from_row(row).fact(tx, FactKind::ConversationMonitored, &author)?;
    tx.audit(Actor::Member(member), "conversation.monitor", object)
}
