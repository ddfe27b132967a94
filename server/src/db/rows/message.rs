//! Messages, notes and system lines.

use std::{borrow::Cow, sync::Arc};

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};
use shared::{
    ids::{ChannelId, ContactId, ConversationId, MessageId},
    limits,
    model::{
        content::{Context, Quote, QuotedMessage},
        message::{Author, AuthorKind, Body, Delivery, DeliveryState, Failure, FailureReason, Message},
    },
};

use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
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
    /// The item as it came, unless the body says it all.
    pub raw: Option<String>,
    /// WhatsApp's id of the message that it answers.
    pub quoted: Option<String>,
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
    content: Option<String>,
    context: Option<String>,
    quoted_wamid: Option<String>,
    reactions: Option<String>,
    edited_at: Option<i64>,
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
            m::content,
            m::context,
            m::quoted_wamid,
            m::reactions,
            m::edited_at,
        )
    };
}

statements! {
    Insert: "INSERT INTO message (tenant_id, id, rev, conversation_id, contact_id, channel_id, seq, at, \
    written_at, author_kind, author_id, kind, text, happening, raw, wamid, command_key, \
    delivery, delivery_rank, content, context, quoted_wamid, reactions, edited_at) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    UpdateContent: "UPDATE message SET rev = ?, kind = ?, text = ?, content = ?, context = ?, \
    quoted_wamid = ?, raw = ?, reactions = ?, edited_at = ? WHERE tenant_id = ? AND id = ?";
    KnownOf: "SELECT 1 FROM message WHERE tenant_id = ? AND channel_id = ? AND wamid = ? \
    UNION ALL SELECT 2 FROM message_change WHERE tenant_id = ? AND channel_id = ? AND target_wamid = ? \
    UNION ALL SELECT 3 FROM message WHERE tenant_id = ? AND channel_id = ? AND quoted_wamid = ?";
    UpdateDelivery: "UPDATE message SET rev = ?, delivery = ?, delivery_rank = ?, sent_at = ?, \
    delivered_at = ?, read_at = ?, failure_code = ?, failure_reason = ?, failure_detail = ? \
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

/// Stores what a message says now, and what was put under it.
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
        row.raw.as_deref().into(),
        reactions.into(),
        row.model.edited_at.map(micros).into(),
        tenant.into(),
        row.model.id.to_string().into(),
    ]);
    update.execute(conn)?;
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
    let mut rows: Vec<MessageRow> = row.into_iter().map(model).collect::<Result<_, _>>()?;
    fill_quotes(scoped, &mut rows)?;
    Ok(rows.pop())
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
    fill_quotes(scoped, &mut rows)?;
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
    fill_quotes(scoped, &mut rows)?;
    Ok(rows)
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

/// Tells of each message that answers another which that is, as it is now. All are of one channel.
///
/// # Errors
/// The database's.
pub fn fill_quotes(scoped: &mut Scoped, rows: &mut [MessageRow]) -> Result<(), Fault> {
    type Quoted = (Option<String>, String, String, i64, String, String, Option<String>);
    let wanted: Vec<String> = rows.iter().filter_map(|row| row.quoted.clone()).collect();
    let Some(channel) = rows.first().map(|row| row.channel).filter(|_| !wanted.is_empty()) else {
        return Ok(());
    };
    let (conn, tenant) = scoped.parts();
    let found: Vec<Quoted> = m::message
        .filter(
            m::tenant_id.eq(tenant).and(m::channel_id.eq(channel.to_string())).and(m::wamid.eq_any(&wanted)),
        )
        .select((m::wamid, m::contact_id, m::id, m::seq, m::author_kind, m::kind, m::text))
        .load(conn)?;
    for row in rows {
        let Some(wamid) = row.quoted.as_deref() else { continue };
        let whose = row.contact.to_string();
        let found = found.iter().find(|quoted| quoted.0.as_deref() == Some(wamid) && quoted.1 == whose);
        let message = found
            .map(|(_, _, id, seq, author, kind, text)| {
                let author = AuthorKind::parse(author).ok_or_else(|| Fault::Broken("author".into()))?;
                Ok::<_, Fault>(QuotedMessage {
                    id: id.parse()?,
                    seq: *seq as u64,
                    author,
                    preview: text.as_deref().map(limits::preview).unwrap_or_default(),
                    kind: (kind != TEXT).then(|| kind.clone()),
                })
            })
            .transpose()?;
        let context = row.model.context.get_or_insert_default();
        Arc::make_mut(context).quote = Some(Quote { message });
    }
    Ok(())
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
    fill_quotes(scoped, &mut rows)?;
    Ok(rows.into_iter().map(|row| row.model).collect())
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

/// A body as it is stored.
struct Columns<'a> {
    kind: &'a str,
    text: Option<Cow<'a, str>>,
    happening: Option<String>,
    content: Option<String>,
}

impl<'a> Columns<'a> {
    fn of(body: &'a Body) -> Result<Self, Fault> {
        let kind = match body {
            Body::Text { .. } => TEXT,
            Body::Note { .. } => NOTE,
            Body::System { .. } => SYSTEM,
            Body::Content(content) => content.kind(),
            Body::Other { kind, .. } => kind,
        };
        let (happening, content) = match body {
            Body::System { what } => (Some(json(what)?), None),
            Body::Content(content) => (None, Some(json(content)?)),
            Body::Text { .. } | Body::Note { .. } | Body::Other { .. } => (None, None),
        };
        Ok(Self { kind, text: body.words(), happening, content })
    }
}

/// What a message's context says but for the quote, which is looked up whenever it is read.
fn context_column(message: &Message) -> Result<Option<String>, Fault> {
    let Some(context) = &message.context else { return Ok(None) };
    let told = Context { quote: None, ..(**context).clone() };
    (!told.is_empty()).then(|| json(&told)).transpose()
}

fn reactions_column(message: &Message) -> Result<Option<String>, Fault> {
    (!message.reactions.is_empty()).then(|| json(&message.reactions)).transpose()
}

fn json(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::Broken(error.to_string()))
}

const TEXT: &str = "text";
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
        TEXT => Body::Text { text: row.text.unwrap_or_default() },
        NOTE => Body::Note { text: row.text.unwrap_or_default() },
        SYSTEM => {
            let text = row.happening.as_deref().ok_or_else(|| broken("nothing happened"))?;
            Body::System { what: serde_json::from_str(text).map_err(|e| broken(&e.to_string()))? }
        }
        kind => match &row.content {
            Some(content) => {
                Body::Content(serde_json::from_str(content).map_err(|e| broken(&e.to_string()))?)
            }
            None => Body::Other { kind: kind.to_owned(), caption: row.text },
        },
    };
    let context =
        row.context.as_deref().map(|text| serde_json::from_str(text).map_err(|e| broken(&e.to_string())));
    let reactions =
        row.reactions.as_deref().map(|text| serde_json::from_str(text).map_err(|e| broken(&e.to_string())));
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
            context: context.transpose()?,
            reactions: reactions.transpose()?.unwrap_or_default(),
            edited_at: row.edited_at.map(from_micros),
            key: row.command_key.as_deref().map(str::parse).transpose()?,
        },
        contact: row.contact_id.parse()?,
        channel: row.channel_id.parse()?,
        wamid: row.wamid,
        raw: None,
        quoted: row.quoted_wamid,
    })
}
