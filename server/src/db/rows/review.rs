//! What supervisors thought of how members answered.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl, dsl::sql,
    sql_types::Bool,
};
use shared::{
    Instant,
    ids::{ContactId, ConversationId, MemberId, QueueId},
    model::{message::AuthorKind, review::Review},
};

use super::{message::json, slice};
use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        schema::{conversation::dsl as c, message::dsl as m, review::dsl as r},
    },
};

type Row = (String, String, String, String, i64, String, String);

macro_rules! columns {
    () => {
        (r::id, r::conversation_id, r::member_id, r::reviewer_id, r::at, r::scores, r::comment)
    };
}

/// Adds a review.
///
/// # Errors
/// A unique violation when the reviewer has reviewed the conversation before.
pub fn insert(scoped: &mut Scoped, contact: ContactId, review: &Review) -> Result<(), Fault> {
    let scores = json(&review.scores)?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(r::review)
        .values((
            r::tenant_id.eq(tenant),
            r::id.eq(review.id.to_string()),
            r::conversation_id.eq(review.conversation.to_string()),
            r::contact_id.eq(contact.to_string()),
            r::member_id.eq(review.member.to_string()),
            r::reviewer_id.eq(review.reviewer.to_string()),
            r::at.eq(micros(review.at)),
            r::scores.eq(scores),
            r::comment.eq(&review.comment),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores scores and comment of a review that is there.
///
/// # Errors
/// The database's.
pub fn update(scoped: &mut Scoped, review: &Review) -> Result<(), Fault> {
    let scores = json(&review.scores)?;
    let (conn, tenant) = scoped.parts();
    let one = r::tenant_id.eq(tenant).and(r::id.eq(review.id.to_string()));
    diesel::update(r::review.filter(one))
        .set((r::scores.eq(scores), r::comment.eq(&review.comment)))
        .execute(conn)?;
    Ok(())
}

/// What a reviewer thought of a conversation.
///
/// # Errors
/// The database's.
pub fn find(
    scoped: &mut Scoped,
    conversation: ConversationId,
    reviewer: MemberId,
) -> Result<Option<Review>, Fault> {
    let (conn, tenant) = scoped.parts();
    let one = r::tenant_id
        .eq(tenant)
        .and(r::conversation_id.eq(conversation.to_string()))
        .and(r::reviewer_id.eq(reviewer.to_string()));
    let row: Option<Row> = r::review.filter(one).select(columns!()).first(conn).optional()?;
    row.map(model).transpose()
}

/// Reviews written from one instant on and before another, of all or of one member; the newest first.
///
/// # Errors
/// The database's.
pub fn between(
    scoped: &mut Scoped,
    member: Option<MemberId>,
    (from, to): (Instant, Instant),
) -> Result<Vec<Review>, Fault> {
    let (conn, tenant) = scoped.parts();
    let mut query = r::review
        .filter(r::tenant_id.eq(tenant).and(r::at.ge(micros(from))).and(r::at.lt(micros(to))))
        .order((r::at.desc(), r::id.desc()))
        .select(columns!())
        .into_boxed();
    if let Some(member) = member {
        query = query.filter(r::member_id.eq(member.to_string()));
    }
    let rows: Vec<Row> = query.load(conn)?;
    rows.into_iter().map(model).collect()
}

/// Empties what was said beside the scores in conversations of a contact.
///
/// # Errors
/// The database's.
pub fn blank(scoped: &mut Scoped, contact: ContactId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(r::review.filter(r::tenant_id.eq(tenant).and(r::contact_id.eq(contact.to_string()))))
        .set(r::comment.eq(""))
        .execute(conn)?;
    Ok(())
}

/// The conversations that were closed since an instant, and each member who wrote in one.
///
/// # Errors
/// The database's.
pub fn answered(
    scoped: &mut Scoped,
    since: Instant,
    queue: Option<QueueId>,
    member: Option<MemberId>,
) -> Result<Vec<(ConversationId, MemberId)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let since = micros(since);
    // Whatever was closed was changed then or later, and the index of what is closed is in that order.
    let closed = c::tenant_id
        .eq(tenant)
        .and(sql::<Bool>(CLOSED))
        .and(c::changed_at.ge(since))
        .and(c::closed_at.ge(since));
    let wrote =
        m::author_kind.eq(AuthorKind::Member.as_str()).and(m::author_id.is_not_null()).and(m::kind.ne(NOTE));
    let mut query = c::conversation
        .inner_join(m::message.on(m::tenant_id.eq(c::tenant_id).and(m::conversation_id.eq(c::id))))
        .filter(closed.and(wrote))
        .select((c::id, m::author_id))
        .distinct()
        .into_boxed();
    if let Some(queue) = queue {
        query = query.filter(c::queue_id.eq(queue.to_string()));
    }
    if let Some(member) = member {
        query = query.filter(m::author_id.eq(member.to_string()));
    }
    let rows: Vec<(String, Option<String>)> = query.load(conn)?;
    let pairs = rows.into_iter().filter_map(|(id, author)| Some((id, author?)));
    pairs.map(|(id, author)| Ok((id.parse()?, author.parse()?))).collect()
}

/// Whether a member wrote to the customer in a conversation.
///
/// # Errors
/// The database's.
pub fn wrote(scoped: &mut Scoped, conversation: ConversationId, member: MemberId) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let count: i64 = m::message
        .filter(
            m::tenant_id
                .eq(tenant)
                .and(m::author_id.eq(member.to_string()))
                .and(m::conversation_id.eq(conversation.to_string()))
                .and(m::author_kind.eq(AuthorKind::Member.as_str()))
                .and(m::kind.ne(NOTE)),
        )
        .count()
        .get_result(conn)?;
    Ok(count > 0)
}

/// Forgets a slice of those from before an instant; says how many.
///
/// # Errors
/// The database's.
pub fn prune(scoped: &mut Scoped, before: Instant) -> Result<usize, Fault> {
    slice::forget!(scoped, r::review, r::tenant_id, r::at, before)
}

/// The condition of the index, word by word.
const CLOSED: &str = "conversation.state = 'closed'";
/// The stored kind of a note.
const NOTE: &str = "note";

fn model((id, conversation, member, reviewer, at, scores, comment): Row) -> Result<Review, Fault> {
    Ok(Review {
        scores: serde_json::from_str(&scores).map_err(|_| Fault::Broken(format!("review {id}: scores")))?,
        id: id.parse()?,
        conversation: conversation.parse()?,
        member: member.parse()?,
        reviewer: reviewer.parse()?,
        at: from_micros(at),
        comment,
    })
}
