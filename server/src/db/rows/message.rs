//! Messages, notes and system lines.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};
use shared::{
    ids::{ChannelId, ContactId, ConversationId, MessageId},
    model::message::{Author, AuthorKind, Body, Delivery, DeliveryState, Failure, FailureReason, Message},
};

use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        connection::on_engine,
        fixed::{Fixed, statements},
        schema::message::dsl as m,
    },
    fault::{self, Sabotage},
};

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
    /// The item as it came, for types that are not understood yet.
    pub raw: Option<String>,
}

#[derive(Queryable)]
struct Row {
    id: String,
    rev: i64,
    conversation_id: String,
    contact_id: String,
    channel_id: String,
    seq: i64,
    at: i64,
    written_at: Option<i64>,
    author_kind: String,
    author_id: Option<String>,
    kind: String,
    text: Option<String>,
    happening: Option<String>,
    wamid: Option<String>,
    command_key: Option<String>,
    delivery: Option<String>,
    sent_at: Option<i64>,
    delivered_at: Option<i64>,
    read_at: Option<i64>,
    failure_code: Option<i64>,
    failure_reason: Option<String>,
    failure_detail: Option<String>,
}

/// The columns of [`Row`], in its order. `raw` is read only when asked for.
macro_rules! columns {
    () => {
        (
            m::id,
            m::rev,
            m::conversation_id,
            m::contact_id,
            m::channel_id,
            m::seq,
            m::at,
            m::written_at,
            m::author_kind,
            m::author_id,
            m::kind,
            m::text,
            m::happening,
            m::wamid,
            m::command_key,
            m::delivery,
            m::sent_at,
            m::delivered_at,
            m::read_at,
            m::failure_code,
            m::failure_reason,
            m::failure_detail,
        )
    };
}

statements! {
    Insert: "INSERT INTO message (tenant_id, id, rev, conversation_id, contact_id, channel_id, seq, at, \
    written_at, author_kind, author_id, kind, text, happening, raw, wamid, command_key, \
    delivery, delivery_rank) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    UpdateDelivery: "UPDATE message SET rev = ?, delivery = ?, delivery_rank = ?, sent_at = ?, \
    delivered_at = ?, read_at = ?, failure_code = ?, failure_reason = ?, failure_detail = ? \
    WHERE tenant_id = ? AND id = ?";
}

/// Adds a message.
///
/// # Errors
/// A unique violation when its place or its wamid is taken.
pub fn insert(scoped: &mut Scoped, row: &MessageRow) -> Result<(), Fault> {
    let (kind, text, happening) = body_columns(&row.model.body)?;
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
        kind.into(),
        text.into(),
        happening.into(),
        row.raw.as_deref().into(),
        row.wamid.as_deref().into(),
        (model.key.map(|key| key.to_string())).into(),
        (state.map(|s| s.as_str())).into(),
        (state.map_or(0, |s| i64::from(s.rank()))).into(),
    ]);
    insert.execute(conn)?;
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
    let update = Fixed::<UpdateDelivery, _>::new([
        (row.model.rev as i64).into(),
        (delivery.map(|d| d.state.as_str())).into(),
        (delivery.map_or(0, |d| i64::from(d.state.rank()))).into(),
        (delivery.and_then(|d| d.sent_at).map(micros)).into(),
        (delivery.and_then(|d| d.delivered_at).map(micros)).into(),
        (delivery.and_then(|d| d.read_at).map(micros)).into(),
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
    row.map(model).transpose()
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
    row.map(model).transpose()
}

/// Whether a message with WhatsApp's id is stored.
///
/// # Errors
/// The database's.
pub fn is_known(scoped: &mut Scoped, channel: ChannelId, wamid: &str) -> Result<bool, Fault> {
    if fault::sabotaged(Sabotage::NoDedupe) {
        return Ok(false);
    }
    let (conn, tenant) = scoped.parts();
    let query = m::message
        .filter(m::tenant_id.eq(tenant).and(m::channel_id.eq(channel.to_string())).and(m::wamid.eq(wamid)))
        .select(m::id);
    let id: Option<String> = on_engine!(conn, conn => query.first(conn)).optional()?;
    Ok(id.is_some())
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
    rows.into_iter().map(|row| model(row).map(|row| row.model)).collect()
}

/// The customer's messages behind a place.
///
/// # Errors
/// The database's.
pub fn unread_after(scoped: &mut Scoped, conversation: ConversationId, seq: u64) -> Result<u32, Fault> {
    let (conn, tenant) = scoped.parts();
    let n: i64 = m::message
        .filter(
            m::tenant_id
                .eq(tenant)
                .and(m::conversation_id.eq(conversation.to_string()))
                .and(m::seq.gt(i64::try_from(seq).unwrap_or(i64::MAX)))
                .and(m::author_kind.eq(AuthorKind::Customer.as_str())),
        )
        .count()
        .get_result(conn)?;
    Ok(u32::try_from(n).unwrap_or(u32::MAX))
}

fn body_columns(body: &Body) -> Result<(&str, Option<&str>, Option<String>), Fault> {
    Ok(match body {
        Body::Text { text } => ("text", Some(text), None),
        Body::Note { text } => (NOTE, Some(text), None),
        Body::Other { kind, caption } => (kind, caption.as_deref(), None),
        Body::System { what } => {
            (SYSTEM, None, Some(serde_json::to_string(what).map_err(|e| Fault::Broken(e.to_string()))?))
        }
    })
}

/// Prefixed so that no type name of Meta's can ever collide with ours.
const NOTE: &str = "switchboard:note";
const SYSTEM: &str = "switchboard:system";

fn reason_text(reason: FailureReason) -> Result<String, Fault> {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        _ => Err(Fault::Broken("a failure reason is not text".into())),
    }
}

fn model(row: Row) -> Result<MessageRow, Fault> {
    let broken = |what: &str| Fault::Broken(format!("message {}: {what}", row.id));
    let body = match row.kind.as_str() {
        "text" => Body::Text { text: row.text.unwrap_or_default() },
        NOTE => Body::Note { text: row.text.unwrap_or_default() },
        SYSTEM => {
            let text = row.happening.as_deref().ok_or_else(|| broken("nothing happened"))?;
            Body::System { what: serde_json::from_str(text).map_err(|e| broken(&e.to_string()))? }
        }
        kind => Body::Other { kind: kind.to_owned(), caption: row.text },
    };
    let failure = match row.failure_reason {
        None => None,
        Some(reason) => Some(Failure {
            code: row.failure_code,
            reason: serde_json::from_value(serde_json::Value::String(reason))
                .map_err(|e| broken(&e.to_string()))?,
            detail: row.failure_detail,
        }),
    };
    let delivery = match row.delivery {
        None => None,
        Some(state) => Some(Delivery {
            state: DeliveryState::parse(&state).ok_or_else(|| broken("delivery"))?,
            sent_at: row.sent_at.map(from_micros),
            delivered_at: row.delivered_at.map(from_micros),
            read_at: row.read_at.map(from_micros),
            failure,
        }),
    };
    Ok(MessageRow {
        model: Message {
            id: row.id.parse()?,
            rev: row.rev as u64,
            conversation: row.conversation_id.parse()?,
            seq: row.seq as u64,
            at: from_micros(row.at),
            written_at: row.written_at.map(from_micros),
            author: Author {
                kind: AuthorKind::parse(&row.author_kind).ok_or_else(|| broken("author"))?,
                member: row.author_id.as_deref().map(str::parse).transpose()?,
            },
            body,
            delivery,
            key: row.command_key.as_deref().map(str::parse).transpose()?,
        },
        contact: row.contact_id.parse()?,
        channel: row.channel_id.parse()?,
        wamid: row.wamid,
        raw: None,
    })
}
