//! What happens by itself at a time. A timer is a row: one that rang while nobody listened rings at the next start.

use chrono::Duration;
use shared::{
    ids::{ConversationId, MemberId, QueueId},
    model::{conversation::ConversationState, routing::Ending},
};

use super::{
    Stirred, closing, full, hours, offer, park,
    place::{arrange, set_timer},
    settle, tell,
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
    domain::{conversations::Loaded, members},
};

/// Timers in one transaction.
const AT_ONCE: i64 = 100;

/// Does what is due; says whether anything was. One that cannot be done is put off for a minute and holds up nothing.
///
/// # Errors
/// The database's.
pub fn ring(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    let now = tx.now();
    let due = timer::take_due(tx, now, AT_ONCE)?;
    // Before anything is given to anybody, everything waits as it does by now: whoever rings late is no later in
    // the line.
    let arranges = |kind: &TimerKind| matches!(kind, TimerKind::Ring | TimerKind::Again | TimerKind::Closing);
    let mut stirred = Stirred::default();
    // What opened is settled with everything else that rang.
    for (_, subject) in due.iter().filter(|(kind, _)| *kind == TimerKind::Hours) {
        if let Ok(queue) = subject.parse() {
            stirred.queue(queue);
        }
    }
    for (kind, subject) in due.iter().filter(|(kind, _)| arranges(kind)) {
        match tx.part(|tx| arranged(tx, *kind, subject))? {
            Ok(Some(queue)) => stirred.queue(queue),
            Ok(None) => {}
            Err(fault) => put_off(tx, *kind, subject, &fault)?,
        }
    }
    for (kind, subject) in due.iter().filter(|(kind, _)| !arranges(kind)) {
        if let Err(fault) = tx.part(|tx| one(tx, *kind, subject))? {
            put_off(tx, *kind, subject, &fault)?;
        }
    }
    if let Err(fault) = tx.part(|tx| settle(tx, stirred))? {
        tracing::error!(error = %fault, "what waits was not given out");
    }
    Ok(!due.is_empty())
}

fn put_off(tx: &mut Tx<'_>, kind: TimerKind, subject: &str, fault: &Fault) -> Result<(), Fault> {
    let kind_text = kind.as_str();
    tracing::error!(timer.kind = kind_text, timer.subject = %subject, error = %fault, "a timer was put off");
    set_timer(tx, kind, subject, tx.now() + Duration::minutes(1))
}

/// Whatever waits beside somebody who could take it, because a rule was changed by hand or a row was: a safety net.
///
/// # Errors
/// The database's.
pub fn sweep(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let mut stirred = Stirred::default();
    for queue in queue::all(tx)? {
        // Clocks change by rules that may have changed since.
        if let Err(fault) = tx.part(|tx| hours::watch(tx, queue.id, &queue.rules))? {
            tracing::error!(queue.id = %queue.id, error = %fault, "nobody watches when a queue opens");
        }
        stirred.queue(queue.id);
    }
    if let Err(fault) = tx.part(|tx| settle(tx, stirred))? {
        tracing::error!(error = %fault, "what waits was not given out");
    }
    Ok(())
}

/// What only changes how a conversation waits; the queue to settle when everything is arranged.
fn arranged(tx: &mut Tx<'_>, kind: TimerKind, subject: &str) -> Result<Option<QueueId>, Fault> {
    match kind {
        TimerKind::Closing => closing::rang(tx, subject.parse()?),
        _ => widened(tx, subject.parse()?),
    }
}

fn one(tx: &mut Tx<'_>, kind: TimerKind, subject: &str) -> Result<(), Fault> {
    match kind {
        TimerKind::Offer => offer::missed(tx, subject.parse()?),
        TimerKind::Reply => unanswered(tx, subject.parse()?),
        TimerKind::Ring | TimerKind::Again | TimerKind::Closing => arranged(tx, kind, subject).map(drop),
        TimerKind::Park => park::silent(tx, subject.parse()?),
        TimerKind::Wake => park::slept(tx, subject.parse()?),
        TimerKind::Wrap => members::availability::tidied_up(tx, subject.parse()?),
        TimerKind::Lost => lost(tx, subject.parse()?),
        TimerKind::Hours => hours::turned(tx, subject.parse()?),
        TimerKind::Full => full::waited(tx, subject.parse()?),
        TimerKind::Tell => tell::moment(tx, subject.parse()?),
        TimerKind::Idle => members::idle::rang(tx, subject.parse()?),
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

/// A conversation has waited so long that others are asked, or those who declined it are asked again; the queue in
/// which it waits.
fn widened(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<QueueId>, Fault> {
    let Some(row) = waiting::find(tx, id)?.filter(|row| row.waits) else { return Ok(None) };
    let queue = row.queue;
    let rules = queue::rules(tx, Some(queue))?;
    arrange(tx, &rules, row)?;
    Ok(Some(queue))
}

/// An agent has been gone for too long: what they hold goes to others. What is parked waits for its customer.
fn lost(tx: &mut Tx<'_>, id: MemberId) -> Result<(), Fault> {
    let Some(row) = member::find(tx, id)? else { return Ok(()) };
    if row.member.connected {
        return Ok(());
    }
    for held in conversation::held_by(tx, id)? {
        let routed = queue::rules(tx, held.model.queue)?.room() > 0;
        let silent = held.model.state == ConversationState::Parked && held.model.waiting_since.is_none();
        if routed && !silent {
            offer::back(tx, Loaded::from_row(held), Ending::Lost)?;
        }
    }
    Ok(())
}
