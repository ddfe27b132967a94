//! The conversations behind a figure, by the conditions that count it.

use shared::{
    error::ErrorCode,
    ids::{ConversationId, MemberId},
    model::board::{BoardConversations, BoardQuery, Figure},
    permission::{Permission, can_see},
};

use super::{
    tally::{Tally, What},
    watched::{Today, day_of, see},
};
use crate::{
    db::{Fault, ReadError, Scoped, TenantStore, rows::conversation},
    domain::{seat, views},
};

/// Conversations in one answer.
const MOST: usize = 200;

/// `GET /api/board/conversations`.
///
/// # Errors
/// `forbidden` for whoever may not see the board.
pub async fn conversations(
    tenant: &TenantStore,
    member: MemberId,
    query: BoardQuery,
) -> Result<BoardConversations, ReadError> {
    let now = tenant.clock().now();
    let read = tenant.read(move |scoped| {
        let seat = seat::take(scoped, member)?;
        if !seat.member.role.may(Permission::SeeBoard) {
            return Err(ErrorCode::Forbidden.into());
        }
        let (count, ids) = behind(scoped, &query, now)?;
        let mut conversations = Vec::new();
        for id in ids.iter().take(MOST) {
            let found = conversation::find(scoped, *id)?;
            let seen = found.filter(|row| can_see(&seat.scope, &row.model.audience()));
            conversations.extend(seen.map(|row| views::rendered(&seat.scope, row.model)));
        }
        Ok(BoardConversations { count, conversations, more: ids.len() > MOST })
    });
    read.await
}

/// The figure, and the conversations it is of.
fn behind(
    scoped: &mut Scoped,
    query: &BoardQuery,
    now: shared::Instant,
) -> Result<(u32, Vec<ConversationId>), Fault> {
    let wanted: fn(What) -> bool = match query.figure {
        // What came to the whole tenant came once, whatever queues it went through.
        Figure::Offered if query.queue.is_none() => |what| what == What::Began { first: true },
        Figure::Offered => |what| matches!(what, What::Began { .. }),
        Figure::Answered => |what| what == What::Answered,
        Figure::Abandoned => |what| what == What::Abandoned,
        Figure::Failed => |what| what == What::Failed,
        figure => {
            let ids = see(scoped, now)?.behind(figure, query.queue, query.member);
            return Ok((u32::try_from(ids.len()).unwrap_or(u32::MAX), ids));
        }
    };
    let day = day_of(scoped, now)?;
    let today = Today::read(scoped, day)?;
    let events = today.tally.since(today.day.begins).filter(|event| {
        wanted(event.what)
            && (query.queue.is_none() || event.queue == query.queue)
            && (query.member.is_none() || event.member == query.member)
    });
    let events: Vec<_> = events.collect();
    let count = u32::try_from(events.len()).unwrap_or(u32::MAX);
    Ok((count, Tally::conversations(events.into_iter())))
}
