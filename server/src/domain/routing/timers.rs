//! What happens by itself at a time. A timer is a row: one that rang while nobody listened rings at the next start.

use chrono::Duration;
use shared::{
    ids::{ConversationId, MemberId},
    model::{conversation::ConversationState, queue::Queue, routing::Ending},
};

use super::{
    Stirred, closing, full, hours, look_again, offer, park, place::set_timer, settle, tell, together,
};
use crate::{
    db::{
        Fault, Tx,
        rows::{
            conversation, member, queue,
            timer::{self, TimerKind},
            waiting,
        },
    },
    domain::{
        banner,
        board::{Recent, watch},
        conversations::Loaded,
        members,
    },
};

/// Timers in one transaction.
const AT_ONCE: i64 = 100;

/// Does what is due; says whether anything was. One that cannot be done is put off for a minute and holds up nothing.
///
/// Whatever changes how somebody waits, or who is there, comes before anything is given out, and only then is asked who
/// has waited too long: whoever rings late is no later in the line, and nobody is sent on who could have been answered.
///
/// # Errors
/// The database's.
pub fn ring(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    ring_knowing(tx, None)
}

/// The same for whoever knows the levels of service already, which thresholds are compared with.
///
/// # Errors
/// The database's.
pub fn ring_knowing(tx: &mut Tx<'_>, recent: Option<&Recent>) -> Result<bool, Fault> {
    let now = tx.now();
    let due = timer::take_due(tx, now, AT_ONCE)?;
    let is_last = |kind: &TimerKind| matches!(kind, TimerKind::Full | TimerKind::Tell);
    let (last, first): (Vec<_>, Vec<_>) = due.iter().partition(|(kind, _)| is_last(kind));
    for some in [first, last] {
        tx.hold();
        for (kind, subject) in some {
            if let Err(fault) = tx.part(|tx| one(tx, *kind, subject))? {
                put_off(tx, *kind, subject, &fault)?;
            }
        }
        let stirred = tx.let_loose();
        if let Err(fault) = tx.part(|tx| settle(tx, stirred))? {
            tracing::error!(error = %fault, "what waits was not given out");
        }
    }
    // Whoever was just given something waits no longer.
    for (kind, subject) in due.iter().filter(|(kind, _)| *kind == TimerKind::Watch) {
        if let Err(fault) = tx.part(|tx| watch::look(tx, recent))? {
            put_off(tx, *kind, subject, &fault)?;
        }
    }
    Ok(!due.is_empty())
}

fn put_off(tx: &mut Tx<'_>, kind: TimerKind, subject: &str, fault: &Fault) -> Result<(), Fault> {
    let kind_text = kind.as_str();
    tracing::error!(timer.kind = kind_text, timer.subject = %subject, error = %fault, "a timer was put off");
    set_timer(tx, kind, subject, tx.now() + Duration::minutes(1))
}

/// Whatever waits beside somebody who could take it, because a rule was changed by hand or a row was: a safety net.
/// Gives how many wait no longer.
///
/// # Errors
/// The database's.
pub fn sweep(tx: &mut Tx<'_>) -> Result<u32, Fault> {
    let mut stirred = Stirred::default();
    let queues = queue::all(tx)?;
    let before = waiting_in(tx, &queues)?;
    for queue in &queues {
        // Clocks change by rules that may have changed since; what should have rung already will, and says so.
        let rings = timer::due(tx, TimerKind::Hours, &queue.id.to_string())?;
        if rings.is_none_or(|due| due > tx.now())
            && let Err(fault) = tx.part(|tx| hours::watch(tx, queue.id, &queue.rules))?
        {
            tracing::error!(queue.id = %queue.id, error = %fault, "nobody watches when a queue opens");
        }
        stirred.queue(queue.id);
    }
    if let Err(fault) = tx.part(|tx| settle(tx, stirred))? {
        tracing::error!(error = %fault, "what waits was not given out");
    }
    watch::ensure(tx)?;
    Ok(before.saturating_sub(waiting_in(tx, &queues)?))
}

fn waiting_in(tx: &mut Tx<'_>, queues: &[Queue]) -> Result<u32, Fault> {
    queues.iter().try_fold(0, |sum: u32, queue| Ok(sum.saturating_add(waiting::count(tx, queue.id)?)))
}

fn one(tx: &mut Tx<'_>, kind: TimerKind, subject: &str) -> Result<(), Fault> {
    match kind {
        TimerKind::Offer => offer::missed(tx, subject.parse()?),
        TimerKind::Reply => unanswered(tx, subject.parse()?),
        TimerKind::Ring | TimerKind::Again => widened(tx, subject.parse()?),
        TimerKind::Closing => closing::rang(tx, subject.parse()?),
        TimerKind::Park => park::silent(tx, subject.parse()?),
        TimerKind::Wake => park::slept(tx, subject.parse()?),
        TimerKind::Wrap => members::availability::tidied_up(tx, subject.parse()?),
        TimerKind::Lost => lost(tx, subject.parse()?),
        TimerKind::Hours => hours::turned(tx, subject.parse()?),
        TimerKind::Full => full::waited(tx, subject.parse()?),
        TimerKind::Tell => tell::moment(tx, subject.parse()?),
        TimerKind::Idle => members::idle::rang(tx, subject.parse()?),
        TimerKind::Banner => banner::over(tx),
        // Looks when everything else has been done.
        TimerKind::Watch => Ok(()),
    }
}

/// An agent did not answer in time.
fn unanswered(tx: &mut Tx<'_>, id: ConversationId) -> Result<(), Fault> {
    let Some(row) = conversation::find(tx, id)? else { return Ok(()) };
    let held = matches!(row.model.state, ConversationState::Assigned | ConversationState::Parked);
    if !held || row.model.waiting_since.is_none() || queue::rules(tx, row.model.queue)?.room() == 0 {
        return Ok(());
    }
    offer::unanswered(tx, row)
}

/// A conversation has waited so long that others are asked, or those who declined it are asked again.
fn widened(tx: &mut Tx<'_>, id: ConversationId) -> Result<(), Fault> {
    let Some(row) = waiting::find(tx, id)?.filter(|row| row.waits) else { return Ok(()) };
    let rules = queue::rules(tx, Some(row.queue))?;
    look_again(tx, &rules, row)
}

/// An agent has been gone for too long: what they hold goes to others. What is parked waits for its customer.
fn lost(tx: &mut Tx<'_>, id: MemberId) -> Result<(), Fault> {
    let Some(row) = member::find(tx, id)? else { return Ok(()) };
    if row.member.connected {
        return Ok(());
    }
    together(tx, |tx| {
        for held in conversation::held_by(tx, id)? {
            let routed = queue::rules(tx, held.model.queue)?.room() > 0;
            let silent = held.model.state == ConversationState::Parked && held.model.waiting_since.is_none();
            if routed && !silent {
                offer::back(tx, Loaded::from_row(held), Ending::Lost)?;
            }
        }
        Ok(())
    })
}
