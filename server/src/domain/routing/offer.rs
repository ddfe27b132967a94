//! A member is asked: they accept, decline, or say nothing.

use shared::{
    error::ErrorCode,
    ids::ConversationId,
    model::{
        conversation::ConversationState,
        member::Availability,
        message::{Author, AuthorKind, Happening},
        routing::Ending,
    },
};

use super::{
    place::{expect_reply, let_go, pass, queue_up},
    policy, together,
};
use crate::{
    db::{
        Fault, Tx,
        record::FactKind,
        rows::{
            agent_load, assignment, conversation, queue,
            timer::{self, TimerKind},
        },
    },
    domain::{
        conversations::{Loaded, by},
        members,
        seat::Seat,
    },
};

/// Accepts; whoever accepted already changes nothing.
///
/// # Errors
/// `offer_over` when it is somebody else's or nobody's by now.
pub fn accept(tx: &mut Tx<'_>, seat: &Seat, id: ConversationId) -> Result<(), Fault> {
    let mut loaded = Loaded::in_sight(tx, seat, id)?;
    if loaded.row.model.assignee != Some(seat.member.id) {
        return Err(ErrorCode::OfferOver.into());
    }
    if loaded.row.model.state != ConversationState::Offered {
        return Ok(());
    }
    accepted(tx, &mut loaded, seat)?;
    loaded.save(tx)
}

/// The acceptance itself, for verbs that accept on the way.
pub(crate) fn accepted(tx: &mut Tx<'_>, loaded: &mut Loaded, seat: &Seat) -> Result<(), Fault> {
    let id = loaded.row.model.id;
    let open =
        assignment::open(tx, id)?.ok_or_else(|| Fault::Broken(format!("{id} is offered to nobody")))?;
    let now = tx.now();
    assignment::accept(tx, open.id, now)?;
    agent_load::set_misses(tx, seat.member.id, 0)?;
    timer::clear(tx, TimerKind::Offer, &id.to_string())?;
    let rules = queue::rules(tx, loaded.row.model.queue)?;
    expect_reply(tx, &rules, loaded, open.kind)?;
    loaded.row.model.state = ConversationState::Assigned;
    loaded.row.model.offer_until = None;
    loaded.tell(tx, Happening::Assigned { member: seat.member.id })?;
    loaded.fact(tx, FactKind::ConversationAssigned, &by(seat))
}

/// Declines: somebody else is asked, and for a while not this one.
///
/// # Errors
/// `offer_over` when it is not offered to the member any more.
pub fn decline(tx: &mut Tx<'_>, seat: &Seat, id: ConversationId) -> Result<(), Fault> {
    let loaded = Loaded::in_sight(tx, seat, id)?;
    let model = &loaded.row.model;
    if model.state != ConversationState::Offered || model.assignee != Some(seat.member.id) {
        return Err(ErrorCode::OfferOver.into());
    }
    back(tx, loaded, Ending::Declined)
}

/// What is offered to a member goes to others: the member chose not to be there, or is gone.
///
/// # Errors
/// The database's.
pub(crate) fn withdraw_from(
    tx: &mut Tx<'_>,
    member: shared::ids::MemberId,
    ending: Ending,
) -> Result<(), Fault> {
    together(tx, |tx| {
        for row in conversation::held_by(tx, member)? {
            if row.model.state == ConversationState::Offered {
                back(tx, Loaded::from_row(row), ending)?;
            }
        }
        Ok(())
    })
}

/// The time of an offer is over. Who misses several in a row counts as away.
pub(super) fn missed(tx: &mut Tx<'_>, id: ConversationId) -> Result<(), Fault> {
    let Some(row) = conversation::find(tx, id)? else { return Ok(()) };
    let (ConversationState::Offered, Some(member)) = (row.model.state, row.model.assignee) else {
        return Ok(());
    };
    let counts_as_away = misses_one(tx, member)?;
    if counts_as_away {
        // Takes away whatever is offered to them, this one too.
        members::availability::put(
            tx,
            member,
            Availability::Away,
            None,
            (AuthorKind::System, Ending::Missed),
        )?;
    }
    let Some(row) = conversation::find(tx, id)? else { return Ok(()) };
    if row.model.state == ConversationState::Offered && row.model.assignee == Some(member) {
        return back(tx, Loaded::from_row(row), Ending::Missed);
    }
    Ok(())
}

/// A member let one pass by; whether they count as away from now on.
fn misses_one(tx: &mut Tx<'_>, member: shared::ids::MemberId) -> Result<bool, Fault> {
    let most = policy(tx)?.misses;
    let misses = agent_load::find(tx, member)?.map_or(0, |load| load.misses) + 1;
    let away = most > 0 && misses >= most;
    agent_load::set_misses(tx, member, if away { 0 } else { misses })?;
    Ok(away)
}

/// A member did not answer in time what the queue gave them. Who lets several pass by counts as away.
pub(super) fn unanswered(tx: &mut Tx<'_>, row: conversation::ConversationRow) -> Result<(), Fault> {
    let Some(member) = row.model.assignee else { return Ok(()) };
    if misses_one(tx, member)? {
        members::availability::put(
            tx,
            member,
            Availability::Away,
            None,
            (AuthorKind::System, Ending::Missed),
        )?;
    }
    back(tx, Loaded::from_row(row), Ending::Unanswered)
}

/// It goes back to its queue, past the one who had it.
pub(super) fn back(tx: &mut Tx<'_>, mut loaded: Loaded, ending: Ending) -> Result<(), Fault> {
    let id = loaded.row.model.id;
    let Some(member) = let_go(tx, &mut loaded, ending)? else { return Ok(()) };
    let kind = match ending {
        Ending::Declined => FactKind::OfferDeclined,
        Ending::Missed => FactKind::OfferMissed,
        _ => FactKind::ConversationRequeued,
    };
    if !matches!(ending, Ending::Declined | Ending::Missed) {
        loaded.tell(tx, Happening::Requeued { member, because: ending })?;
    }
    loaded.fact(tx, kind, &Author { kind: AuthorKind::System, member: Some(member) })?;
    queue_up(tx, &mut loaded)?;
    pass(tx, id, member)?;
    loaded.save(tx)
}
