//! A customer waits for an answer, and the window in which they can be written to closes soon: the conversation is
//! raised, once in each window. From then on it is before whoever came at the same time, and its timeline says so. When
//! the window closes all the same, they count as abandoned, and are told once that their question is still open, if
//! the tenant chose a template for it.
//!
//! One timer for each conversation whose customer waits. It rings when the window closes soon, then when it closes, and
//! looks each time at the window as it is by then: so what customers write while they wait costs nothing.

use chrono::Duration;
use shared::{
    Instant,
    ids::ConversationId,
    model::{
        conversation::{Conversation, ConversationState},
        message::{Author, AuthorKind, Happening},
        queue::{MOST_PRIORITY_SECS, PriorityWhen},
    },
};

use super::{
    place::{arrange, set_timer},
    policy,
};
use crate::{
    db::{
        Fault, Tx,
        record::FactKind,
        rows::{conversation, queue, timer::TimerKind, waiting},
    },
    domain::conversations::{Loaded, automatic, close},
};

/// Until when the customer can be written to who waits for an answer.
pub(crate) fn waits_until(model: &Conversation) -> Option<Instant> {
    model.waiting_since.and(model.window_until)
}

/// A customer waits for an answer in a window that nobody watches.
///
/// # Errors
/// The database's.
pub(crate) fn watch(tx: &mut Tx<'_>, id: ConversationId, until: Instant) -> Result<(), Fault> {
    let (secs, now) = (policy(tx)?.closing_soon_secs, tx.now());
    if until <= now {
        return Ok(());
    }
    set_timer(tx, TimerKind::Closing, &id.to_string(), from(until, secs).max(now))
}

/// The policy changed: whoever waits and was not raised by the one before goes by the new one.
///
/// # Errors
/// The database's.
pub(crate) fn decided(tx: &mut Tx<'_>, before: u32) -> Result<(), Fault> {
    let now = tx.now();
    for (id, until) in conversation::unanswered(tx, now)? {
        if before == 0 || from(until, before) > now {
            watch(tx, id, until)?;
        }
    }
    Ok(())
}

/// Whether a customer waits whose window closes soon.
pub(super) fn is_soon(tx: &mut Tx<'_>, model: &Conversation) -> Result<bool, Fault> {
    let secs = policy(tx)?.closing_soon_secs;
    Ok(secs > 0 && waits_until(model).is_some_and(|until| from(until, secs) <= tx.now()))
}

/// The time has come to look.
pub(super) fn rang(tx: &mut Tx<'_>, id: ConversationId) -> Result<(), Fault> {
    let Some(row) = conversation::find(tx, id)? else { return Ok(()) };
    let (secs, now) = (policy(tx)?.closing_soon_secs, tx.now());
    let is_ours = !matches!(row.model.state, ConversationState::Closed | ConversationState::Bot);
    let Some(until) = waits_until(&row.model).filter(|_| is_ours) else { return Ok(()) };
    if until <= now {
        return lapsed(tx, Loaded::from_row(row));
    }
    let subject = id.to_string();
    if from(until, secs) > now {
        return set_timer(tx, TimerKind::Closing, &subject, from(until, secs));
    }
    raise(tx, Loaded::from_row(row), until)?;
    // The customer may write again until then, and the window be another.
    set_timer(tx, TimerKind::Closing, &subject, until)
}

fn raise(tx: &mut Tx<'_>, mut loaded: Loaded, until: Instant) -> Result<(), Fault> {
    let author = Author { kind: AuthorKind::System, member: None };
    loaded.tell(tx, Happening::ClosingSoon { until })?;
    loaded.fact(tx, FactKind::ConversationClosingSoon, &author)?;
    // Whoever holds it may give it back: it has its place all the same.
    let place = waiting::find(tx, loaded.row.model.id)?.filter(|row| row.priority < MOST_PRIORITY_SECS);
    if let Some(mut row) = place {
        row.priority = MOST_PRIORITY_SECS;
        row.because = Some(PriorityWhen::ClosingSoon);
        if row.waits {
            loaded.stirred.queue(row.queue);
        }
        let rules = queue::rules(tx, Some(row.queue))?;
        arrange(tx, &rules, row)?;
    }
    loaded.save(tx)
}

/// Nobody answered in time.
fn lapsed(tx: &mut Tx<'_>, mut loaded: Loaded) -> Result<(), Fault> {
    let author = Author { kind: AuthorKind::System, member: None };
    let policy = policy(tx)?;
    loaded.fact(tx, FactKind::ConversationLapsed, &author)?;
    let told = match &policy.still_open {
        Some(template) => automatic::say_template(tx, &mut loaded, template)?,
        None => false,
    };
    let closes = policy.lapsed_closes && !told;
    loaded.tell(tx, Happening::Lapsed { closed: closes })?;
    if closes {
        close::unanswered(tx, &mut loaded)?;
    }
    loaded.save(tx)
}

fn from(until: Instant, secs: u32) -> Instant {
    until - Duration::seconds(secs.into())
}
