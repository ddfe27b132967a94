//! What customers do to messages afterwards: reactions, edits, deletions.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{ChannelId, ContactId},
};

use crate::{
    clock::{from_micros, micros},
    db::{Fault, Scoped, schema::message_change::dsl as c},
};

/// The kinds of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// An emoji under it, another one, or none any more.
    Reaction,
    /// Other content.
    Edit,
    /// It was deleted.
    Revoke,
}

impl ChangeKind {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reaction => "reaction",
            Self::Edit => "edit",
            Self::Revoke => "revoke",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Reaction, Self::Edit, Self::Revoke].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A change as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// WhatsApp's id of the change.
    pub wamid: String,
    /// Who made it.
    pub contact: ContactId,
    /// What kind.
    pub kind: ChangeKind,
    /// The emoji of a reaction, the body of an edit as JSON; nothing when it was taken away.
    pub content: Option<String>,
    /// When it was made, by Meta's clock.
    pub written_at: Instant,
    /// When it came, by ours.
    pub received_at: Instant,
    /// Whether the business made it, on its phone; otherwise the customer.
    pub ours: bool,
    /// Who of a group made it, as WhatsApp knows them.
    pub participant: Option<String>,
}

/// Whether a change is stored.
///
/// # Errors
/// The database's.
pub fn is_known(scoped: &mut Scoped, channel: ChannelId, wamid: &str) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let found: i64 = c::message_change
        .filter(c::tenant_id.eq(tenant).and(c::channel_id.eq(channel.to_string())).and(c::wamid.eq(wamid)))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// Adds a change of the message with WhatsApp's id `target`.
///
/// # Errors
/// A unique violation when it is stored already.
pub fn insert(scoped: &mut Scoped, channel: ChannelId, target: &str, row: &ChangeRow) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(c::message_change)
        .values((
            c::tenant_id.eq(tenant),
            c::channel_id.eq(channel.to_string()),
            c::wamid.eq(&row.wamid),
            c::target_wamid.eq(target),
            c::contact_id.eq(row.contact.to_string()),
            c::kind.eq(row.kind.as_str()),
            c::content.eq(&row.content),
            c::written_at.eq(micros(row.written_at)),
            c::received_at.eq(micros(row.received_at)),
            c::ours.eq(row.ours),
            c::participant.eq(&row.participant),
        ))
        .execute(conn)?;
    Ok(())
}

/// All changes of a message, in the order in which they were made; within one of Meta's seconds in the
/// order in which they came.
///
/// # Errors
/// The database's.
pub fn of(scoped: &mut Scoped, channel: ChannelId, target: &str) -> Result<Vec<ChangeRow>, Fault> {
    type Row = (String, String, String, Option<String>, i64, i64, bool, Option<String>);
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = c::message_change
        .filter(
            c::tenant_id
                .eq(tenant)
                .and(c::channel_id.eq(channel.to_string()))
                .and(c::target_wamid.eq(target)),
        )
        .order((c::written_at, c::received_at, c::wamid))
        .select((
            c::wamid,
            c::contact_id,
            c::kind,
            c::content,
            c::written_at,
            c::received_at,
            c::ours,
            c::participant,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(wamid, contact, kind, content, written_at, received_at, ours, participant)| {
            Ok(ChangeRow {
                wamid,
                contact: contact.parse()?,
                kind: ChangeKind::parse(&kind).ok_or_else(|| Fault::Broken(format!("a change {kind}")))?,
                content,
                written_at: from_micros(written_at),
                received_at: from_micros(received_at),
                ours,
                participant,
            })
        })
        .collect()
}

/// Takes what a message's changes contained away: the message was deleted.
///
/// # Errors
/// The database's.
pub fn empty(scoped: &mut Scoped, channel: ChannelId, target: &str) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let all = c::message_change.filter(
        c::tenant_id.eq(tenant).and(c::channel_id.eq(channel.to_string())).and(c::target_wamid.eq(target)),
    );
    diesel::update(all).set(c::content.eq(None::<String>)).execute(conn)?;
    Ok(())
}
