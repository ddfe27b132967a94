//! Messages of whose arrival WhatsApp has not told yet, each with the time when waiting for it ends.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{ContactId, MessageId},
};

use crate::{
    clock::micros,
    db::{Fault, Scoped, schema::awaited::dsl as a},
};

/// Waits for a message until an instant, instead of what was planned before.
///
/// # Errors
/// The database's.
pub fn wait(
    scoped: &mut Scoped,
    message: MessageId,
    contact: ContactId,
    until: Instant,
) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let id = message.to_string();
    let known = diesel::update(a::awaited.filter(a::tenant_id.eq(tenant).and(a::message_id.eq(&id))))
        .set(a::until.eq(micros(until)))
        .execute(conn)?;
    if known == 0 {
        diesel::insert_into(a::awaited)
            .values((
                a::tenant_id.eq(tenant),
                a::message_id.eq(id),
                a::contact_id.eq(contact.to_string()),
                a::until.eq(micros(until)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Waits no more.
///
/// # Errors
/// The database's.
pub fn done(scoped: &mut Scoped, message: MessageId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let this = a::tenant_id.eq(tenant).and(a::message_id.eq(message.to_string()));
    diesel::delete(a::awaited.filter(this)).execute(conn)?;
    Ok(())
}

/// Messages for which waiting has ended, longest ago first, at most `most`.
///
/// # Errors
/// The database's.
pub fn over(scoped: &mut Scoped, now: Instant, most: usize) -> Result<Vec<MessageId>, Fault> {
    let (conn, tenant) = scoped.parts();
    let ids: Vec<String> = a::awaited
        .filter(a::tenant_id.eq(tenant).and(a::until.le(micros(now))))
        .order(a::until)
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select(a::message_id)
        .load(conn)?;
    Ok(ids.into_iter().map(|id| id.parse()).collect::<Result<_, _>>()?)
}
