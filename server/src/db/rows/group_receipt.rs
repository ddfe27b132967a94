//! How far a message to a group got with each of its people.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    ids::{ContactId, MessageId},
    model::message::{DeliveryState, GroupReceipts},
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

/// How many people have a message.
///
/// # Errors
/// The database's.
pub fn count(scoped: &mut Scoped, message: MessageId) -> Result<GroupReceipts, Fault> {
    let (conn, tenant) = scoped.parts();
    let states: Vec<String> = g::group_receipt
        .filter(g::tenant_id.eq(tenant).and(g::message_id.eq(message.to_string())))
        .select(g::state)
        .load(conn)?;
    let ranks = states.iter().filter_map(|state| DeliveryState::parse(state)).map(DeliveryState::rank);
    let mut receipts = GroupReceipts::default();
    for rank in ranks {
        receipts.delivered += u32::from(rank >= DeliveryState::Delivered.rank());
        receipts.read += u32::from(rank >= DeliveryState::Read.rank());
    }
    Ok(receipts)
}
