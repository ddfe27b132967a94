//! How far a message to a group got with each of its people.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    ids::{ContactId, MessageId},
    model::message::DeliveryState,
};

use crate::db::{Fault, Scoped, schema::group_receipt::dsl as g};

/// Notes how far a message got with one person, unless it got further already; says whether that was news.
///
/// # Errors
/// The database's.
pub fn note(
    scoped: &mut Scoped,
    message: MessageId,
    group: ContactId,
    participant: &str,
    state: DeliveryState,
) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let id = message.to_string();
    let this = g::tenant_id.eq(tenant).and(g::message_id.eq(&id)).and(g::participant.eq(participant));
    let known: Option<String> = g::group_receipt.filter(this).select(g::state).first(conn).optional()?;
    match known.as_deref().and_then(DeliveryState::parse) {
        Some(known) if known.rank() >= state.rank() => return Ok(false),
        Some(_) => {
            diesel::update(g::group_receipt.filter(this)).set(g::state.eq(state.as_str())).execute(conn)?;
        }
        None => {
            diesel::insert_into(g::group_receipt)
                .values((
                    g::tenant_id.eq(tenant),
                    g::message_id.eq(&id),
                    g::contact_id.eq(group.to_string()),
                    g::participant.eq(participant),
                    g::state.eq(state.as_str()),
                ))
                .execute(conn)?;
        }
    }
    Ok(true)
}

/// How far a message got with each person, as WhatsApp named them.
///
/// # Errors
/// The database's.
pub fn of(scoped: &mut Scoped, message: MessageId) -> Result<Vec<(String, DeliveryState)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, String)> = g::group_receipt
        .filter(g::tenant_id.eq(tenant).and(g::message_id.eq(message.to_string())))
        .order(g::participant)
        .select((g::participant, g::state))
        .load(conn)?;
    rows.into_iter()
        .map(|(participant, state)| {
            let state =
                DeliveryState::parse(&state).ok_or_else(|| Fault::Broken(format!("a state {state}")))?;
            Ok((participant, state))
        })
        .collect()
}
