//! Messages, notes and system lines.

mod quotes;
mod stored;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl,
    TextExpressionMethods, dsl::max,
};
use shared::{
    Instant,
    ids::{ChannelId, ContactId, ConversationId, MemberId, MessageId},
    model::message::{AuthorKind, DeliveryState, Happening, Message},
};

pub use self::quotes::fill_quotes;
pub(super) use self::stored::json;
use self::stored::{
    Columns, NOTE, Row, SYSTEM, columns, context_column, model, more_column, reactions_column, reason_text,
};
use super::file::fill_files;
use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        fixed::{Fixed, statements},
        schema::message::dsl as m,
    },
    fault::{self, Sabotage},
};

/// System lines read at once where the newest few nearly always decide.
const FEW_LINES: i64 = 8;

/// A message with what only the server needs.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// What the console sees.
    pub model: Message,
    /// Whose.
    pub contact: ContactId,
    /// On which channel.
    pub channel: ChannelId,
    /// WhatsApp's id, once known.
    pub wamid: Option<String>,
    /// The item as it came, unless the body says it all. Given when a message is added; not read.
    pub raw: Option<String>,
    /// WhatsApp's id of the message that it answers.
    pub quoted: Option<String>,
}

statements! {
    Insert: "INSERT INTO message (tenant_id, id, rev, conversation_id, contact_id, channel_id, seq, at, \
    written_at, author_kind, author_id, kind, text, happening, raw, wamid, command_key, \
    delivery, delivery_rank, content, context, quoted_wamid, reactions, edited_at) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    UpdateContent: "UPDATE message SET rev = ?, kind = ?, text = ?, content = ?, context = ?, \
    quoted_wamid = ?, reactions = ?, edited_at = ? WHERE tenant_id = ? AND id = ?";
    UpdateRev: "UPDATE message SET rev = ? WHERE tenant_id = ? AND id = ?";
    UpdateRaw: "UPDATE message SET raw = ? WHERE tenant_id = ? AND id = ?";
    KnownOf: "SELECT 1 FROM message WHERE tenant_id = ? AND channel_id = ? AND wamid = ? \
    UNION ALL SELECT 2 FROM message_change WHERE tenant_id = ? AND channel_id = ? AND target_wamid = ? \
    UNION ALL SELECT 3 FROM message WHERE tenant_id = ? AND channel_id = ? AND quoted_wamid = ?";
    UpdateDelivery: "UPDATE message SET rev = ?, delivery = ?, delivery_rank = ?, sent_at = ?, \
    delivered_at = ?, read_at = ?, delivery_more = ?, failure_code = ?, failure_reason = ?, failure_detail = ? \
    WHERE tenant_id = ? AND id = ?";
}

/// Adds a message.
///
/// # Errors
/// A unique violation when its place or its wamid is taken.
pub fn insert(scoped: &mut Scoped, row: &MessageRow) -> Result<(), Fault> {
    let body = Columns::of(&row.model.body)?;
    let context = context_column(&row.model)?;
    let reactions = reactions_column(&row.model)?;
    let (conn, tenant) = scoped.parts();
    let model = &row.model;
    let state = model.delivery.as_ref().map(|d| d.state);
    let insert = Fixed::<Insert, _>::new([
        tenant.into(),
        model.id.to_string().into(),
        (model.rev as i64).into(),
        model.conversation.to_string().into(),
        row.contact.to_string().into(),
        row.channel.to_string().into(),
        (model.seq as i64).into(),
        micros(model.at).into(),
        model.written_at.map(micros).into(),
        model.author.kind.as_str().into(),
        (model.author.member.map(|id| id.to_string())).into(),
        body.kind.into(),
        body.text.as_deref().into(),
        body.happening.into(),
        row.raw.as_deref().into(),
        row.wamid.as_deref().into(),
        (model.key.map(|key| key.to_string())).into(),
        (state.map(|s| s.as_str())).into(),
        (state.map_or(0, |s| i64::from(s.rank()))).into(),
        body.content.into(),
        context.into(),
        row.quoted.as_deref().into(),
        reactions.into(),
        model.edited_at.map(micros).into(),
    ]);
    insert.execute(conn)?;
    Ok(())
}

/// Stores what a message says now, and what was put under it; the item as it came stays.
///
/// # Errors
/// The database's.
pub fn update_content(scoped: &mut Scoped, row: &MessageRow) -> Result<(), Fault> {
    let body = Columns::of(&row.model.body)?;
    let context = context_column(&row.model)?;
    let reactions = reactions_column(&row.model)?;
    let (conn, tenant) = scoped.parts();
    let update = Fixed::<UpdateContent, _>::new([
        (row.model.rev as i64).into(),
        body.kind.into(),
        body.text.as_deref().into(),
        body.content.into(),
        context.into(),
        row.quoted.as_deref().into(),
        reactions.into(),
        row.model.edited_at.map(micros).into(),
        tenant.into(),
        row.model.id.to_string().into(),
    ]);
    update.execute(conn)?;
    Ok(())
}

/// The item that a message came in, unless its body says it all.
///
/// # Errors
/// The database's.
pub fn raw(scoped: &mut Scoped, id: MessageId) -> Result<Option<String>, Fault> {
    let (conn, tenant) = scoped.parts();
    let raw: Option<Option<String>> = m::message
        .filter(m::tenant_id.eq(tenant).and(m::id.eq(id.to_string())))
        .select(m::raw)
        .first(conn)
        .optional()?;
    Ok(raw.flatten())
}

/// Stores another item as the one that a message came in.
///
/// # Errors
/// The database's.
pub fn update_raw(scoped: &mut Scoped, id: MessageId, raw: Option<&str>) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    Fixed::<UpdateRaw, _>::new([raw.into(), tenant.into(), id.to_string().into()]).execute(conn)?;
    Ok(())
}

/// Stores that a message changed beside its row.
///
/// # Errors
/// The database's.
pub fn update_rev(scoped: &mut Scoped, row: &MessageRow) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let values = [(row.model.rev as i64).into(), tenant.into(), row.model.id.to_string().into()];
    Fixed::<UpdateRev, _>::new(values).execute(conn)?;
    Ok(())
}

/// Stores how far a message got.
///
/// # Errors
/// The database's.
pub fn update_delivery(scoped: &mut Scoped, row: &MessageRow) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let delivery = row.model.delivery.as_ref();
    let failure = delivery.and_then(|d| d.failure.as_ref());
    let more = more_column(delivery)?;
    let update = Fixed::<UpdateDelivery, _>::new([
        (row.model.rev as i64).into(),
        (delivery.map(|d| d.state.as_str())).into(),
        (delivery.map_or(0, |d| i64::from(d.state.rank()))).into(),
        (delivery.and_then(|d| d.sent_at).map(micros)).into(),
        (delivery.and_then(|d| d.delivered_at).map(micros)).into(),
        (delivery.and_then(|d| d.read_at).map(micros)).into(),
        more.into(),
        (failure.and_then(|f| f.code)).into(),
        (failure.map(|f| reason_text(f.reason)).transpose()?).into(),
        (failure.and_then(|f| f.detail.as_deref())).into(),
        tenant.into(),
        row.model.id.to_string().into(),
    ]);
    update.execute(conn)?;
    Ok(())
}

/// Stores WhatsApp's id of a message once it is known.
///
/// # Errors
/// A unique violation when the wamid belongs to another message.
pub fn set_wamid(scoped: &mut Scoped, row: &mut MessageRow, wamid: &str) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(m::message.filter(m::tenant_id.eq(tenant).and(m::id.eq(row.model.id.to_string()))))
        .set(m::wamid.eq(wamid))
        .execute(conn)?;
    row.wamid = Some(wamid.to_owned());
    Ok(())
}

/// One message.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: MessageId) -> Result<Option<MessageRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = m::message
        .filter(m::tenant_id.eq(tenant).and(m::id.eq(id.to_string())))
        .select(columns!())
        .first(conn)
        .optional()?;
    let mut rows: Vec<MessageRow> = row.into_iter().map(model).collect::<Result<_, _>>()?;
    fill(scoped, &mut rows)?;
    Ok(rows.pop())
}

/// Tells of each message what lies in other rows. All are of one channel.
fn fill(scoped: &mut Scoped, rows: &mut [MessageRow]) -> Result<(), Fault> {
    fill_quotes(scoped, rows)?;
    fill_files(scoped, rows)
}

/// The message with WhatsApp's id on a channel.
///
/// # Errors
/// The database's.
pub fn by_wamid(scoped: &mut Scoped, channel: ChannelId, wamid: &str) -> Result<Option<MessageRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = m::message
        .filter(m::tenant_id.eq(tenant).and(m::channel_id.eq(channel.to_string())).and(m::wamid.eq(wamid)))
        .select(columns!())
        .first(conn)
        .optional()?;
    let mut rows: Vec<MessageRow> = row.into_iter().map(model).collect::<Result<_, _>>()?;
    fill(scoped, &mut rows)?;
    Ok(rows.pop())
}

/// What is stored that has to do with a message that comes in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    /// The message itself.
    pub stored: bool,
    /// Reactions to it, or edits of it, that overtook it.
    pub changed: bool,
    /// Answers to it that overtook it.
    pub quoted: bool,
}

/// What is stored of a message with WhatsApp's id. One statement, because every message asks.
///
/// # Errors
/// The database's.
pub fn known(scoped: &mut Scoped, channel: ChannelId, wamid: &str) -> Result<Known, Fault> {
    let (conn, tenant) = scoped.parts();
    let channel = channel.to_string();
    let key = || [tenant.into(), channel.as_str().into(), wamid.into()];
    let ([a, b, c], [d, e, f], [g, h, i]) = (key(), key(), key());
    let found = Fixed::<KnownOf, _>::new([a, b, c, d, e, f, g, h, i]).numbers(conn)?;
    let stored = found.contains(&1) && !fault::sabotaged(Sabotage::NoDedupe);
    Ok(Known { stored, changed: found.contains(&2), quoted: found.contains(&3) })
}

/// The contact's messages that answer a message.
///
/// # Errors
/// The database's.
pub fn quoting(
    scoped: &mut Scoped,
    channel: ChannelId,
    contact: ContactId,
    wamid: &str,
) -> Result<Vec<MessageRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = m::message
        .filter(
            m::tenant_id
                .eq(tenant)
                .and(m::channel_id.eq(channel.to_string()))
                .and(m::quoted_wamid.eq(wamid))
                .and(m::contact_id.eq(contact.to_string())),
        )
        .order((m::conversation_id, m::seq))
        .select(columns!())
        .load(conn)?;
    let mut rows: Vec<MessageRow> = rows.into_iter().map(model).collect::<Result<_, _>>()?;
    fill(scoped, &mut rows)?;
    Ok(rows)
}

/// The newest answer to the customer behind a place that somebody else than this member wrote: a colleague here, or
/// whoever answers on the business's phone. Notes are no answers, nor is what a bot says or what failed.
///
/// # Errors
/// The database's.
pub fn answered_behind(
    scoped: &mut Scoped,
    conversation: ConversationId,
    seq: u64,
    member: MemberId,
) -> Result<Option<MessageId>, Fault> {
    let (conn, tenant) = scoped.parts();
    let found: Option<String> = m::message
        .filter(
            m::tenant_id
                .eq(tenant)
                .and(m::conversation_id.eq(conversation.to_string()))
                .and(m::seq.gt(i64::try_from(seq).unwrap_or(i64::MAX)))
                .and(m::author_kind.eq(AuthorKind::Member.as_str()))
                .and(m::author_id.is_null().or(m::author_id.ne(member.to_string())))
                .and(m::kind.ne(NOTE))
                .and(m::kind.ne(SYSTEM))
                .and(m::delivery.is_null().or(m::delivery.ne(DeliveryState::Failed.as_str()))),
        )
        .order(m::seq.desc())
        .select(m::id)
        .first(conn)
        .optional()?;
    found.map(|id| Ok(id.parse()?)).transpose()
}

/// The newest message to the customer that people of ours wrote, here or on the business's phone. Notes are none, nor is
/// what failed.
///
/// # Errors
/// The database's.
pub fn newest_of_people(
    scoped: &mut Scoped,
    conversation: ConversationId,
) -> Result<Option<MessageId>, Fault> {
    let (conn, tenant) = scoped.parts();
    let found: Option<String> = m::message
        .filter(
            m::tenant_id
                .eq(tenant)
                .and(m::conversation_id.eq(conversation.to_string()))
                .and(m::author_kind.eq(AuthorKind::Member.as_str()))
                .and(m::kind.ne(NOTE))
                .and(m::kind.ne(SYSTEM))
                .and(m::delivery.is_null().or(m::delivery.ne(DeliveryState::Failed.as_str()))),
        )
        .order(m::seq.desc())
        .select(m::id)
        .first(conn)
        .optional()?;
    found.map(|id| Ok(id.parse()?)).transpose()
}

/// Whether a member has come to answer in a conversation beside whoever holds it since it changed hands.
///
/// # Errors
/// The database's.
pub fn is_beside(scoped: &mut Scoped, conversation: ConversationId, member: MemberId) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let mut below = i64::MAX;
    loop {
        let lines: Vec<(i64, Option<String>)> = m::message
            .filter(
                m::tenant_id
                    .eq(tenant)
                    .and(m::conversation_id.eq(conversation.to_string()))
                    .and(m::seq.lt(below))
                    .and(m::kind.eq(SYSTEM)),
            )
            .order(m::seq.desc())
            .limit(FEW_LINES)
            .select((m::seq, m::happening))
            .load(conn)?;
        let Some((last, _)) = lines.last() else { return Ok(false) };
        below = *last;
        for (seq, what) in &lines {
            let what = what.as_deref().map(serde_json::from_str).transpose();
            match what.map_err(|error| Fault::Broken(format!("line {seq}: {error}")))? {
                Some(Happening::Joined { member: known }) if known == member => return Ok(true),
                None
                | Some(
                    Happening::Joined { .. }
                    | Happening::Woke { .. }
                    | Happening::HandedOver { .. }
                    | Happening::ClosingSoon { .. }
                    | Happening::Prioritised { .. }
                    | Happening::Lapsed { .. },
                ) => {}
                Some(_) => return Ok(false),
            }
        }
    }
}

/// Everything a conversation is found by: the words of its messages.
///
/// # Errors
/// The database's.
pub fn texts(scoped: &mut Scoped, conversation: ConversationId) -> Result<Vec<String>, Fault> {
    let (conn, tenant) = scoped.parts();
    let texts: Vec<Option<String>> = m::message
        .filter(m::tenant_id.eq(tenant).and(m::conversation_id.eq(conversation.to_string())))
        .select(m::text)
        .load(conn)?;
    Ok(texts.into_iter().flatten().collect())
}

/// At most `limit` messages of a conversation with a smaller `seq`, ascending.
///
/// # Errors
/// The database's.
pub fn page(
    scoped: &mut Scoped,
    conversation: ConversationId,
    before: Option<u64>,
    limit: i64,
) -> Result<Vec<Message>, Fault> {
    let (conn, tenant) = scoped.parts();
    let before = before.map_or(i64::MAX, |seq| i64::try_from(seq).unwrap_or(i64::MAX));
    let mut rows: Vec<Row> = m::message
        .filter(
            m::tenant_id
                .eq(tenant)
                .and(m::conversation_id.eq(conversation.to_string()))
                .and(m::seq.lt(before)),
        )
        .order(m::seq.desc())
        .limit(limit)
        .select(columns!())
        .load(conn)?;
    rows.reverse();
    let mut rows: Vec<MessageRow> = rows.into_iter().map(model).collect::<Result<_, _>>()?;
    fill(scoped, &mut rows)?;
    Ok(rows.into_iter().map(|row| row.model).collect())
}

/// What a customer wrote first in a conversation since an instant.
///
/// # Errors
/// The database's.
pub fn first_of_customer(
    scoped: &mut Scoped,
    conversation: ConversationId,
    since: Instant,
) -> Result<Option<Message>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = m::message
        .filter(
            m::tenant_id
                .eq(tenant)
                .and(m::conversation_id.eq(conversation.to_string()))
                .and(m::author_kind.eq(AuthorKind::Customer.as_str()))
                .and(m::at.ge(micros(since))),
        )
        .order(m::seq)
        .select(columns!())
        .first(conn)
        .optional()?;
    Ok(row.map(model).transpose()?.map(|row| row.model))
}

/// The customer's messages behind a place that were written from an instant on. What tells of a call or of the
/// customer is none of theirs.
///
/// # Errors
/// The database's.
pub fn unread_after(
    scoped: &mut Scoped,
    conversation: ConversationId,
    seq: u64,
    written_from: Option<Instant>,
) -> Result<u32, Fault> {
    let (conn, tenant) = scoped.parts();
    let n: i64 = m::message
        .filter(
            m::tenant_id
                .eq(tenant)
                .and(m::conversation_id.eq(conversation.to_string()))
                .and(m::seq.gt(i64::try_from(seq).unwrap_or(i64::MAX)))
                .and(m::author_kind.eq(AuthorKind::Customer.as_str()))
                .and(m::written_at.ge(written_from.map_or(i64::MIN, micros)))
                .and(m::kind.ne("system"))
                .and(m::wamid.not_like("%#recording")),
        )
        .count()
        .get_result(conn)?;
    Ok(u32::try_from(n).unwrap_or(u32::MAX))
}

/// When the newest of the customer's messages was written, by Meta's clock; what tells of a call or of the customer
/// is none of theirs. Looks at all of them.
///
/// # Errors
/// The database's.
pub fn newest_written(scoped: &mut Scoped, conversation: ConversationId) -> Result<Option<Instant>, Fault> {
    let (conn, tenant) = scoped.parts();
    let found: Option<i64> = m::message
        .filter(
            m::tenant_id
                .eq(tenant)
                .and(m::conversation_id.eq(conversation.to_string()))
                .and(m::author_kind.eq(AuthorKind::Customer.as_str()))
                .and(m::kind.ne("system"))
                .and(m::wamid.not_like("%#recording")),
        )
        .select(max(m::written_at))
        .first(conn)?;
    Ok(found.map(from_micros))
}

/// Notes that a message was written at another time than was known.
///
/// # Errors
/// The database's.
pub fn set_written_at(scoped: &mut Scoped, id: MessageId, at: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(m::message.filter(m::tenant_id.eq(tenant).and(m::id.eq(id.to_string()))))
        .set(m::written_at.eq(micros(at)))
        .execute(conn)?;
    Ok(())
}

/// The newest of the customer's messages behind one place and up to another: its place and WhatsApp's id.
///
/// # Errors
/// The database's.
pub fn newest_of_customer(
    scoped: &mut Scoped,
    conversation: ConversationId,
    behind: u64,
    up_to: u64,
) -> Result<Option<(u64, String)>, Fault> {
    let place = |seq: u64| i64::try_from(seq).unwrap_or(i64::MAX);
    let (conn, tenant) = scoped.parts();
    let found: Option<(i64, Option<String>)> = m::message
        .filter(
            m::tenant_id
                .eq(tenant)
                .and(m::conversation_id.eq(conversation.to_string()))
                .and(m::seq.gt(place(behind)))
                .and(m::seq.le(place(up_to)))
                .and(m::author_kind.eq(AuthorKind::Customer.as_str()))
                .and(m::wamid.is_not_null()),
        )
        .order(m::seq.desc())
        .select((m::seq, m::wamid))
        .first(conn)
        .optional()?;
    Ok(found.and_then(|(seq, wamid)| Some((seq as u64, wamid?))))
}
