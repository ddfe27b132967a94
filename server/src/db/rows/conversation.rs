//! Conversations, with the contact they show.

use std::cmp::Reverse;

use chrono::serde::ts_microseconds_option;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, Queryable, RunQueryDsl,
    dsl::{not, sql},
    sql_types::Bool,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{
    Instant,
    api::conversations::ConversationFilter,
    ids::{ChannelId, ContactId, ConversationId, MemberId, MessageId},
    model::{
        contact::Contact,
        conversation::{CloseReason, Closed, Conversation, ConversationState, LastMessage},
        message::{Author, AuthorKind, DeliveryState},
    },
    permission::{Permission, Scope},
};

use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        connection::on_engine,
        fixed::{Fixed, statements},
        rows::{
            contact_card,
            search::{self, Fit, Term},
        },
        schema::{
            contact::dsl as p, contact_label::dsl as k, conversation::dsl as c, conversation_label::dsl as v,
            message::dsl as m, search_token::dsl as s,
        },
    },
};

/// A conversation with what only the server needs.
#[derive(Debug, Clone)]
pub struct ConversationRow {
    /// What the console sees.
    pub model: Conversation,
    /// `seq` of the newest message.
    pub last_seq: u64,
    /// `seq` up to which the customer's messages were read.
    pub read_seq: u64,
    /// The message `model.last` shows.
    pub last_message: Option<MessageId>,
    /// When anything last changed; the order of pages.
    pub changed_at: Instant,
    /// Where it is answered, when that is not where its contact wrote from last.
    pub answer_to: Option<Address>,
    /// What was told of it, and when, by Meta's clock.
    pub heard: Heard,
}

/// When each was told last, by Meta's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Heard {
    /// Who answers: by what came to us or to them, or by a handover.
    #[serde(with = "ts_microseconds_option", skip_serializing_if = "Option::is_none")]
    pub answerer: Option<Instant>,
    /// Whether that was somebody else.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub other: bool,
    /// What wants an answer.
    #[serde(with = "ts_microseconds_option", skip_serializing_if = "Option::is_none")]
    pub asked: Option<Instant>,
    /// What the business answered elsewhere.
    #[serde(with = "ts_microseconds_option", skip_serializing_if = "Option::is_none")]
    pub answered: Option<Instant>,
}

/// The addresses of a customer; the first that is known is written to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Phone number, digits only.
    pub phone: Option<String>,
    /// WhatsApp id.
    pub wa_id: Option<String>,
    /// Business-scoped user id.
    pub bsuid: Option<String>,
}

#[derive(Queryable)]
struct Row {
    id: String,
    rev: i64,
    state: String,
    channel_id: String,
    queue_id: Option<String>,
    assignee_id: Option<String>,
    unread: i64,
    last_seq: i64,
    read_seq: i64,
    last_message_id: Option<String>,
    last_at: Option<i64>,
    last_preview: Option<String>,
    last_kind: Option<String>,
    last_author: Option<String>,
    last_author_id: Option<String>,
    last_delivery: Option<String>,
    waiting_since: Option<i64>,
    window_until: Option<i64>,
    opened_at: i64,
    closed_at: Option<i64>,
    close_reason: Option<String>,
    changed_at: i64,
    contact_id: String,
    contact_name: Option<String>,
    contact_phone: Option<String>,
    contact_username: Option<String>,
    contact_no_marketing: bool,
    contact_group: Option<String>,
    contact_blocks: Option<String>,
    answer_to: Option<String>,
    offer_until: Option<i64>,
    /// Beside the others: a row has 32 columns at most.
    more: (Option<String>, bool, Option<String>),
}

/// The one shape in which conversations are read.
macro_rules! joined {
    () => {
        c::conversation
            .inner_join(p::contact.on(p::tenant_id.eq(c::tenant_id).and(p::id.eq(c::contact_id))))
            .select((
                c::id,
                c::rev,
                c::state,
                c::channel_id,
                c::queue_id,
                c::assignee_id,
                c::unread,
                c::last_seq,
                c::read_seq,
                c::last_message_id,
                c::last_at,
                c::last_preview,
                c::last_kind,
                c::last_author,
                c::last_author_id,
                c::last_delivery,
                c::waiting_since,
                c::window_until,
                c::opened_at,
                c::closed_at,
                c::close_reason,
                c::changed_at,
                p::id,
                p::name,
                p::phone,
                p::username,
                p::no_marketing,
                p::group_id,
                p::blocks,
                c::answer_to,
                c::offer_until,
                (c::heard, p::vip, p::language),
            ))
    };
}

/// One conversation.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: ConversationId) -> Result<Option<ConversationRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> =
        joined!().filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string()))).first(conn).optional()?;
    row.map(model).transpose()
}

/// The contact's conversation on a channel that goes on: the open one, else the newest.
///
/// # Errors
/// The database's.
pub fn newest(
    scoped: &mut Scoped,
    contact: ContactId,
    channel: ChannelId,
) -> Result<Option<ConversationRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let (contact, channel) = (contact.to_string(), channel.to_string());
    let theirs = || {
        c::tenant_id.eq(tenant).and(c::contact_id.eq(contact.clone())).and(c::channel_id.eq(channel.clone()))
    };
    let query = joined!().filter(theirs()).order((c::opened_at.desc(), c::id.desc()));
    let newest: Option<Row> = on_engine!(conn, conn => query.first(conn)).optional()?;
    let Some(newest) = newest.map(model).transpose()? else { return Ok(None) };
    if newest.model.state != ConversationState::Closed {
        return Ok(Some(newest));
    }
    // Only where two contacts became one may an older one be open beside a closed one.
    let open: Option<Row> = joined!().filter(theirs()).filter(sql::<Bool>(OPEN)).first(conn).optional()?;
    open.map(model).transpose().map(|open| open.or(Some(newest)))
}

/// Open conversations in sight, most recently changed first, at most `limit`.
///
/// # Errors
/// The database's.
pub fn open_in_scope(scoped: &mut Scoped, scope: &Scope, limit: i64) -> Result<Vec<ConversationRow>, Fault> {
    page(scoped, scope, ConversationFilter::Open, None, None, limit)
}

/// Where a page of conversations ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When the last one changed.
    pub changed_at: Instant,
    /// Which one it was.
    pub id: ConversationId,
}

/// A page of conversations in sight, most recently changed first. What is searched for is looked up
/// inside the query, so that scope, state and page apply to what was found and not the other way round.
///
/// # Errors
/// The database's.
pub fn page(
    scoped: &mut Scoped,
    scope: &Scope,
    filter: ConversationFilter,
    wanted: Option<&search::Wanted>,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<ConversationRow>, Fault> {
    let mut part = |state| page_of(scoped, scope, state, wanted, after, limit);
    match filter {
        ConversationFilter::Open => part(Half::Open),
        ConversationFilter::Closed => part(Half::Closed),
        ConversationFilter::Any => {
            let mut both = part(Half::Open)?;
            both.append(&mut part(Half::Closed)?);
            both.sort_by_cached_key(|row| Reverse((row.changed_at, row.model.id.to_string())));
            both.truncate(usize::try_from(limit).unwrap_or_default());
            Ok(both)
        }
    }
}

/// The conditions of the two indexes, word by word: SQLite does not compare an index's condition with a
/// value that is bound.
pub(super) const OPEN: &str = "conversation.state <> 'closed'";
pub(super) const CLOSED: &str = "conversation.state = 'closed'";

/// Open and closed conversations have an index each: every message moves its conversation in one of
/// them, and an index over all would be a second one to move it in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Open,
    Closed,
}

macro_rules! kept {
    ($query:ident, $fit:expr, $condition:expr) => {
        match $fit {
            Fit::Must => $query.filter($condition),
            Fit::MustNot => $query.filter(not($condition)),
        }
    };
}

/// A query of conversations, kept to those that fit an operator; a macro because the query's type has no name.
macro_rules! fitting {
    ($query:ident, $tenant:ident, $fit:expr, $term:expr) => {{
        let texts = |ids: &[MemberId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        match $term {
            Term::LastBy(kinds) => {
                let by = c::last_author.is_not_null().and(c::last_author.assume_not_null().eq_any(*kinds));
                let noted = c::last_kind.is_not_null().and(c::last_kind.assume_not_null().eq(NOTE));
                kept!($query, $fit, by.and(not(noted)))
            }
            Term::By(members, names) => {
                let (first, second) = names.as_ref();
                let theirs = m::tenant_id
                    .eq($tenant)
                    .and(m::author_id.is_not_null())
                    .and(m::author_id.assume_not_null().eq_any(texts(members)));
                let wrote = c::id.eq_any(m::message.filter(theirs).select(m::conversation_id));
                let called = c::contact_id
                    .eq_any(search::contacts!($tenant, first))
                    .and(c::contact_id.eq_any(search::contacts!($tenant, second)));
                kept!($query, $fit, wrote.or(called))
            }
            Term::Queue(queues) => {
                let queues: Vec<String> = queues.iter().map(ToString::to_string).collect();
                kept!(
                    $query,
                    $fit,
                    c::queue_id.is_not_null().and(c::queue_id.assume_not_null().eq_any(queues))
                )
            }
            Term::Label(labels) => {
                let labels: Vec<String> = labels.iter().map(ToString::to_string).collect();
                let on_it = v::conversation_label
                    .filter(v::tenant_id.eq($tenant).and(v::label_id.eq_any(labels.clone())))
                    .select(v::conversation_id);
                let on_contact = k::contact_label
                    .filter(k::tenant_id.eq($tenant).and(k::label_id.eq_any(labels)))
                    .select(k::contact_id);
                kept!($query, $fit, c::id.eq_any(on_it).or(c::contact_id.eq_any(on_contact)))
            }
            Term::File(kinds) => {
                let with = m::message
                    .filter(m::tenant_id.eq($tenant).and(m::kind.eq_any(*kinds)))
                    .filter(sql::<Bool>(search::WITH_FILE));
                kept!($query, $fit, c::id.eq_any(with.select(m::conversation_id)))
            }
            Term::Said(words) => {
                let said = s::search_token.filter(s::tenant_id.eq($tenant).and(s::token.eq_any(*words)));
                kept!($query, $fit, c::id.eq_any(said.select(s::conversation_id)))
            }
            Term::Before(at) => kept!($query, $fit, c::opened_at.lt(micros(*at))),
            Term::After(at) => kept!($query, $fit, c::changed_at.ge(micros(*at))),
            Term::State(states) => kept!($query, $fit, c::state.eq_any(*states)),
            Term::Assignee(members) => {
                let theirs = c::assignee_id.assume_not_null().eq_any(texts(members));
                kept!($query, $fit, c::assignee_id.is_not_null().and(theirs))
            }
            Term::Nobody => kept!($query, $fit, c::assignee_id.is_null()),
        }
    }};
}

fn page_of(
    scoped: &mut Scoped,
    scope: &Scope,
    half: Half,
    wanted: Option<&search::Wanted>,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<ConversationRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let mut query = joined!().filter(c::tenant_id.eq(tenant)).into_boxed();
    query = match half {
        Half::Open => query.filter(sql::<Bool>(OPEN)),
        Half::Closed => query.filter(sql::<Bool>(CLOSED)),
    };
    if !scope.role.may(Permission::SeeAllConversations) {
        let queues: Vec<String> = scope.queues.iter().map(ToString::to_string).collect();
        query = query.filter(
            c::assignee_id
                .eq(scope.member.to_string())
                .or(c::queue_id.is_null())
                .or(c::queue_id.eq_any(queues)),
        );
    }
    for word in wanted.into_iter().flat_map(search::Wanted::words) {
        query = query.filter(
            c::id
                .eq_any(search::conversations!(tenant, word))
                .or(c::contact_id.eq_any(search::contacts!(tenant, word))),
        );
    }
    for word in wanted.into_iter().flat_map(search::Wanted::unwanted) {
        query = query.filter(not(c::id
            .eq_any(search::conversations!(tenant, word))
            .or(c::contact_id.eq_any(search::contacts!(tenant, word)))));
    }
    for (fit, term) in wanted.into_iter().flat_map(|wanted| &wanted.terms) {
        query = fitting!(query, tenant, *fit, term);
    }
    if let Some(cursor) = after {
        let at = micros(cursor.changed_at);
        query =
            query.filter(c::changed_at.lt(at).or(c::changed_at.eq(at).and(c::id.lt(cursor.id.to_string()))));
    }
    let rows: Vec<Row> = query.order((c::changed_at.desc(), c::id.desc())).limit(limit).load(conn)?;
    rows.into_iter().map(model).collect()
}

/// Adds a conversation.
///
/// # Errors
/// A unique violation when the contact has an open one on the channel.
pub fn insert(scoped: &mut Scoped, row: &ConversationRow) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let m = &row.model;
    let insert = diesel::insert_into(c::conversation).values((
        c::tenant_id.eq(tenant),
        c::id.eq(m.id.to_string()),
        c::rev.eq(m.rev as i64),
        c::contact_id.eq(m.contact.id.to_string()),
        c::channel_id.eq(m.channel.to_string()),
        c::state.eq(m.state.as_str()),
        c::queue_id.eq(m.queue.map(|id| id.to_string())),
        c::assignee_id.eq(m.assignee.map(|id| id.to_string())),
        c::unread.eq(i64::from(m.unread)),
        c::last_seq.eq(row.last_seq as i64),
        c::read_seq.eq(row.read_seq as i64),
        c::opened_at.eq(micros(m.opened_at)),
        c::window_until.eq(m.window_until.map(micros)),
        c::waiting_since.eq(m.waiting_since.map(micros)),
        c::closed_at.eq(m.closed.as_ref().map(|closed| micros(closed.at))),
        c::close_reason.eq(m.closed.as_ref().map(|closed| closed.reason.as_str())),
        c::changed_at.eq(micros(row.changed_at)),
    ));
    on_engine!(conn, conn => insert.execute(conn))?;
    Ok(())
}

statements! {
    Update: "UPDATE conversation SET rev = ?, state = ?, queue_id = ?, assignee_id = ?, unread = ?, \
    last_seq = ?, read_seq = ?, last_message_id = ?, last_at = ?, last_preview = ?, last_kind \
    = ?, last_author = ?, last_author_id = ?, last_delivery = ?, waiting_since = ?, \
    window_until = ?, offer_until = ?, opened_at = ?, closed_at = ?, close_reason = ?, changed_at = ?, heard = ? WHERE \
    tenant_id = ? AND id = ?";
}

/// Stores everything that can change in a conversation.
///
/// # Errors
/// A check violation when it would be owned by nobody or by two.
pub fn update(scoped: &mut Scoped, row: &ConversationRow) -> Result<(), Fault> {
    let heard = (row.heard != Heard::default()).then(|| serde_json::to_string(&row.heard)).transpose();
    let heard = heard.map_err(|error| Fault::Broken(error.to_string()))?;
    let (conn, tenant) = scoped.parts();
    let m = &row.model;
    let last = m.last.as_ref();
    let update = Fixed::<Update, _>::new([
        (m.rev as i64).into(),
        m.state.as_str().into(),
        (m.queue.map(|id| id.to_string())).into(),
        (m.assignee.map(|id| id.to_string())).into(),
        i64::from(m.unread).into(),
        (row.last_seq as i64).into(),
        (row.read_seq as i64).into(),
        (row.last_message.map(|id| id.to_string())).into(),
        (last.map(|l| micros(l.at))).into(),
        (last.map(|l| l.preview.as_str())).into(),
        (last.and_then(|l| if l.note { Some(NOTE) } else { l.kind.as_deref() })).into(),
        (last.map(|l| l.author.kind.as_str())).into(),
        (last.and_then(|l| l.author.member).map(|id| id.to_string())).into(),
        (last.and_then(|l| l.delivery).map(|d| d.as_str())).into(),
        m.waiting_since.map(micros).into(),
        m.window_until.map(micros).into(),
        // How long the state lasts, where it ends by itself: an offer, or a sleep.
        m.offer_until.or(m.sleeps_until).map(micros).into(),
        micros(m.opened_at).into(),
        (m.closed.as_ref().map(|closed| micros(closed.at))).into(),
        (m.closed.as_ref().map(|closed| closed.reason.as_str())).into(),
        micros(row.changed_at).into(),
        heard.into(),
        tenant.into(),
        m.id.to_string().into(),
    ]);
    update.execute(conn)?;
    Ok(())
}

/// All conversations of a contact.
///
/// # Errors
/// The database's.
pub fn of_contact(scoped: &mut Scoped, contact: ContactId) -> Result<Vec<ConversationRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = joined!()
        .filter(c::tenant_id.eq(tenant).and(c::contact_id.eq(contact.to_string())))
        .order(c::id)
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// Open conversations a member holds.
///
/// # Errors
/// The database's.
pub fn held_by(scoped: &mut Scoped, member: MemberId) -> Result<Vec<ConversationRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = joined!()
        .filter(c::tenant_id.eq(tenant).and(c::assignee_id.eq(member.to_string())).and(sql::<Bool>(OPEN)))
        .order(c::id)
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// Open conversations whose customers wait for an answer and can be written to, and until when they can.
///
/// # Errors
/// The database's.
pub fn unanswered(scoped: &mut Scoped, now: Instant) -> Result<Vec<(ConversationId, Instant)>, Fault> {
    let (conn, tenant) = scoped.parts();
    // Each was changed at some time, and the index of what is open is in that order.
    let rows: Vec<(String, Option<i64>)> = c::conversation
        .filter(
            c::tenant_id
                .eq(tenant)
                .and(sql::<Bool>(OPEN))
                .and(c::changed_at.gt(0))
                .and(c::waiting_since.is_not_null())
                .and(c::window_until.gt(micros(now))),
        )
        .select((c::id, c::window_until))
        .load(conn)?;
    let until = rows.into_iter().filter_map(|(id, until)| Some((id, from_micros(until?))));
    until.map(|(id, until)| Ok((id.parse()?, until))).collect()
}

/// How the row says that its newest message is a note; no type of Meta's has a colon.
const NOTE: &str = "switchboard:note";

fn model(row: Row) -> Result<ConversationRow, Fault> {
    let broken = |what: &str, text: &str| Fault::Broken(format!("{what} {text}"));
    let last = match (row.last_at, row.last_author) {
        (Some(at), Some(author)) => Some(LastMessage {
            at: from_micros(at),
            preview: row.last_preview.unwrap_or_default(),
            note: row.last_kind.as_deref() == Some(NOTE),
            kind: row.last_kind.filter(|kind| kind != NOTE),
            author: Author {
                kind: AuthorKind::parse(&author).ok_or_else(|| broken("author", &author))?,
                member: row.last_author_id.map(|id| id.parse()).transpose()?,
            },
            delivery: row
                .last_delivery
                .map(|d| DeliveryState::parse(&d).ok_or_else(|| broken("delivery", &d)))
                .transpose()?,
        }),
        _ => None,
    };
    let closed = match (row.closed_at, row.close_reason) {
        (Some(at), Some(reason)) => Some(Closed {
            at: from_micros(at),
            reason: CloseReason::parse(&reason).ok_or_else(|| broken("reason", &reason))?,
        }),
        _ => None,
    };
    let (heard, vip, language) = row.more;
    let state = ConversationState::parse(&row.state).ok_or_else(|| broken("state", &row.state))?;
    let until = |of: ConversationState| row.offer_until.filter(|_| state == of).map(from_micros);
    let channel: ChannelId = row.channel_id.parse()?;
    let block = contact_card::block_on(row.contact_blocks.as_deref(), channel)?;
    Ok(ConversationRow {
        model: Conversation {
            id: row.id.parse()?,
            rev: row.rev as u64,
            state,
            contact: Contact {
                id: row.contact_id.parse()?,
                name: row.contact_name,
                phone: row.contact_phone,
                username: row.contact_username,
                no_marketing: row.contact_no_marketing,
                vip,
                language,
                group: row.contact_group.is_some(),
            },
            channel,
            queue: row.queue_id.map(|id| id.parse()).transpose()?,
            assignee: row.assignee_id.map(|id| id.parse()).transpose()?,
            unread: u32::try_from(row.unread).unwrap_or(u32::MAX),
            last,
            waiting_since: row.waiting_since.map(from_micros),
            window_until: row.window_until.map(from_micros),
            offer_until: until(ConversationState::Offered),
            sleeps_until: until(ConversationState::Parked),
            opened_at: from_micros(row.opened_at),
            closed,
            block,
        },
        last_seq: row.last_seq as u64,
        read_seq: row.read_seq as u64,
        last_message: row.last_message_id.map(|id| id.parse()).transpose()?,
        changed_at: from_micros(row.changed_at),
        answer_to: row.answer_to.as_deref().map(parsed).transpose()?,
        heard: heard.as_deref().map(parsed).transpose()?.unwrap_or_default(),
    })
}

fn parsed<T: DeserializeOwned>(json: &str) -> Result<T, Fault> {
    serde_json::from_str(json).map_err(|error| Fault::Broken(error.to_string()))
}

/// Where a conversation is answered, when that is not where its contact wrote from last.
///
/// # Errors
/// The database's.
pub fn answer_to(scoped: &mut Scoped, id: ConversationId) -> Result<Option<Address>, Fault> {
    let (conn, tenant) = scoped.parts();
    let stored: Option<Option<String>> = c::conversation
        .filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string())))
        .select(c::answer_to)
        .first(conn)
        .optional()?;
    stored.flatten().as_deref().map(parsed).transpose()
}

/// Notes where a conversation is answered.
///
/// # Errors
/// The database's.
pub fn set_answer_to(
    scoped: &mut Scoped,
    id: ConversationId,
    address: Option<&Address>,
) -> Result<(), Fault> {
    let json = address.map(serde_json::to_string).transpose();
    let json = json.map_err(|error| Fault::Broken(error.to_string()))?;
    let (conn, tenant) = scoped.parts();
    diesel::update(c::conversation.filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string()))))
        .set(c::answer_to.eq(json))
        .execute(conn)?;
    Ok(())
}

/// Up to which message the customer was told that it was read.
///
/// # Errors
/// The database's.
pub fn told_read_seq(scoped: &mut Scoped, id: ConversationId) -> Result<u64, Fault> {
    let (conn, tenant) = scoped.parts();
    let seq: i64 = c::conversation
        .filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string())))
        .select(c::told_read_seq)
        .first(conn)?;
    Ok(seq as u64)
}

/// Notes up to which message the customer is told.
///
/// # Errors
/// The database's.
pub fn set_told_read_seq(scoped: &mut Scoped, id: ConversationId, seq: u64) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(c::conversation.filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string()))))
        .set(c::told_read_seq.eq(i64::try_from(seq).unwrap_or(i64::MAX)))
        .execute(conn)?;
    Ok(())
}
